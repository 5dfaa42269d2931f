package import Foundation

/// How many processors this process may use: those that it is allowed to run on, or fewer if its control group has a
/// quota of processor time, as containers and Slurm's jobs have.
///
/// A quota of 1.5 processors counts as 2. Threads beyond the quota would only wait for one another: the kernel stops
/// all of them until the period is over.
package struct Processors: Sendable, Equatable {
    /// Processors that the process may run on.
    package let allowed: Int
    /// Processors' worth of time in each period; nil: no quota, or none that can be read.
    package let quota: Double?

    package var count: Int {
        guard let quota, quota < Double(allowed) else { return max(1, allowed) }
        return max(1, Int(quota.rounded(.up)))
    }

    package static let current = Processors(
        allowed: ProcessInfo.processInfo.activeProcessorCount, root: URL(fileURLWithPath: "/"))

    /// - Parameter root: the folder that holds `proc` and `sys`.
    package init(allowed: Int, root: URL) {
        self.allowed = allowed
        quota = Self.quotas(root).min()
    }

    /// Quotas of the process's groups and of all groups around them, of both versions of control groups.
    private static func quotas(_ root: URL) -> [Double] {
        guard let text = text(root.child("proc/self/cgroup")) else { return [] }
        let mounts = root.child("sys/fs/cgroup")
        return text.split(separator: "\n").flatMap { line -> [Double] in
            // "0::/a/b" of version 2; "3:cpu,cpuacct:/a/b" of version 1.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { return [] }
            if parts[1].isEmpty {
                return ["", "unified"].flatMap { above(parts[2], mounts.child($0)).compactMap(ofVersion2) }
            }
            guard parts[1].split(separator: ",").contains("cpu") else { return [] }
            return ["cpu", parts[1]].flatMap { above(parts[2], mounts.child($0)).compactMap(ofVersion1) }
        }
    }

    /// The group's folder and those above it. In a container the path may be one of the host; then only the mount's own
    /// folder is there, and it is the container's group.
    private static func above(_ path: String, _ mount: URL) -> [URL] {
        var folders = [mount]
        for name in path.split(separator: "/") where name != ".." {
            folders.append((folders.last ?? mount).child(String(name)))
        }
        return folders
    }

    /// `cpu.max`: "max 100000" or "150000 100000".
    private static func ofVersion2(_ folder: URL) -> Double? {
        let words = text(folder.child("cpu.max"))?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count == 2 ? ratio(String(words[0]), String(words[1])) : nil
    }

    /// `cpu.cfs_quota_us`, -1 for none, and `cpu.cfs_period_us`.
    private static func ofVersion1(_ folder: URL) -> Double? {
        guard let quota = text(folder.child("cpu.cfs_quota_us")), let period = text(folder.child("cpu.cfs_period_us"))
        else { return nil }
        return ratio(quota, period)
    }

    private static func ratio(_ quota: String, _ period: String) -> Double? {
        let whole = { (text: String) in Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
        guard let quota = whole(quota), let period = whole(period), quota > 0, period > 0 else { return nil }
        return quota / period
    }

    private static func text(_ file: URL) -> String? {
        guard let bytes = try? DurableFile.read(file) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
