import Dispatch
package import Foundation
import Glibc
import ParameterKit

/// Tells a second process that an object is being built. A courtesy: two writers would still leave whole files.
///
/// The file holds host, process, boot and start time. It is stale, and taken over with a notice, when its process is
/// gone, the machine was started anew, or (on another host) it hasn't been touched for two minutes: no lock ever has to
/// be removed by hand.
package final class CourtesyLock {
    private let file: URL
    private let heartbeat: any DispatchSourceTimer

    /// Another host's clock and file system may lag; the holder touches the file every 15 s.
    private static let foreignPatience: TimeInterval = 120
    private static let beat: DispatchTimeInterval = .seconds(15)

    /// - Throws: `Failure` 75 when a living process holds it.
    package init(_ file: URL, notice: (String) -> Void) throws(Failure) {
        self.file = file
        let mine = Self.holder(process: getpid())
        if let data = try? DurableFile.read(file), let other = try? JSONValue(parsing: data), other != mine {
            if let owner = Self.livingOwner(other, file: file) {
                throw Failure(
                    .busy, "another process is building this: \(owner)", at: file.deletingLastPathComponent().path,
                    remedy: "Wait for it to end and run the same command again.")
            }
            notice(
                "took over the lock of a process that is gone (\(file.deletingLastPathComponent().lastPathComponent))")
        }
        try DurableFile.write(mine.prettyText, to: file)
        heartbeat = DispatchSource.makeTimerSource(queue: .global())
        heartbeat.schedule(deadline: .now() + Self.beat, repeating: Self.beat)
        let path = file.path
        heartbeat.setEventHandler { utimes(path, nil) }
        heartbeat.resume()
    }

    package func release() {
        heartbeat.cancel()
        unlink(file.path)
    }

    private static func holder(process: pid_t) -> JSONValue {
        [
            "host": .string(Journal.hostName), "process": .int(Int(process)), "boot": .string(bootID),
            "started": .string(startTime(of: process) ?? ""),
        ]
    }

    private static func livingOwner(_ other: JSONValue, file: URL) -> String? {
        guard let host = other["host"]?.string, let process = other["process"]?.int else { return nil }
        if host == Journal.hostName {
            guard other["boot"]?.string == bootID, let started = startTime(of: pid_t(process)),
                started == other["started"]?.string
            else { return nil }
            return "process \(process)"
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        guard let touched = attributes?[.modificationDate] as? Date,
            -touched.timeIntervalSinceNow < foreignPatience
        else { return nil }
        return "process \(process) on \(host)"
    }

    private static var bootID: String {
        let data = (try? DurableFile.read(URL(fileURLWithPath: "/proc/sys/kernel/random/boot_id"))) ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Field 22 of /proc/<pid>/stat: ticks since boot; tells a process from a later one with the same number.
    private static func startTime(of process: pid_t) -> String? {
        guard let data = try? DurableFile.read(URL(fileURLWithPath: "/proc/\(process)/stat")) else { return nil }
        // The second field is the program's name in parentheses and may hold anything.
        guard let end = data.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = String(decoding: data[(end + 1)...], as: UTF8.self).split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
