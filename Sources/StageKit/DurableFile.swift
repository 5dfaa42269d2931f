package import Foundation
import Glibc

/// Writes files so that they are either complete or missing: a temporary name in the same folder, fsync, rename, fsync
/// of the folder.
package enum DurableFile {
    /// Writes `data` under `url`, replacing what was there; missing folders are made.
    ///
    /// *Throws*: `Failure` 73 when the file can't be created, 74 when the disk is full or fails.
    package static func write(_ data: Data, to url: URL) throws(Failure) {
        try makeFolder(url.deletingLastPathComponent())
        let (temporary, file) = try create(beside: url)
        do {
            try write(data, into: file, named: temporary)
            try rename(temporary, to: url)
        } catch {
            unlink(temporary.path)
            throw error
        }
        withExtendedLifetime(file) {}  // its lock says until here that the temporary file is somebody's
    }

    package static func write(_ text: String, to url: URL) throws(Failure) {
        try write(Data(text.utf8), to: url)
    }

    /// Writes `data` unless the file already has exactly these bytes.
    package static func update(_ data: Data, at url: URL) throws(Failure) {
        if try !holds(data, at: url) { try write(data, to: url) }
    }

    /// Whether a file with exactly these bytes stands there.
    ///
    /// - Throws: `Failure` 74 for a file that can't be read: that is no other content.
    static func holds(_ data: Data, at url: URL) throws(Failure) -> Bool {
        guard let facts = try facts(url), facts.st_mode & S_IFMT == S_IFREG, Int(facts.st_size) == data.count else {
            return false
        }
        return try read(url) == data
    }

    /// Moves a finished file or folder to its final name, durably. Files written by others (the engine) are synced
    /// first.
    package static func rename(_ source: URL, to target: URL) throws(Failure) {
        guard SystemCall.retrying({ Glibc.rename(source.path, target.path) }) == 0 else {
            throw failure("can't rename \(source.lastPathComponent) to", target, absent: .io)
        }
        try syncFolder(target.deletingLastPathComponent())
    }

    /// Gives a finished file a second name, replacing any file there: a hard link, or a copy where the file system has
    /// no hard links. Does nothing when both names are one file already, or have the same bytes.
    package static func link(_ source: URL, to target: URL) throws(Failure) {
        guard let one = try facts(source) else { throw failure("can't open", source, code: ENOENT) }
        if let other = try facts(target) {
            if one.st_dev == other.st_dev, one.st_ino == other.st_ino { return }
            if one.st_size == other.st_size, try Digest.sha256(file: source) == Digest.sha256(file: target) { return }
        }
        try makeFolder(target.deletingLastPathComponent())
        let temporary = temporaryName(beside: target)
        guard SystemCall.retrying({ Glibc.link(source.path, temporary.path) }) == 0 else {
            return try write(try read(source), to: target)
        }
        do {
            try rename(temporary, to: target)
        } catch {
            unlink(temporary.path)
            throw error
        }
    }

    /// - Throws: `Failure` 73 when a file is in the way or the folder may not be made, 74 when the disk is full or
    ///   fails.
    package static func makeFolder(_ url: URL) throws(Failure) {
        if let facts = try Self.facts(url) {
            guard facts.st_mode & S_IFMT != S_IFDIR else { return }
            throw Failure(
                .cannotCreate, "a file stands where a folder is needed", at: url.path, remedy: "Move it away.")
        }
        let parent = url.deletingLastPathComponent()
        if parent.path != url.path { try makeFolder(parent) }
        guard SystemCall.retrying({ mkdir(url.path, 0o777) }) == 0 else {
            // Two processes may make it at once; only the outcome counts.
            if errno == EEXIST, let facts = try Self.facts(url), facts.st_mode & S_IFMT == S_IFDIR { return }
            throw failure("can't create the folder", url, creating: true)
        }
        try syncFolder(parent)
    }

    /// Flushes a file's bytes to the disk.
    package static func syncFile(_ url: URL) throws(Failure) {
        let file = try open(url, O_RDONLY)
        guard SystemCall.retrying({ fsync(file.number) }) == 0 else { throw failure("can't flush", url) }
    }

    package static func syncFolder(_ url: URL) throws(Failure) {
        let folder = try open(url, O_RDONLY | O_DIRECTORY)
        // Some network file systems refuse to sync folders; then only the rename is done.
        if SystemCall.retrying({ fsync(folder.number) }) != 0, errno != EINVAL, errno != ENOTSUP {
            throw failure("can't flush the folder", url)
        }
    }

    /// - Throws: `Failure` 65 for a pipe, a socket or a device, 66 when nothing stands there, 74 when it can't be read.
    package static func read(_ url: URL) throws(Failure) -> Data {
        var data = Data()
        try read(url, piece: 1 << 20) { data.append($0) }
        return data
    }

    /// Hands the file on in pieces of at most `piece` bytes.
    package static func read(_ url: URL, piece: Int, _ body: (Data) -> Void) throws(Failure) {
        // A pipe would be waited for until somebody writes into it.
        let file = try open(url, O_RDONLY | O_NONBLOCK), facts = file.facts
        if let kind = facts.map({ $0.st_mode & S_IFMT }), kind != S_IFREG, kind != S_IFDIR {
            throw Failure(.badData, "not a plain file", at: url.path, remedy: "Put the file itself there.")
        }
        var buffer = [UInt8](repeating: 0, count: min(piece, max(4096, Int(facts?.st_size ?? 0) + 1)))
        while true {
            let count = SystemCall.retrying { Glibc.read(file.number, &buffer, buffer.count) }
            guard count >= 0 else { throw failure("can't read", url) }
            if count == 0 { return }
            body(Data(buffer[0..<count]))
        }
    }

    /// Removes a file, or a folder with everything in it; does nothing if it is absent. For a link, removes only the
    /// link.
    package static func remove(_ url: URL) throws(Failure) {
        var facts = stat()
        guard SystemCall.retrying({ lstat(url.path, &facts) }) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw failure("can't be looked at", url)
        }
        let isFolder = facts.st_mode & S_IFMT == S_IFDIR
        if isFolder {
            for entry in try FolderListing.entries(of: url) { try remove(url.child(entry.name)) }
        }
        // Somebody else may have removed it meanwhile.
        guard SystemCall.retrying({ isFolder ? rmdir(url.path) : unlink(url.path) }) == 0 || errno == ENOENT else {
            throw failure("can't remove", url)
        }
    }

    /// Whether anything exists at this path; throws if that can't be found out.
    ///
    /// - Throws: `Failure` 74.
    package static func exists(_ url: URL) throws(Failure) -> Bool { try facts(url) != nil }

    /// Whether it is a folder that stands there, links followed; nil: nothing does.
    ///
    /// - Throws: `Failure` 74 for what can't be looked at.
    package static func isFolder(_ url: URL) throws(Failure) -> Bool? {
        try facts(url).map { $0.st_mode & S_IFMT == S_IFDIR }
    }

    /// Bytes of the file that stands there; nil: nothing does.
    ///
    /// - Throws: `Failure` 74 for what can't be looked at.
    package static func size(_ url: URL) throws(Failure) -> Int? { try facts(url).map { Int($0.st_size) } }

    /// The status of the file at this path, following links; nil if there is none.
    static func facts(_ url: URL) throws(Failure) -> stat? {
        var facts = stat()
        if SystemCall.retrying({ stat(url.path, &facts) }) == 0 { return facts }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw failure("can't be looked at", url)
    }
}

