import Crypto
import Foundation
import Glibc
import NeuralNet
import TensorCore

/// A folder of safetensors files: `<what it depends on>.<what it holds>.safetensors`, both as SHA-256. Several engines
/// may share it.
///
/// A file whose bytes don't match the digest in its name is deleted, and its tensors are computed again.
final class CacheFolder {
    private let path: String
    private let limit: Int
    private let notice: (String) -> Void
    /// The files and their sizes in bytes, as of the last look at the folder.
    private var sizes: [String: Int] = [:]
    /// Address → file.
    private var names: [String: String] = [:]
    /// Files that may be deleted to make room; the one used longest ago is last.
    private var dispensable: [String] = []
    /// Addresses that this run wrote, read or said it will read.
    private var kept: Set<String> = []
    /// What files looked like when their bytes were last checked against their names.
    private var checked: [String: Face] = [:]
    private var lookedAt: ContinuousClock.Instant?
    private var complaints: Set<Trouble> = []

    /// - Parameters:
    ///   - limit: bytes that the folder may take; files of earlier runs make room, those used longest ago first.
    ///   - notice: told once when the folder can't be written, once when it is full, and once when a file is damaged.
    init(_ path: String, limit: Int, notice: @escaping (String) -> Void) {
        (self.path, self.limit, self.notice) = (path, limit, notice)
        look()
    }

    private static let ending = ".safetensors"

    /// Whether a name begins with 64 hexadecimal digits and contains the ending. This includes files that older
    /// versions wrote and a killed process left behind.
    private static func isOurs(_ name: String) -> Bool {
        let digits = name.prefix(64)
        return digits.count == 64 && digits.allSatisfy(\.isHexDigit) && name.contains(ending)
    }

    /// The two parts of a finished file's name.
    private static func parts(_ name: String) -> (address: String, digest: String)? {
        guard isOurs(name), name.hasSuffix(ending), name.utf8.count == 64 + 1 + 64 + ending.utf8.count else {
            return nil
        }
        return (String(name.prefix(64)), String(name.dropFirst(65).prefix(64)))
    }

    private func look() {
        var dates: [String: Date] = [:]
        (sizes, names) = ([:], [:])
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isOurs(name) {
            guard let facts = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)") else { continue }
            sizes[name] = facts[.size] as? Int ?? 0
            dates[name] = facts[.modificationDate] as? Date ?? .distantPast
            if let address = Self.parts(name)?.address { names[address] = min(name, names[address] ?? name) }
        }
        dispensable = dates.filter { !isKept($0.key) }.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.map(\.key)
        lookedAt = .now
    }

    private func isKept(_ name: String) -> Bool { Self.parts(name).map { kept.contains($0.address) } ?? false }

    /// Protects the files of these addresses from being deleted to make room.
    func keep(_ addresses: Set<String>) {
        kept.formUnion(addresses)
        dispensable.removeAll { isKept($0) }
    }

    /// The tensors written for this address; nil when there are none or the file is damaged.
    func read(_ address: String) -> [String: Tensor]? {
        guard let name = names[address], let digest = Self.parts(name)?.digest else { return nil }
        let place = "\(path)/\(name)"
        // Touching sets the file's date to its last use by any run; this doesn't count as a change of the file.
        let face = Face(place)
        if face == nil || checked[name] != face {
            guard let found = Self.digest(of: place) else { return nil }
            guard found == digest else {
                discard(name, address)
                return nil
            }
        }
        guard let tensors = try? SafetensorsFile(place).all() else { return nil }
        utimensat(AT_FDCWD, place, nil, 0)
        checked[name] = Face(place)
        if kept.insert(address).inserted { dispensable.removeAll { $0 == name } }
        return tensors
    }

    private func discard(_ name: String, _ address: String) {
        complain(
            .damaged, "a file of the cache \(path) was damaged (\(name.prefix(12))…); what it held is computed again")
        unlink("\(path)/\(name)")
        (sizes[name], names[address], checked[name]) = (nil, nil, nil)
        dispensable.removeAll { $0 == name }
    }

    /// Writes tensors for this address if there is room. A failure goes to `notice` and is not thrown: the cache is
    /// optional.
    ///
    /// - Returns: whether it was written.
    func write(_ tensors: [String: Tensor], to address: String) -> Bool {
        let bytes = tensors.values.reduce(0) { $0 + $1.count * ((try? $1.dtype.size) ?? 0) }
        guard makeRoom(for: bytes) else { return false }
        let own = "\(path)/\(address)\(Self.ending).\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try SafetensorsWriter.write(tensors, to: own)
            guard let digest = Self.digest(of: own) else {
                throw DetectionError.unwritable(path: own, reason: String(cString: strerror(errno)))
            }
            let name = "\(address).\(digest)\(Self.ending)"
            guard rename(own, "\(path)/\(name)") == 0 else {
                throw DetectionError.unwritable(path: "\(path)/\(name)", reason: String(cString: strerror(errno)))
            }
            (sizes[name], names[address], checked[name]) = (bytes, name, Face("\(path)/\(name)"))
            kept.insert(address)
            return true
        } catch {
            unlink(own)
            complain(.unwritable, "the cache \(path) can't be written (\(error)); going on without it")
            return false
        }
    }

    private func makeRoom(for bytes: Int) -> Bool {
        // Files that other engines wrote since then count, too.
        if lookedAt.map({ $0.duration(to: .now) > .seconds(1) }) ?? true { look() }
        var total = sizes.values.reduce(bytes, +)
        while total > limit, let oldest = dispensable.popLast() {
            try? FileManager.default.removeItem(atPath: "\(path)/\(oldest)")
            total -= sizes.removeValue(forKey: oldest) ?? 0
            if let address = Self.parts(oldest)?.address, names[address] == oldest { names[address] = nil }
        }
        if total > limit {
            complain(
                .full,
                "the cache \(path) is full (cache.limit is \(limit) bytes); what it has no room for is computed again")
        }
        return total <= limit
    }

    private enum Trouble { case unwritable, full, damaged }

    private func complain(_ trouble: Trouble, _ message: String) {
        if complaints.insert(trouble).inserted { notice(message) }
    }
}

extension CacheFolder {
    /// A file's metadata, which changes whenever the file's bytes do.
    private struct Face: Equatable {
        let numbers: [Int]

        init?(_ path: String) {
            var facts = stat()
            guard stat(path, &facts) == 0 else { return nil }
            numbers = [
                Int(facts.st_dev), Int(facts.st_ino), Int(facts.st_size), facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
                facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec,
            ]
        }
    }

    /// SHA-256 of a file's bytes, in hexadecimal; nil where it can't be read.
    private static func digest(of path: String) -> String? {
        var file = open(path, O_RDONLY | O_CLOEXEC)
        while file < 0, errno == EINTR { file = open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { return nil }
        defer { close(file) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return PictureFile.hexadecimal(hash.finalize())
    }
}
