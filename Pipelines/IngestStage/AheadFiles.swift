import AnomalyDatasets
import Archives
import Foundation
import Glibc
import StageKit
import Synchronization

/// What the survey of a packed archive unpacked on its way to the names. Such an archive can be read from its start
/// alone, and unpacking takes longer than all else: so it is done once.
///
/// The files lie in one nameless file beside the store's caches, which goes with the process, however it ends. They are
/// looked at on other cores while the next ones are unpacked.
final class AheadFiles: Sendable {
    private struct State {
        /// In the archive's order, with where their bytes lie; nil: not kept.
        var files: [(entry: FileEntry, start: Int64?)] = []
        var numbers: [String: Int] = [:]
        var end: Int64 = 0
        var notices: [String] = []
        var bytes: Int64 = 0
        /// Kept no longer: too much, a disk that fails, or handed on.
        var isOver = false
    }
    private let state = Mutex(State())
    private let crew = UnpackingCrew<FileFacts?>()
    private let spool: Spool
    private let path: String
    private let wanted: IngestStage.Wanted
    /// More is unpacked a second time instead of being written twice.
    private static let most: Int64 = 4 << 30

    /// nil where nothing can be written.
    init?(_ source: IngestStage.Source, _ wanted: IngestStage.Wanted, store: ArtifactStore) {
        guard wanted != .nothing, let spool = Spool(in: store.cache) else { return nil }
        (self.spool, path, self.wanted) = (spool, source.path.path, wanted)
    }

    /// A file that ingest won't ask for, or may have from the archive itself.
    func pass(_ file: FileEntry) { state.withLock { $0.files.append((file, nil)) } }

    func keep(_ file: FileEntry, _ bytes: [UInt8], examine: @escaping @Sendable () throws -> FileFacts) throws {
        let start = state.withLock { state -> Int64? in
            guard !state.isOver, state.end + Int64(bytes.count) <= Self.most, spool.write(bytes, at: state.end) else {
                state.isOver = true
                return nil
            }
            defer { state.end += Int64(bytes.count) }
            state.files.append((file, state.end))
            return state.end
        }
        guard start != nil else { return }
        // What is wrong with a file is said when it is asked for.
        let number = try crew.add(bytes: bytes.count) { try? examine() }
        state.withLock { $0.numbers[file.name] = number }
    }

    /// The archive has ended.
    func end(_ reader: any FileSource) {
        state.withLock { state in (state.notices, state.bytes) = (reader.notices, reader.totalBytes) }
    }

    /// All files again, once; nil where not all of these categories were kept.
    func take(_ categories: some Sequence<String>) -> (source: any FileSource, facts: [String: FileFacts])? {
        guard categories.allSatisfy({ wanted.includes($0) }), let found = try? crew.finish() else { return nil }
        return state.withLock { state in
            guard !state.isOver, !state.files.isEmpty else { return nil }
            let facts = state.numbers.compactMapValues { found[$0] ?? nil }
            let source = AheadSource(
                path: path, files: state.files, spool: spool, totalBytes: state.bytes, notices: state.notices)
            state = State()
            state.isOver = true
            return (source, facts)
        }
    }
}

/// The files that a survey kept.
private final class AheadSource: FileSource {
    let path: String
    let totalBytes: Int64
    let notices: [String]
    private let files: [(entry: FileEntry, start: Int64?)]
    private let spool: Spool
    private var position = 0
    var bytesRead: Int64 { files.isEmpty ? 0 : totalBytes * Int64(position) / Int64(files.count) }

    init(
        path: String, files: [(entry: FileEntry, start: Int64?)], spool: Spool, totalBytes: Int64, notices: [String]
    ) {
        (self.path, self.files, self.spool) = (path, files, spool)
        (self.totalBytes, self.notices) = (totalBytes, notices)
    }

    func next() throws(ArchiveError) -> FileEntry? {
        guard position < files.count else { return nil }
        position += 1
        return files[position - 1].entry
    }

    func contents() throws(ArchiveError) -> [UInt8] {
        let (entry, start) = files[position - 1]
        guard let start, let bytes = spool.read(Int(entry.size), at: start) else {
            throw .system(path: path, action: "read \(entry.name) again", code: EIO)
        }
        return bytes
    }
}

/// A file without a name.
private final class Spool: Sendable {
    private let descriptor: Int32

    init?(in folder: URL) {
        guard (try? DurableFile.makeFolder(folder)) != nil else { return nil }
        var template = Array(folder.appendingPathComponent(".unpacked-XXXXXX").path.utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        // No engine inherits it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8], at start: Int64) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count, let base = buffer.baseAddress {
                let count = pwrite(descriptor, base + done, buffer.count - done, off_t(start) + done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    func read(_ count: Int, at start: Int64) -> [UInt8]? {
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + filled, count - filled, off_t(start) + filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                filled += got
            }
            isWhole = filled == count
        }
        return isWhole ? bytes : nil
    }
}
