import CLibArchive  // its headers bring `struct stat` with them
import Glibc

/// A regular file in an archive or an unpacked folder.
package struct FileEntry: Sendable, Equatable {
    /// Path inside the source: relative, with `/`, without `.` or `..`.
    package var name: String
    /// Unpacked bytes.
    package var size: Int64
}

/// Files in the order in which they are stored, one at a time: an archive, or a folder that is already unpacked.
///
/// Every returned file has been checked: regular files only, safe and unique names, sizes within ``ArchiveLimits``.
/// Links that stay inside the source are returned as the files they lead to, under the links' names; links that lead
/// out are refused. A source is read once, by one thread.
package protocol FileSource: AnyObject {
    /// The path that was opened, for messages.
    var path: String { get }
    /// Bytes read so far, out of ``totalBytes``.
    var bytesRead: Int64 { get }
    /// Size of the archive file, or of all files of the folder.
    var totalBytes: Int64 { get }

    /// Oddities of the source that don't keep it from being read; complete once ``next()`` has returned nil.
    var notices: [String] { get }

    /// The next regular file, or nil at the end of a complete source. Folders are checked and skipped.
    ///
    /// - Throws: ``ArchiveError`` for a refused entry, a passed limit, a truncated or corrupt archive, a failed read.
    func next() throws(ArchiveError) -> FileEntry?

    /// The bytes of the file that ``next()`` returned last; may be called once per file.
    ///
    /// - Throws: as ``next()``.
    func contents() throws(ArchiveError) -> [UInt8]
}

/// Opens an archive, or a folder that is already unpacked.
///
/// - Throws: ``ArchiveError/missing(path:)``, ``ArchiveError/notAnArchive(path:detail:)``,
///   ``ArchiveError/system(path:action:code:)``.
package func openFileSource(_ path: String, limits: ArchiveLimits = ArchiveLimits()) throws(ArchiveError)
    -> any FileSource
{
    var status = stat()
    guard uninterrupted({ stat(path, &status) }) == 0 else {
        let code = errno
        if code == ENOENT || code == ENOTDIR { throw .missing(path: path) }
        throw .system(path: path, action: "open", code: code)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return try FolderReader(path: path, limits: limits)
    case S_IFREG: return try ArchiveReader(path: path, limits: limits)
    default: throw .notAnArchive(path: path, detail: "neither a file nor a folder")
    }
}
