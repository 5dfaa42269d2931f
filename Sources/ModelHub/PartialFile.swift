import Foundation
import Glibc
import NIOCore
import ParameterKit
import StageKit
import Synchronization

/// A file on its way: `.<name>.part`, which any later try goes on with, and a note beside it of what it is the
/// beginning of. One process at a time.
final class PartialFile: Sendable {
    let target: URL
    let file: HubFile
    let size: Int
    private let part: URL
    private let note: URL
    private let state: Mutex<State>

    private struct State {
        var number: Int32
        var digester: FileDigester
        /// The server's mark of these bytes, for `If-Range`.
        var mark: String?
        /// The first bytes, to tell a web page from a file.
        var start: [UInt8] = []
        /// Whether bytes of an earlier try are among them.
        var isContinued = false
    }

    /// Opens what an earlier try left, and takes its bytes into the digest.
    ///
    /// - Throws: `Failure` 73 or 74 for the disk's troubles, 75 when another process fetches the same file.
    init(_ file: HubFile, size: Int, target: URL) throws(Failure) {
        (self.file, self.size, self.target) = (file, size, target)
        let folder = target.deletingLastPathComponent()
        part = folder.child(".\(target.lastPathComponent).part")
        note = folder.child(".\(target.lastPathComponent).part.json")
        try DurableFile.makeFolder(folder)
        let number = open(part.path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw Self.failure("can't create", part, .cannotCreate) }
        state = Mutex(State(number: number, digester: FileDigester(size: size)))
        if flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            throw Failure(
                .busy, "another process is fetching it", at: target.path,
                remedy: "Wait for it, or give another folder with --to.")
        }
        let known = try? JSONValue(parsing: DurableFile.read(note))
        if known?["file"] == Self.identity(file, size) {
            try readBack()
            state.withLock { $0.mark = known?["mark"]?.string }
        } else {
            try restart()
        }
    }

    deinit { state.withLock { _ = close($0.number) } }

    var count: Int { state.withLock { $0.digester.count } }
    var mark: String? { state.withLock { $0.mark } }
    var isContinued: Bool { state.withLock { $0.isContinued } }
    var start: [UInt8] { state.withLock { $0.start } }

    private static func identity(_ file: HubFile, _ size: Int) -> JSONValue {
        ["size": .int(size), "digests": .array(file.digests.map(\.hexadecimal).sorted().map(JSONValue.string))]
    }

    private func readBack() throws(Failure) {
        let whole = try state.withLock { state throws(Failure) in
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while state.digester.count <= size {
                let count = read(state.number, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw Self.failure("can't read", part, .io) }
                if count == 0 { break }
                Self.take(buffer[0..<count], &state)
            }
            state.isContinued = state.digester.count > 0
            return state.digester.count <= size
        }
        if !whole { try restart() }
    }

    /// Throws away what is there.
    func restart() throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard ftruncate(state.number, 0) == 0, lseek(state.number, 0, SEEK_SET) == 0 else {
                throw Self.failure("can't empty", part, .io)
            }
            state = State(number: state.number, digester: FileDigester(size: size))
        }
    }

    /// Remembers whose bytes these are, before the first of them is written.
    func remember(mark: String?) throws(Failure) {
        state.withLock { $0.mark = mark }
        var record: [String: JSONValue] = ["file": Self.identity(file, size)]
        if let mark { record["mark"] = .string(mark) }
        try DurableFile.update(Data(JSONValue.object(record).canonicalText.utf8), at: note)
    }

    /// - Throws: `Failure` 65 for more bytes than the file has, 74 when the disk is full or fails.
    func append(_ bytes: ByteBuffer) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard state.digester.count + bytes.readableBytes <= size else {
                throw Failure(
                    .badData, "the server sends more than the \(size) bytes that the hub states", at: file.path,
                    remedy: "Give the same command again; if it stays so, another HF_ENDPOINT may be right.")
            }
            let view = bytes.readableBytesView
            let written = view.withUnsafeBytes { bytes in
                var offset = 0
                while offset < bytes.count, let base = bytes.baseAddress {
                    let count = write(state.number, base + offset, bytes.count - offset)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return false }
                    offset += count
                }
                return true
            }
            guard written else { throw Self.failure("can't write to", part, .io) }
            Self.take(view, &state)
        }
    }

    private static func take(_ bytes: some Collection<UInt8>, _ state: inout State) {
        if state.start.count < 256 { state.start += bytes.prefix(256 - state.start.count) }
        let digested: Void? = bytes.withContiguousStorageIfAvailable {
            state.digester.update(UnsafeRawBufferPointer($0))
        }
        if digested == nil { Array(bytes).withUnsafeBytes { state.digester.update($0) } }
    }

    /// Digests of all bytes so far.
    var digests: (sha256: FileDigest, gitBlob: FileDigest) { state.withLock { $0.digester.digests } }

    /// Puts the whole file under its name.
    func finish() throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard fsync(state.number) == 0 else { throw Self.failure("can't flush", part, .io) }
        }
        try DurableFile.rename(part, to: target)
        unlink(note.path)
    }

    /// Leaves nothing.
    func discard() {
        unlink(part.path)
        unlink(note.path)
    }

    private static func failure(_ what: String, _ url: URL, _ status: ExitStatus) -> Failure {
        let code = errno
        let isFull = code == ENOSPC || code == EDQUOT
        return Failure(
            isFull ? .io : status, "\(what) it: \(String(cString: strerror(code)))", at: url.path,
            remedy: isFull
                ? "Free some space and give the same command again; what came is kept."
                : "See to the folder's permissions and the disk, or give another folder with --to.")
    }
}
