import Dispatch
import Synchronization

/// Writes pictures on other threads while the device works: compressing took 0.15 s a picture on an H100's machine,
/// decoding 0.10.
final class PictureFiles: Sendable {
    private let queue = DispatchQueue(label: "pictures", attributes: .concurrent)
    private let group = DispatchGroup()
    private let problem = Mutex<(any Error)?>(nil)

    /// - Parameter body: writes one picture's files; runs at once on another thread.
    func write(_ body: @escaping @Sendable () throws -> Void) {
        queue.async(group: group) { [self] in
            do {
                try body()
            } catch {
                problem.withLock { $0 = $0 ?? error }
            }
        }
    }

    /// Waits until all writes have ended, whether they succeeded or not.
    func wait() { group.wait() }

    /// Waits until everything is written.
    ///
    /// - Throws: the error that kept a file from being written.
    func finish() throws {
        wait()
        if let error = problem.withLock({ $0 }) { throw error }
    }
}
