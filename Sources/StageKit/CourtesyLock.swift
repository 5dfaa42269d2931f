import Dispatch
package import Foundation
import Glibc
import ParameterKit

/// Tells a second process that an object is being built. A courtesy: two writers would still leave whole files.
///
/// It is the kernel's lock on the file, which ends with its holder, whatever that process's namespace and host name: no
/// lock ever has to be removed by hand. The file's text (host, process, boot, start time) is for people, and for file
/// systems that have no locks or don't share them between machines. There a lock is stale when its process is gone or,
/// on another machine, hasn't touched it for two minutes.
package final class CourtesyLock {
    private let file: URL
    private let open: OpenFile
    private let heartbeat: any DispatchSourceTimer

    /// Another host's clock and file system may lag; the holder touches the file every 15 s.
    private static let foreignPatience = 120
    private static let beat: DispatchTimeInterval = .seconds(15)

    /// - Parameter file: in a folder that is there.
    /// - Throws: `Failure` 75 when a living process holds it.
    package init(_ file: URL, notice: (String) -> Void) throws(Failure) {
        self.file = file
        open = try Self.take(file, notice: notice)
        let open = open
        heartbeat = DispatchSource.makeTimerSource(queue: .global())
        heartbeat.schedule(deadline: .now() + Self.beat, repeating: Self.beat)
        heartbeat.setEventHandler { futimens(open.number, nil) }
        heartbeat.resume()
    }

    package func release() {
        heartbeat.cancel()
        if Self.isStill(open, at: file) { unlink(file.path) }
        // Unlocked explicitly, because a child that is being started may hold the descriptor for a moment longer.
        flock(open.number, LOCK_UN)
    }

    private static func take(_ file: URL, notice: (String) -> Void) throws(Failure) -> OpenFile {
        let place = file.deletingLastPathComponent()
        while true {
            let number = SystemCall.retrying {
                Glibc.open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
            }
            guard number >= 0 else {
                guard errno == EISDIR || errno == ELOOP || errno == ENXIO else {
                    throw DurableFile.failure("can't create", file, creating: true)
                }
                try moveAway(file, notice: notice)
                continue
            }
            let open = OpenFile(number)
            let claim = open.claim()
            // Its last holder may have removed it before it was locked.
            if claim == .mine, !isStill(open, at: file) { continue }
            let other = LockHolder(reading: open)
            if claim == .taken { throw busy(other.map(\.description) ?? "an unknown one", place) }
            if let other, other != .this {
                if let owner = living(other, open, beside: file, hasLocks: claim == .mine) { throw busy(owner, place) }
                notice("took over the lock of a process that is gone (\(place.lastPathComponent))")
            }
            try LockHolder.this.write(to: open, named: file)
            // Without the kernel's lock, two processes may have got here: the one whose text is in the file holds the
            // lock.
            if claim == .unsupported {
                usleep(20_000)
                guard LockHolder(reading: open) == .this, isStill(open, at: file) else { continue }
            }
            return open
        }
    }

    private static func busy(_ owner: String, _ place: URL) -> Failure {
        Failure(
            .busy, "another process is building this: \(owner)", at: place.path,
            remedy: "Wait for it to end and run the same command again, or have it wait with --wait SECONDS.")
    }

    /// The holder, unless there is proof that it is gone; then nil.
    private static func living(_ other: LockHolder, _ open: OpenFile, beside file: URL, hasLocks: Bool) -> String? {
        let isOfThisKernel = other.boot == LockHolder.this.boot
        // A holder under this kernel would still have the kernel's lock.
        if hasLocks, isOfThisKernel || other.host == LockHolder.this.host { return nil }
        if isOfThisKernel, other.namespace == LockHolder.this.namespace {
            return other.isRunning ? other.description : nil
        }
        // Compared with the file system's own clock; a time ahead of it doesn't count as a touch.
        guard let touched = open.facts?.st_mtim.tv_sec, let now = now(beside: file) else { return other.description }
        return (-5..<foreignPatience).contains(now - touched) ? other.description : nil
    }

    private static func now(beside file: URL) -> Int? {
        guard let (url, open) = try? DurableFile.create(beside: file) else { return nil }
        defer { unlink(url.path) }
        return open.facts?.st_mtim.tv_sec
    }

    private static func isStill(_ open: OpenFile, at file: URL) -> Bool {
        guard let own = open.facts, let there = try? DurableFile.facts(file) else { return false }
        return own.st_dev == there.st_dev && own.st_ino == there.st_ino
    }

    /// Something other than a file is in the lock's place; renames it and keeps it.
    private static func moveAway(_ file: URL, notice: (String) -> Void) throws(Failure) {
        var number = 1
        var target = file.appendingPathExtension("moved")
        while try DurableFile.exists(target) {
            number += 1
            target = file.appendingPathExtension("moved-\(number)")
        }
        try DurableFile.rename(file, to: target)
        notice("\(file.path) was no file: it was moved to \(target.lastPathComponent)")
    }
}

/// The text in a lock's file, which describes its holder.
struct LockHolder: Equatable, CustomStringConvertible {
    let host: String
    let process: Int
    let boot: String
    /// Ticks from the boot to the process's start; distinguishes it from a later process with the same number.
    let started: String
    /// The namespace of process numbers; containers have their own.
    let namespace: String

    static let this = LockHolder(
        host: Journal.hostName, process: Int(getpid()), boot: Machine.boot, started: startTime(of: getpid()) ?? "",
        namespace: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "")

    var description: String { host == Self.this.host ? "process \(process)" : "process \(process) on \(host)" }

    var isRunning: Bool {
        guard let number = pid_t(exactly: process), let found = Self.startTime(of: number) else { return false }
        return found == started
    }

    /// Field 22 of /proc/<pid>/stat.
    private static func startTime(of process: pid_t) -> String? {
        guard let data = try? DurableFile.read(URL(fileURLWithPath: "/proc/\(process)/stat")) else { return nil }
        // The second field is the program's name in parentheses and may hold anything.
        guard let end = data.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = String(decoding: data[(end + 1)...], as: UTF8.self).split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}

extension LockHolder {
    /// Longer than any holder's text.
    private static let most = 4096

    /// nil if the file's text makes no sense.
    init?(reading file: OpenFile) {
        var bytes = [UInt8](repeating: 0, count: Self.most)
        let count = SystemCall.retrying { pread(file.number, &bytes, bytes.count, 0) }
        guard count > 0, let json = try? JSONValue(parsing: Data(bytes.prefix(count))), let host = json["host"]?.string,
            let process = json["process"]?.int
        else { return nil }
        self.init(
            host: host, process: process, boot: json["boot"]?.string ?? "", started: json["started"]?.string ?? "",
            namespace: json["namespace"]?.string ?? "")
    }

    func write(to file: OpenFile, named url: URL) throws(Failure) {
        let json: JSONValue = [
            "host": .string(host), "process": .int(process), "boot": .string(boot), "started": .string(started),
            "namespace": .string(namespace),
        ]
        let text = json.prettyText
        let bytes = Array((text + String(repeating: " ", count: max(0, 512 - text.utf8.count))).utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                SystemCall.retrying {
                    pwrite(file.number, raw.baseAddress.map { $0 + done }, raw.count - done, off_t(done))
                }
            }
            guard count > 0 else { throw DurableFile.failure("can't write", url) }
            done += count
        }
        guard SystemCall.retrying({ ftruncate(file.number, off_t(bytes.count)) }) == 0 else {
            throw DurableFile.failure("can't write", url)
        }
    }
}
