import AnomalyDatasets
import Archives
import Foundation
import StageKit
import Synchronization

/// What the survey of a packed archive unpacked on its way to the names. Such an archive can be read from its start
/// alone, and unpacking takes longer than all else: so it is done once.
///
/// The files lie in a scratch folder beside the store's caches, from where ingest moves them to their places. They are
/// looked at and written on other cores while the next ones are unpacked.
final class AheadFiles: Sendable {
    private struct State {
        /// In the archive's order; false: not kept.
        var files: [(entry: FileEntry, isKept: Bool)] = []
        /// Name → the crew's number, which is the kept file's name, too.
        var numbers: [String: Int] = [:]
        var notices: [String] = []
        var bytes: Int64 = 0
        /// Kept no longer: a disk that fails, or handed on.
        var isOver = false
    }
    private let state = Mutex(State())
    private let crew = UnpackingCrew<FileFacts?>()
    private let scratch: ScratchFolder
    private let path: String
    private let wanted: IngestStage.Wanted
    private static let prefix = ".unpacked-"

    /// nil where nothing can be written.
    init?(_ source: IngestStage.Source, _ wanted: IngestStage.Wanted, store: ArtifactStore) {
        guard wanted != .nothing, let scratch = try? ScratchFolder(in: store.cache, prefix: Self.prefix) else {
            return nil
        }
        (self.scratch, path, self.wanted) = (scratch, source.path.path, wanted)
    }

    deinit { scratch.remove() }

    /// Removes what killed processes left.
    static func sweep(_ store: ArtifactStore) { ScratchFolder.sweep(store.cache, prefix: prefix) }

    /// A file that ingest won't ask for, or may have from the archive itself.
    func pass(_ file: FileEntry) { state.withLock { $0.files.append((file, false)) } }

    func keep(_ file: FileEntry, _ bytes: [UInt8], examine: @escaping @Sendable () throws -> FileFacts) throws {
        guard !state.withLock({ $0.isOver }) else { return }
        let name = file.name
        let number = try crew.add(bytes: bytes.count) { [self] number in
            do {
                try scratch.write(Data(bytes), named: String(number))
            } catch {
                state.withLock { $0.isOver = true }
                scratch.remove()
                return nil
            }
            // What is wrong with a file is said when it is asked for.
            return try? examine()
        }
        state.withLock { state in
            state.files.append((file, true))
            state.numbers[name] = number
        }
    }

    /// The archive has ended.
    func end(_ reader: any FileSource) {
        state.withLock { state in (state.notices, state.bytes) = (reader.notices, reader.totalBytes) }
    }

    /// All files again, once; nil where not all of these categories were kept.
    func take(_ categories: some Sequence<String>) -> AheadSource? {
        let isWhole = categories.allSatisfy { wanted.includes($0) }, found = try? crew.finish()
        return state.withLock { state in
            defer {
                state = State()
                state.isOver = true
            }
            guard isWhole, let found, !state.isOver, !state.files.isEmpty else {
                scratch.remove()
                return nil
            }
            return AheadSource(
                path: path, files: state.files, numbers: state.numbers, facts: found.compactMapValues { $0 },
                scratch: scratch, totalBytes: state.bytes, notices: state.notices)
        }
    }
}

/// The files that a survey kept.
final class AheadSource: FileSource {
    let path: String
    let totalBytes: Int64
    let notices: [String]
    private let files: [(entry: FileEntry, isKept: Bool)]
    private let numbers: [String: Int]
    private let facts: [Int: FileFacts]
    private let scratch: ScratchFolder
    private var position = 0
    var bytesRead: Int64 { files.isEmpty ? 0 : totalBytes * Int64(position) / Int64(files.count) }

    init(
        path: String, files: [(entry: FileEntry, isKept: Bool)], numbers: [String: Int], facts: [Int: FileFacts],
        scratch: ScratchFolder, totalBytes: Int64, notices: [String]
    ) {
        (self.path, self.files, self.numbers, self.facts) = (path, files, numbers, facts)
        (self.scratch, self.totalBytes, self.notices) = (scratch, totalBytes, notices)
    }

    deinit { scratch.remove() }

    func next() throws(ArchiveError) -> FileEntry? {
        guard position < files.count else { return nil }
        position += 1
        return files[position - 1].entry
    }

    func contents() throws(ArchiveError) -> [UInt8] {
        let name = files[position - 1].entry.name
        guard let number = numbers[name], let data = try? DurableFile.read(file(number)) else {
            throw .system(path: path, action: "read \(name) again", code: EIO)
        }
        return [UInt8](data)
    }

    /// Where a file lies that was found whole, and what is known of it.
    func whole(_ name: String) -> (file: URL, facts: FileFacts)? {
        guard let number = numbers[name], let facts = facts[number] else { return nil }
        return (file(number), facts)
    }

    private func file(_ number: Int) -> URL { scratch.url.appendingPathComponent(String(number)) }
}
