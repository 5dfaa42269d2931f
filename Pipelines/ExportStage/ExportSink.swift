import Archives
import Foundation
import StageKit

/// Where the files of an export go. Paths come in ascending order, folders before what they hold.
protocol ExportSink {
    func addFolder(_ path: String) throws
    func addFile(_ path: String, _ bytes: Data) throws
    func addFile(_ path: String, contentsOf url: URL) throws
    /// Called last: everything is on disk when it returns.
    func finish() throws
}

struct TarSink: ExportSink {
    let writer: TarWriter

    func addFolder(_ path: String) throws { try writer.addFolder(path) }
    func addFile(_ path: String, _ bytes: Data) throws { try writer.addFile(path, [UInt8](bytes)) }
    func addFile(_ path: String, contentsOf url: URL) throws { try writer.addFile(path, contentsOf: url.path) }
    func finish() throws { try writer.finish() }
}

/// Files below a folder that nobody else writes to.
struct FolderSink: ExportSink {
    let folder: URL
    private let batch = DurableBatch()

    init(_ folder: URL) { self.folder = folder }

    func addFolder(_ path: String) throws { try DurableFile.makeFolder(folder.appendingPathComponent(path)) }
    func addFile(_ path: String, _ bytes: Data) throws {
        try batch.write(bytes, to: folder.appendingPathComponent(path))
    }
    func addFile(_ path: String, contentsOf url: URL) throws {
        // Written on the same disk: only its name changes.
        try DurableFile.syncFile(url)
        try DurableFile.rename(url, to: folder.appendingPathComponent(path))
    }
    func finish() throws { try batch.flush() }
}
