import Foundation
import Glibc

/// The most resident memory that this run's processes had so far, in bytes.
struct PeakMemory {
    var tool: Int?
    /// Of the engine that needed most; nil: none ran.
    var engine: Int?

    /// Now: engines must not have been ended yet, or have been waited for.
    static func measured() -> PeakMemory {
        var usage = rusage()
        let tool = getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 ? Int(usage.ru_maxrss) * 1024 : nil
        let ended = getrusage(Int32(RUSAGE_CHILDREN.rawValue), &usage) == 0 ? Int(usage.ru_maxrss) * 1024 : 0
        let engine = max(ended, children().compactMap(peak).max() ?? 0)
        return PeakMemory(tool: tool, engine: engine > 0 ? engine : nil)
    }

    /// Running child processes of any of this process's threads.
    private static func children() -> [Int] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.flatMap { task in
            words("/proc/self/task/\(task)/children").compactMap { Int($0) }
        }
    }

    /// `VmHWM` in /proc/<process>/status, in kB.
    private static func peak(_ process: Int) -> Int? {
        let found = words("/proc/\(process)/status")
        guard let place = found.firstIndex(of: "VmHWM:"), place + 1 < found.count else { return nil }
        return Int(found[place + 1]).map { $0 * 1024 }
    }

    private static func words(_ path: String) -> [Substring] {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }
}
