import CLibArchive
import FileSigns

/// The archives that are read here, told apart by their first bytes and not by their names.
enum ArchiveKind: Equatable {
    case tar(Filter)
    case zip

    enum Filter: Equatable { case none, gzip, xz, zstd }

    /// Enough bytes for every signature below; the last, `ustar`, is at 257.
    static let signatureBytes = 512

    /// Signatures of kinds that are not read, so that the message can name them.
    private static let others: [(bytes: [UInt8], name: String)] = [
        (Array("BZh".utf8), "bzip2"), (Array("Rar!".utf8), "RAR"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7-Zip"),
        ([0x1F, 0x9D], "compress"), ([0x5D, 0x00, 0x00], "raw LZMA"), ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
    ]

    /// - Throws: ``ArchiveError/notAnArchive(path:detail:)``, naming what the file is when that is known.
    init(firstBytes bytes: [UInt8], path: String) throws(ArchiveError) {
        if bytes.isEmpty { throw .notAnArchive(path: path, detail: "the file is empty") }
        if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
            self = .tar(.xz)
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .tar(.gzip)
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .tar(.zstd)
        } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            self = .zip
        } else if Self.isTarHeader(bytes) {
            self = .tar(.none)
        } else if let standIn = StandIn(bytes) {
            throw .notAnArchive(path: path, detail: standIn.sentence)
        } else if let other = Self.others.first(where: { bytes.starts(with: $0.bytes) }) {
            throw .notAnArchive(path: path, detail: "it is \(other.name)")
        } else {
            throw .notAnArchive(path: path, detail: "its first bytes are of no known kind")
        }
    }

    /// Whether 512 bytes are a tar header: the octal sum at 148 is the sum of all bytes, those eight counted as spaces.
    /// *Source*: POSIX.1-1988, ustar interchange format. An archive of two zero blocks is an empty tar.
    private static func isTarHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= signatureBytes else { return false }
        if bytes.prefix(signatureBytes).allSatisfy({ $0 == 0 }) { return true }
        let sum = bytes.prefix(signatureBytes).enumerated().reduce(0) {
            $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element))
        }
        let digits = bytes[148..<156].filter { 0x30...0x37 ~= $0 }
        return !digits.isEmpty && digits.reduce(0) { $0 * 8 + Int($1 - 0x30) } == sum
    }
}