extension DurableFile {
    static func open(_ url: URL, _ flags: Int32) throws(Failure) -> OpenFile {
        let number = SystemCall.retrying { Glibc.open(url.path, flags | O_CLOEXEC) }
        guard number >= 0 else { throw failure("can't open", url) }
        return OpenFile(number)
    }

    /// Writes all of `data` and flushes it.
    static func write(_ data: Data, into file: OpenFile, named url: URL) throws(Failure) {
        try pour(data, into: file, named: url)
        try flush(file, named: url)
    }

    static func flush(_ file: OpenFile, named url: URL) throws(Failure) {
        guard SystemCall.retrying({ fsync(file.number) }) == 0 else { throw failure("can't flush", url) }
    }

    /// Writes all of `data`.
    static func pour(_ data: Data, into file: OpenFile, named url: URL) throws(Failure) {
        var offset = 0
        let code: Int32 = data.withUnsafeBytes { bytes in
            while offset < bytes.count, let base = bytes.baseAddress {
                let count = SystemCall.retrying { Glibc.write(file.number, base + offset, bytes.count - offset) }
                guard count >= 0 else { return errno }
                offset += count
            }
            return 0
        }
        guard code == 0 else { throw failure("can't write \(data.count) bytes to", url, code: code) }
    }

    /// The failure for a failed call: 74 for a full disk in all cases, 73 if something may not be created, 66 for a
    /// missing file by default, and 74 for everything else, which means a failing disk.
    static func failure(
        _ what: String, _ url: URL, code: Int32 = errno, creating: Bool = false, absent: ExitStatus = .inputMissing
    ) -> Failure {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT:
            return Failure(
                .io, "\(what): \(reason)", at: url.path,
                remedy: "Free some space and run the same command again; nothing finished is lost.")
        case ENOENT where !creating && absent == .inputMissing, ENOTDIR where !creating && absent == .inputMissing:
            return Failure(.inputMissing, "\(what): no such file", at: url.path)
        case EACCES where creating, EPERM where creating, EROFS where creating, ENOENT where creating,
            ENOTDIR where creating, EISDIR where creating, EEXIST where creating, ENAMETOOLONG where creating,
            ELOOP where creating, EINVAL where creating:
            return Failure(.cannotCreate, "\(what): \(reason)", at: url.path)
        default:
            return Failure(
                .io, "\(what): \(reason)", at: url.path,
                remedy: "Whatever is there was kept. Run the same command again once the file can be had.")
        }
    }
}
