package import Foundation
import Glibc

// Temporary files that will be renamed to their final names.

extension DurableFile {
    /// A name that no other process uses, in the folder of `url`: `.<name>.<boot>-<attempt>-<random>.tmp`.
    package static func temporaryName(beside url: URL) -> URL {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        return url.deletingLastPathComponent().child(
            ".\(url.lastPathComponent).\(boot)-\(Attempt.label)-\(random).tmp")
    }

    /// Distinguishes processes of this kernel, which see one another's locks, from those on other machines that share
    /// the disk.
    static let boot = String(Digest.sha256(Machine.boot).prefix(6))
    private static let ending = ".tmp"

    static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(ending) }

    /// An empty file with a temporary name. It is locked while it is open, so that no sweep removes it.
    static func create(beside url: URL) throws(Failure) -> (url: URL, file: OpenFile) {
        while true {
            let temporary = temporaryName(beside: url)
            let number = SystemCall.retrying {
                Glibc.open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            }
            guard number >= 0 else { throw failure("can't create", url, creating: true) }
            let file = OpenFile(number)
            // Between the two calls it was not locked, so it may have been removed.
            if file.claim() == .unsupported || (file.facts?.st_nlink ?? 1) > 0 { return (temporary, file) }
        }
    }

    /// Seconds until a temporary file of another machine, or of an earlier boot of this one, counts as abandoned.
    private static let foreignPatience = 86_400

    /// Removes the abandoned temporary files directly in `folder`: this kernel's that no process has locked, and
    /// others' that were not touched for a day.
    package static func sweep(_ folder: URL) {
        for entry in (try? FolderListing.entries(of: folder)) ?? [] where isTemporary(entry.name) {
            let url = folder.child(entry.name)
            guard let file = try? open(url, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), let facts = file.facts else {
                continue
            }
            let owner = entry.name.dropLast(ending.count).split(separator: ".").last?.split(separator: "-").first
            let isOwn = owner.map { $0 == boot } ?? false
            let claim = file.claim()
            let isOld = time(nil) - facts.st_mtim.tv_sec > foreignPatience
            if isOwn && claim == .mine || isOld && claim != .taken { unlink(url.path) }
        }
    }

    /// Removes every temporary file at any depth. The caller must hold the lock of everything below the folder.
    static func sweepAll(below folder: URL) throws(Failure) {
        for entry in try FolderListing.entries(of: folder) {
            let url = folder.child(entry.name)
            if entry.kind == .folder {
                try sweepAll(below: url)
            } else if isTemporary(entry.name) {
                try remove(url)
            }
        }
    }

    /// Runs `body` while no other process does the same for this folder. If the file system has no locks, or the other
    /// process takes longer than ten seconds, `body` runs anyway: written files are complete either way.
    package static func holding<Value>(_ folder: URL, _ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        try holding(folder, alone: { _ throws(Failure) in try body() })
    }

    /// The same; `body` is told whether no other process can do the same meanwhile.
    static func holding<Value>(
        _ folder: URL, alone body: (_ isAlone: Bool) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let file = try open(folder, O_RDONLY | O_DIRECTORY)
        var patience = 1000, claim = file.claim()
        while claim == .taken, patience > 0 {
            patience -= 1
            usleep(10_000)
            claim = file.claim()
        }
        defer { withExtendedLifetime(file) {} }
        return try body(claim == .mine)
    }
}
