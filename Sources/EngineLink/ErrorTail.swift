import Foundation
import Glibc
import Synchronization

/// Reads a process's standard error to its end. Keeps the last part, and writes all of it to a log if there is one.
final class ErrorTail: Sendable {
    /// Enough for the last of a C++ exception or of the loader's complaints.
    static let mostBytes = 8 << 10
    /// How long the rest is waited for once the process has ended.
    private static let patience = DispatchTimeInterval.seconds(2)

    private let kept = Mutex<[UInt8]>([])
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter ended: hangs up when the process has ended, even if another process still holds its standard error.
    init(reading errors: Descriptor, ended: Descriptor, log: String?) {
        Thread.detachNewThread { [self] in
            let file = log.flatMap { path in
                let number = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
                return number >= 0 ? Descriptor(number) : nil
            }
            while let chunk = Self.read(errors, ended) {
                kept.withLock { $0 = Array(($0 + chunk).suffix(Self.mostBytes)) }
                if let file { _ = chunk.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) } }
            }
            finished.signal()
        }
    }

    /// The next bytes; `nil` at the end.
    private static func read(_ errors: Descriptor, _ ended: Descriptor) -> [UInt8]? {
        while true {
            var waiting = [errors, ended].map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
            if poll(&waiting, nfds_t(waiting.count), -1) < 0 {
                if errno == EINTR { continue }
                return nil
            }
            guard waiting[0].revents != 0 else { return nil }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = Glibc.read(errors.number, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(chunk.prefix(count)) : nil
        }
    }

    /// Waits until all has been read of a process that has ended.
    func finish() {
        if finished.wait(timeout: .now() + Self.patience) == .success { finished.signal() }
    }

    /// The kept last part; begins at the start of a line if it was cut.
    var text: String {
        let bytes = kept.withLock { $0 }
        var rest = bytes[...]
        if bytes.count == Self.mostBytes, let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            rest = bytes[(newline + 1)...]
        }
        return String(decoding: rest, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
