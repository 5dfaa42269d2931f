import AnomalyDatasets
import CLinux
import Dispatch
import Foundation
import Imaging
import StageKit
import Synchronization

/// Looks at files and writes them on all cores while the next ones are read.
///
/// Files that wait take at most 64 MiB; a larger one waits alone.
final class UnpackingCrew<Found: Sendable>: Sendable {
    private let bench: Bench
    private let width: Int

    init(width: Int = max(2, Processors.current.count)) {
        self.width = width
        bench = Bench()
        for _ in 0..<width {
            Thread.detachNewThread { [bench] in
                // The thread that unpacks decides how long all takes: where cores are few, it goes first.
                _ = clinux_yield_to_others()
                bench.work()
            }
        }
    }

    deinit { bench.dismiss(width) }

    /// Waits where too much is under way already.
    ///
    /// - Parameter work: is given the number, too.
    /// - Returns: the number under which `finish` gives what was found.
    /// - Throws: what went wrong with the first file in order, once one has.
    func add(bytes: Int, _ work: @escaping @Sendable (_ number: Int) throws -> Found) throws -> Int {
        guard let number = bench.add(bytes: bytes, work) else {
            _ = try finish()
            throw CancellationError()
        }
        return number
    }

    /// What was found, by number, once all files have been looked at.
    func finish() throws -> [Int: Found] { try bench.finish() }

    /// What reader and crew share.
    private final class Bench: Sendable {
        private struct Task {
            var number: Int
            var places: Int
            var work: @Sendable (Int) throws -> Found
        }
        private struct State {
            /// By number.
            var waiting: [Int: Task] = [:]
            var next = 0
            var found: [Int: Found] = [:]
            var failures: [Int: any Error] = [:]
            var begun = 0
        }
        private let state = Mutex(State())
        private let group = DispatchGroup()
        private let queued = DispatchSemaphore(value: 0)
        /// One for each 64 KiB, so that many small files don't keep the reader waiting. A semaphore that goes with
        /// fewer than it began with is an error, so it begins with none.
        private let places = DispatchSemaphore(value: 0)
        private static var most: Int { 1024 }

        init() { for _ in 0..<Self.most { places.signal() } }

        /// nil where a file has failed.
        func add(bytes: Int, _ work: @escaping @Sendable (Int) throws -> Found) -> Int? {
            guard state.withLock({ $0.failures.isEmpty }) else { return nil }
            let wanted = min(Self.most, 1 + bytes >> 16)
            for _ in 0..<wanted { places.wait() }
            group.enter()
            let number = state.withLock { state in
                defer { state.begun += 1 }
                state.waiting[state.begun] = Task(number: state.begun, places: wanted, work: work)
                return state.begun
            }
            queued.signal()
            return number
        }

        func dismiss(_ count: Int) { for _ in 0..<count { queued.signal() } }

        /// A thread's whole life.
        func work() {
            while true {
                queued.wait()
                guard let task = next() else { return }
                let result = Result { try task.work(task.number) }
                state.withLock { state in
                    switch result {
                    case .success(let found): state.found[task.number] = found
                    case .failure(let error): state.failures[task.number] = error
                    }
                }
                for _ in 0..<task.places { places.signal() }
                group.leave()
            }
        }

        private func next() -> Task? {
            state.withLock { state in
                guard let task = state.waiting.removeValue(forKey: state.next) else { return nil }
                state.next += 1
                return task
            }
        }

        func finish() throws -> [Int: Found] {
            group.wait()
            return try state.withLock { state in
                if let first = state.failures.min(by: { $0.key < $1.key }) { throw first.value }
                return state.found
            }
        }
    }
}

/// What is known of a file since it was unpacked.
struct FileFacts: Sendable {
    var info: ImageInfo
    /// Of a picture that stays what it is.
    var sha256: String?
    var mask: MaskFacts?

    /// - Throws: `ImageError` for a file that isn't whole.
    init(_ bytes: [UInt8], _ role: LayoutEntry.Role, name: String, masks: MaskReader, budget: MaskBudget) throws {
        info = try ImageInfo(checking: bytes, name: name)
        if case .picture = role {
            if info.isPlain { sha256 = Digest.sha256(Data(bytes)) }
        } else if let reading = try? masks.read(bytes, name: name) {
            // Masks that can't be used are errors only where a picture needs them.
            let facts = try MaskFacts(reading.mask, reading.oddities, file: reading.isPlain ? bytes : nil)
            if budget.takes(facts.png.count) { mask = facts }
        }
    }
}

/// How much of masks is kept in memory; more is read a second time, from disk.
final class MaskBudget: Sendable {
    private let left = Mutex(128 << 20)

    func takes(_ bytes: Int) -> Bool {
        left.withLock { left in
            guard bytes <= left else { return false }
            left -= bytes
            return true
        }
    }
}

/// A mask that was read on the way: small, whatever the picture's size.
struct MaskFacts: Sendable {
    var width: Int
    var height: Int
    var isEmpty: Bool
    var oddities: Set<MaskReader.Oddity>
    /// As later stages read it.
    var png: Data

    /// - Parameter file: the mask's own file where it is read as it is.
    init(_ mask: Mask, _ oddities: Set<MaskReader.Oddity>, file: [UInt8]? = nil) throws {
        (width, height, isEmpty, self.oddities) = (mask.width, mask.height, mask.isEmpty, oddities)
        png = Data(try file ?? mask.png())
    }
}
