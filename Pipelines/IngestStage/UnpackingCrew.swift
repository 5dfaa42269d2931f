import AnomalyDatasets
import Dispatch
import Foundation
import Imaging
import StageKit
import Synchronization

/// Looks at files and writes them on all cores while the next ones are read, a few at a time.
final class UnpackingCrew<Found: Sendable>: Sendable {
    private struct State {
        var found: [Int: Found] = [:]
        var failures: [Int: any Error] = [:]
        var begun = 0
    }
    private let state = Mutex(State())
    private let group = DispatchGroup()
    private let queue = DispatchQueue(label: "unpacking", attributes: .concurrent)
    private let places: DispatchSemaphore
    /// Larger files are looked at one by one, so that memory stays small on many cores.
    private static var large: Int { 16 << 20 }

    init(width: Int = max(2, ProcessInfo.processInfo.activeProcessorCount)) {
        places = DispatchSemaphore(value: 2 * width)
    }

    /// Waits where many files are under way already.
    ///
    /// - Returns: the number under which `finish` gives what was found.
    /// - Throws: what went wrong with the first file in order, once one has.
    func add(bytes: Int, _ work: @escaping @Sendable () throws -> Found) throws -> Int {
        let (number, hasFailed) = state.withLock { state in
            defer { state.begun += 1 }
            return (state.begun, !state.failures.isEmpty)
        }
        if hasFailed { _ = try finish() }
        if bytes > Self.large {
            group.wait()
            end(number, Result { try work() })
            return number
        }
        places.wait()
        queue.async(group: group) { [self] in
            end(number, Result { try work() })
            places.signal()
        }
        return number
    }

    private func end(_ number: Int, _ result: Result<Found, any Error>) {
        state.withLock { state in
            switch result {
            case .success(let found): state.found[number] = found
            case .failure(let error): state.failures[number] = error
            }
        }
    }

    /// What was found, by number, once all files have been looked at.
    func finish() throws -> [Int: Found] {
        group.wait()
        return try state.withLock { state in
            if let first = state.failures.min(by: { $0.key < $1.key }) { throw first.value }
            return state.found
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
            let facts = try MaskFacts(reading.mask, reading.oddities)
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

    init(_ mask: Mask, _ oddities: Set<MaskReader.Oddity>) throws {
        (width, height, isEmpty, self.oddities) = (mask.width, mask.height, mask.isEmpty, oddities)
        png = Data(try mask.png())
    }
}
