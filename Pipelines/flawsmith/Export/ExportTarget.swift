import Archives
import ExportStage
import Foundation
import StageKit
import Synchronization

/// Where `export` writes: an archive or a folder, which appears under its name when it is whole.
final class ExportTarget: Sendable {
    /// Of an archive; nil: a folder.
    let compression: TarCompression?
    private let url: URL
    private let written: String
    private let mayReplace: Bool
    private let scratch = Mutex<ScratchFolder?>(nil)
    /// Names of scratch folders begin so; one that a killed process left is removed by the next export beside it.
    private static let prefix = ".flawsmith-export-"

    /// - Throws: `Failure` 64 for endings of archives that are not written, 73 where something stands that may not be
    ///   replaced.
    init(_ path: String, mayReplace: Bool) throws {
        written = path
        url = URL(fileURLWithPath: path).standardizedFileURL
        self.mayReplace = mayReplace
        let name = url.lastPathComponent.lowercased()
        compression = name.hasSuffix(".tgz") ? .gz : TarCompression.allCases.first { name.hasSuffix($0.suffix) }
        let others = [".zip", ".7z", ".rar", ".gz", ".xz", ".zst", ".bz2", ".tbz2", ".txz", ".tzst"]
        if compression == nil, let ending = others.first(where: name.hasSuffix) {
            throw Failure(
                .usage, "archives ending with \(ending) are not written", at: path,
                remedy: "Written are .tar, .tar.gz, .tgz, .tar.xz and .tar.zst, and folders.")
        }
        try check()
    }

    /// The archive's digest in a file beside it.
    private var sums: URL { url.appendingPathExtension("sha256") }

    /// Whether an empty or earlier folder, or an earlier archive, has to go first.
    @discardableResult
    private func check() throws -> Bool {
        guard let isFolder = try DurableFile.isFolder(url) else {
            guard compression != nil, try DurableFile.exists(sums), !mayReplace else { return false }
            throw taken("\(written).sha256", "exists")
        }
        if compression != nil {
            if isFolder { throw taken(written, "is a folder", canBeReplaced: false) }
            guard mayReplace else { throw taken(written, "exists") }
            return true
        }
        guard isFolder else { throw taken(written, "is a file", canBeReplaced: false) }
        guard try !FolderListing.entries(of: url).isEmpty else { return true }
        guard mayReplace else { throw taken(written, "is a folder that holds files") }
        for name in ["SHA256SUMS", "manifest.yaml", "README.md"] where try !DurableFile.exists(url.child(name)) {
            throw taken(written, "is a folder that is no earlier export (it has no \(name))", canBeReplaced: false)
        }
        return true
    }

    private func taken(_ path: String, _ what: String, canBeReplaced: Bool = true) -> Failure {
        Failure(
            .cannotCreate, what, at: path,
            remedy: canBeReplaced ? "Give --to another name, or --replace." : "Give --to another name.")
    }

    /// Has the export written to a scratch folder beside the target, and gives it its name.
    func write<Value>(_ body: (ExportStage.Target, URL) throws -> Value) throws -> Value {
        let parent = url.deletingLastPathComponent()
        try DurableFile.makeFolder(parent)
        let folder = try ScratchFolder(in: parent, prefix: Self.prefix)
        scratch.withLock { $0 = folder }
        defer { abandon() }
        let new = folder.url.appendingPathComponent("new")
        let value = try body(compression == nil ? .folder(new) : .archive(new), folder.url)
        // Somebody may have been here meanwhile.
        let replaces = try check()
        if compression == nil {
            // A folder that isn't empty can't be replaced in one step: for a moment there is none.
            let old = folder.url.appendingPathComponent("old")
            if replaces { try DurableFile.rename(url, to: old) }
            do {
                try DurableFile.rename(new, to: url)
            } catch {
                if replaces { try? DurableFile.rename(old, to: url) }
                throw error
            }
        } else {
            let note = folder.url.appendingPathComponent("sums")
            try DurableFile.write(ExportStage.sums(of: new, as: url.lastPathComponent), to: note)
            // Between the two there is a digest of another archive rather than none.
            try DurableFile.rename(new, to: url)
            try DurableFile.rename(note, to: sums)
        }
        return value
    }

    /// Removes what isn't finished.
    func abandon() { scratch.withLock { $0 }?.remove() }
}
