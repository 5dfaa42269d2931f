import Foundation
import Glibc
import NeuralNet
import TensorCore

/// A folder of safetensors files named by the SHA-256 of what they depend on. Several engines may share it.
final class CacheFolder {
    private let path: String
    private let limit: Int
    private let notice: (String) -> Void
    /// The files and their sizes in bytes, as last looked at.
    private var sizes: [String: Int] = [:]
    /// Files that may make room, the one used longest ago last.
    private var dispensable: [String] = []
    /// Files that this run wrote, read or said it will read.
    private var kept: Set<String> = []
    private var lookedAt: ContinuousClock.Instant?
    private var complained = false

    /// - Parameters:
    ///   - limit: bytes that the folder may take; files of earlier runs make room, those used longest ago first.
    ///   - notice: told once when the folder can't be written, and once when it is full.
    init(_ path: String, limit: Int, notice: @escaping (String) -> Void) {
        (self.path, self.limit, self.notice) = (path, limit, notice)
        look()
    }

    private static let ending = ".safetensors"

    /// 64 hexadecimal digits and the ending; behind them the process number while the file is written, or for ever if
    /// that was killed.
    private static func isOurs(_ name: String) -> Bool {
        let digits = name.prefix(64)
        return digits.count == 64 && digits.allSatisfy(\.isHexDigit) && name.dropFirst(64).hasPrefix(ending)
    }

    private func look() {
        var dates: [String: Date] = [:]
        sizes = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isOurs(name) {
            guard let facts = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)") else { continue }
            sizes[name] = facts[.size] as? Int ?? 0
            dates[name] = facts[.modificationDate] as? Date ?? .distantPast
        }
        dispensable = dates.filter { !kept.contains($0.key) }.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.map(
            \.key)
        lookedAt = .now
    }

    /// These addresses make no room for others.
    func keep(_ addresses: Set<String>) {
        kept.formUnion(addresses.map { $0 + Self.ending })
        dispensable.removeAll { kept.contains($0) }
    }

    /// What was written for this address; nil when there is none or it is damaged.
    func read(_ address: String) -> [String: Tensor]? {
        let name = address + Self.ending
        guard sizes[name] != nil, let file = try? SafetensorsFile("\(path)/\(name)") else { return nil }
        if kept.insert(name).inserted { dispensable.removeAll { $0 == name } }
        // The file's date is that of its last use by any run.
        utimensat(AT_FDCWD, "\(path)/\(name)", nil, 0)
        return try? file.all()
    }

    /// Writes for this address where there is room. A cache is a courtesy: a failure is told, not thrown.
    ///
    /// - Returns: whether it was written.
    func write(_ tensors: [String: Tensor], to address: String) -> Bool {
        let bytes = tensors.values.reduce(0) { $0 + $1.count * ((try? $1.dtype.size) ?? 0) }
        guard makeRoom(for: bytes) else { return false }
        let name = address + Self.ending
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let own = "\(path)/\(name).\(ProcessInfo.processInfo.processIdentifier)"
            try SafetensorsWriter.write(tensors, to: own)
            guard rename(own, "\(path)/\(name)") == 0 else {
                throw DetectionError.unwritable(path: "\(path)/\(name)", reason: String(cString: strerror(errno)))
            }
            sizes[name] = bytes
            kept.insert(name)
            return true
        } catch {
            complain("the cache \(path) can't be written (\(error)); going on without it")
            return false
        }
    }

    private func makeRoom(for bytes: Int) -> Bool {
        // What other engines wrote counts, too.
        if lookedAt.map({ $0.duration(to: .now) > .seconds(1) }) ?? true { look() }
        var total = sizes.values.reduce(bytes, +)
        while total > limit, let oldest = dispensable.popLast() {
            try? FileManager.default.removeItem(atPath: "\(path)/\(oldest)")
            total -= sizes.removeValue(forKey: oldest) ?? 0
        }
        if total > limit {
            complain(
                "the cache \(path) is full (cache.limit is \(limit) bytes); what it has no room for is computed again")
        }
        return total <= limit
    }

    private func complain(_ message: String) {
        if !complained { notice(message) }
        complained = true
    }
}
