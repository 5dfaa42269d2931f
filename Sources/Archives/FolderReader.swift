import CLibArchive  // its headers bring `struct stat` with them
import Glibc

/// A folder that is already unpacked, read like an archive: files in bytewise order of their names.
///
/// Links to files and folders inside the folder are followed; links that lead out are refused, because a data set must
/// contain all its files. Names with a leading dot (`.DS_Store`, `._x.png`, `.git`) are skipped with everything below
/// them.
package final class FolderReader: FileSource {
    package let path: String
    package private(set) var bytesRead: Int64 = 0
    package let totalBytes: Int64
    package let notices: [String] = []
    private let files: [FileEntry]
    private var index = 0

    /// - Throws: ``ArchiveError``; the whole tree is listed and checked here, before a byte is read.
    package init(path: String, limits: ArchiveLimits = ArchiveLimits()) throws(ArchiveError) {
        self.path = path
        var ledger = EntryLedger(path: path, limits: limits)
        var found: [FileEntry] = []
        var pending = [""]
        while let folder = pending.popLast() {
            for name in try Self.names(in: folder.isEmpty ? path : path + "/" + folder) where !name.hasPrefix(".") {
                let relative = folder.isEmpty ? name : folder + "/" + name
                let status = try Self.status(of: relative, below: path)
                switch status.st_mode & S_IFMT {
                case S_IFDIR:
                    if try ledger.admit(relative, isFile: false, size: 0) != nil { pending.append(relative) }
                case S_IFREG:
                    let size = Int64(status.st_size)
                    if let safe = try ledger.admit(relative, isFile: true, size: size) {
                        found.append(FileEntry(name: safe, size: size))
                    }
                default:
                    throw .refused(path: path, entry: relative, reason: "neither a file nor a folder")
                }
            }
        }
        files = found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        totalBytes = ledger.totalBytes
    }

    /// The status of a file or folder; links are followed as long as they stay inside.
    private static func status(of relative: String, below path: String) throws(ArchiveError) -> stat {
        var status = stat()
        let full = path + "/" + relative
        guard uninterrupted({ lstat(full, &status) }) == 0 else {
            throw .system(path: full, action: "read", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFLNK else { return status }
        func refused(_ reason: String) -> ArchiveError { .refused(path: path, entry: relative, reason: reason) }
        guard let target = real(full) else {
            guard [ELOOP, ENOENT, ENOTDIR].contains(errno) else {
                throw .system(path: full, action: "read", code: errno)
            }
            throw refused(
                errno == ELOOP
                    ? "a symbolic link that leads in a circle" : "a symbolic link to something that isn't there")
        }
        guard let root = real(path), target == root || target.hasPrefix(root == "/" ? root : root + "/") else {
            throw refused(
                "a symbolic link that leads out of the folder, to \(ArchiveError.shown(target)); put the file itself there"
            )
        }
        guard let holder = real(String(full.prefix(upTo: full.lastIndex(of: "/") ?? full.startIndex))),
            holder != target, !holder.hasPrefix(target + "/")
        else { throw refused("a symbolic link to a folder around itself, which would have no end") }
        guard uninterrupted({ stat(full, &status) }) == 0 else {
            throw .system(path: full, action: "read", code: errno)
        }
        return status
    }

    private static func real(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(validatingCString: text)
    }

    package func next() throws(ArchiveError) -> FileEntry? {
        guard index < files.count else { return nil }
        defer { index += 1 }
        if index > 0 { bytesRead += files[index - 1].size }
        return files[index]
    }

    package func contents() throws(ArchiveError) -> [UInt8] {
        precondition(index > 0, "next() comes first")
        let entry = files[index - 1]
        let full = path + "/" + entry.name
        let descriptor = uninterrupted { open(full, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .system(path: full, action: "open", code: errno) }
        defer { close(descriptor) }
        let count = Int(entry.size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        if failure != 0 { throw .system(path: full, action: "read", code: failure) }
        guard bytes.count == count else {
            throw .corrupt(path: path, entriesRead: index - 1, detail: "\(entry.name) shrank while it was read")
        }
        return bytes
    }

    private static func names(in folder: String) throws(ArchiveError) -> [String] {
        var opened = opendir(folder)
        while opened == nil, errno == EINTR { opened = opendir(folder) }
        guard let stream = opened else { throw .system(path: folder, action: "list", code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let item = readdir(stream) else {
                if errno == EINTR { continue }
                if errno != 0 { throw .system(path: folder, action: "list", code: errno) }
                return names
            }
            let name: String? = withUnsafePointer(to: &item.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else {
                throw .refused(path: folder, entry: "(a name that is not UTF-8)", reason: "names must be UTF-8")
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }
}
