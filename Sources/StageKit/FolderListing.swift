package import Foundation
import Glibc

/// The contents of folders.
package enum FolderListing {
    package enum Kind: Sendable { case file, folder, other }
    package struct Entry: Sendable {
        package let name: String
        /// `other` for a link.
        package let kind: Kind
    }

    /// Everything directly in the folder but `.` and `..`, sorted by name, bytewise. An absent folder holds nothing.
    ///
    /// - Throws: `Failure` 74 when it can't be listed: that is not the same as empty.
    package static func entries(of folder: URL) throws(Failure) -> [Entry] {
        var stream = opendir(folder.path)
        while stream == nil, errno == EINTR { stream = opendir(folder.path) }
        guard let stream else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw DurableFile.failure("can't list the folder", folder)
        }
        defer { closedir(stream) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno == EINTR { continue }
                guard errno == 0 else { throw DurableFile.failure("can't list the folder", folder) }
                break
            }
            let name = String(
                cString: UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self))
            if name == "." || name == ".." { continue }
            entries.append(Entry(name: name, kind: try kind(Int(entry.pointee.d_type), folder, name)))
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Relative paths of all plain files below a folder, sorted by their bytes; links are passed over.
    package static func files(under folder: URL) throws(Failure) -> [String] {
        var files: [String] = []
        try collect(folder, "", &files)
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func collect(_ folder: URL, _ prefix: String, _ files: inout [String]) throws(Failure) {
        for entry in try entries(of: folder) {
            switch entry.kind {
            case .file: files.append(prefix + entry.name)
            case .folder:
                try collect(folder.child(entry.name), "\(prefix)\(entry.name)/", &files)
            case .other: break
            }
        }
    }

    private static func kind(_ type: Int, _ folder: URL, _ name: String) throws(Failure) -> Kind {
        switch type {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_UNKNOWN): break  // some file systems don't say
        default: return .other
        }
        var facts = stat()
        let url = folder.child(name)
        guard SystemCall.retrying({ lstat(url.path, &facts) }) == 0 else {
            if errno == ENOENT { return .other }
            throw DurableFile.failure("can't be looked at", url)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }
}
