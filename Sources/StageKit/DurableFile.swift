package import Foundation
import Glibc

/// Files that are there whole or not at all: a temporary name in the same folder, fsync, rename, fsync of the folder.
package enum DurableFile {
    /// Writes `data` under `url`, replacing what was there; missing folders are made.
    ///
    /// *Throws*: `Failure` 73 when the file can't be created, 74 when the disk is full or fails.
    package static func write(_ data: Data, to url: URL) throws(Failure) {
        try makeFolder(url.deletingLastPathComponent())
        let temporary = temporaryName(beside: url)
        do {
            try create(temporary, data)
            try rename(temporary, to: url)
        } catch {
            unlink(temporary.path)
            throw error
        }
    }

    package static func write(_ text: String, to url: URL) throws(Failure) {
        try write(Data(text.utf8), to: url)
    }

    /// Writes `data` unless the file holds just that already.
    package static func update(_ data: Data, at url: URL) throws(Failure) {
        if (try? read(url)) != data { try write(data, to: url) }
    }

    /// A name that no other process uses, in the folder of `url`: `.<name>.<machine>-<process>-<random>.tmp`.
    package static func temporaryName(beside url: URL) -> URL {
        let random = String(UInt32.random(in: .min ... .max), radix: 36)
        return url.deletingLastPathComponent().appendingPathComponent(
            ".\(url.lastPathComponent).\(machine)-\(getpid())-\(random).tmp")
    }

    /// Removes the temporary files directly in `folder` that killed processes of this machine left.
    package static func sweep(_ folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
            let parts = name.dropLast(".tmp".count).split(separator: ".").last?.split(separator: "-") ?? []
            guard parts.count == 3, parts[0] == machine, let process = pid_t(parts[1]) else { continue }
            if process != getpid(), kill(process, 0) != 0, errno == ESRCH {
                unlink(folder.appendingPathComponent(name).path)
            }
        }
    }

    /// Tells this machine's processes from those of others that share the disk.
    private static let machine = String(Digest.sha256(Journal.hostName).prefix(6))

    /// Moves a finished file or folder to its final name, durably. Files written by others (the engine) are synced
    /// first.
    package static func rename(_ source: URL, to target: URL) throws(Failure) {
        guard Glibc.rename(source.path, target.path) == 0 else { throw failure("can't rename to", target) }
        try syncFolder(target.deletingLastPathComponent())
    }

    /// Puts a finished file under a second name, replacing what stands there: a hard link, or a copy where the file
    /// system has none. Does nothing when both names are one file already, or have the same bytes.
    package static func link(_ source: URL, to target: URL) throws(Failure) {
        var (one, other) = (stat(), stat())
        guard stat(source.path, &one) == 0 else { throw failure("can't open", source) }
        if stat(target.path, &other) == 0 {
            if one.st_dev == other.st_dev, one.st_ino == other.st_ino { return }
            if one.st_size == other.st_size, try Digest.sha256(file: source) == Digest.sha256(file: target) { return }
        }
        try makeFolder(target.deletingLastPathComponent())
        let temporary = temporaryName(beside: target)
        if Glibc.link(source.path, temporary.path) == 0 {
            try rename(temporary, to: target)
        } else {
            try write(try read(source), to: target)
        }
    }

    package static func makeFolder(_ url: URL) throws(Failure) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
            if isFolder.boolValue { return }
            throw Failure(
                .cannotCreate, "a file stands where a folder is needed", at: url.path, remedy: "Move it away.")
        }
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        // Two processes may make it at once; only the outcome counts.
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(
                .cannotCreate, "can't create the folder", at: url.path,
                remedy: "Check its permissions and the free space.")
        }
        try syncFolder(url.deletingLastPathComponent())
    }

    /// Flushes a file's bytes to the disk.
    package static func syncFile(_ url: URL) throws(Failure) {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open", url) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("can't flush", url) }
    }

    package static func syncFolder(_ url: URL) throws(Failure) {
        let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open the folder", url) }
        defer { close(descriptor) }
        // Some network file systems refuse to sync folders; rename is then all there is.
        if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP { throw failure("can't flush the folder", url) }
    }

    package static func read(_ url: URL) throws(Failure) -> Data {
        var data = Data()
        try read(url, piece: 1 << 20) { data.append($0) }
        return data
    }

    /// Hands the file on in pieces of at most `piece` bytes.
    package static func read(_ url: URL, piece: Int, _ body: (Data) -> Void) throws(Failure) {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't open", url) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: piece)
        while true {
            let count = Glibc.read(descriptor, &buffer, piece)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("can't read", url) }
            if count == 0 { return }
            body(Data(buffer[0..<count]))
        }
    }

    /// Removes a file or a folder with all it holds; absent is fine.
    package static func remove(_ url: URL) throws(Failure) {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw Failure(.io, "can't remove: \(error.localizedDescription)", at: url.path)
        }
    }

    private static func create(_ url: URL, _ data: Data) throws(Failure) {
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("can't create", url, creating: true) }
        defer { close(descriptor) }
        var offset = 0
        let code: Int32 = data.withUnsafeBytes { bytes in
            while offset < bytes.count {
                guard let base = bytes.baseAddress else { break }
                let count = Glibc.write(descriptor, base + offset, bytes.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                offset += count
            }
            return 0
        }
        guard code == 0 else { throw failure("can't write \(data.count) bytes to", url, code: code) }
        guard fsync(descriptor) == 0 else { throw failure("can't flush", url) }
    }

    private static func failure(_ what: String, _ url: URL, code: Int32 = errno, creating: Bool = false) -> Failure {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT where !creating:
            return Failure(.inputMissing, "\(what): no such file", at: url.path)
        case ENOSPC, EDQUOT:
            return Failure(
                .io, "\(what): \(reason)", at: url.path,
                remedy: "Free some space and run the same command again; nothing finished is lost.")
        default:
            return Failure(creating ? .cannotCreate : .io, "\(what): \(reason)", at: url.path)
        }
    }
}
