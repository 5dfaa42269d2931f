import Crypto
import Foundation
import StageKit

/// What a hub says of a file's bytes.
package enum FileDigest: Sendable, Hashable {
    case sha256(String)
    /// Git's name for the file: the SHA-1 of `blob <size>`, a NUL and the bytes. Small files have no other.
    case gitBlob(String)

    package var hexadecimal: String {
        switch self {
        case .sha256(let text), .gitBlob(let text): text
        }
    }

    var name: String {
        switch self {
        case .sha256: "SHA-256"
        case .gitBlob: "git SHA-1"
        }
    }
}

/// A file of a repository.
package struct HubFile: Sendable, Hashable {
    /// Relative to the repository, with `/`.
    package var path: String
    /// In bytes; nil: not known beforehand.
    package var size: Int?
    /// All that are known; the file must match each.
    package var digests: Set<FileDigest>

    package init(_ path: String, size: Int?, digests: Set<FileDigest> = []) {
        (self.path, self.size, self.digests) = (path, size, digests)
    }

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Whether the path, which a stranger wrote, stays inside a folder and is seen in a listing.
    var isSafe: Bool {
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        return !components.isEmpty && path.utf8.count <= 512
            && components.allSatisfy { component in
                !component.isEmpty && !component.hasPrefix(".")
                    && component.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
            }
    }
}

/// Takes a file's bytes as they pass, for every kind of digest.
struct FileDigester {
    private var sha256 = SHA256()
    private var sha1 = Insecure.SHA1()
    private(set) var count = 0

    /// - Parameter size: of the whole file, in bytes.
    init(size: Int) { sha1.update(data: Data("blob \(size)\0".utf8)) }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256.update(bufferPointer: bytes)
        sha1.update(bufferPointer: bytes)
        count += bytes.count
    }

    var digests: (sha256: FileDigest, gitBlob: FileDigest) {
        (.sha256(Self.text(sha256.finalize())), .gitBlob(Self.text(sha1.finalize())))
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}
