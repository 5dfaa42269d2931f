import Foundation
import StageKit
import Testing

/// Trees as the kernel shows them in `/proc` and `/sys`.
@Suite struct ProcessorsTests {
    private func processors(_ allowed: Int, _ files: [String: String]) throws -> Processors {
        let place = try TemporaryStore()
        for (path, text) in files { try DurableFile.write(text, to: place.folder.appendingPathComponent(path)) }
        return Processors(allowed: allowed, root: place.folder)
    }

    @Test func withoutAQuotaAllAreUsed() throws {
        #expect(try processors(8, [:]).count == 8)
        let none = try processors(
            8,
            [
                "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/cpu.max": "max 100000\n",
                "sys/fs/cgroup/a/cpu.max": "max 100000\n",
            ])
        #expect(none.quota == nil && none.count == 8)
    }

    @Test(arguments: [("150000 100000", 2), ("100000 100000", 1), ("20000 100000", 1), ("1600000 100000", 8)])
    func aContainersQuotaIsRoundedUp(_ quota: String, _ count: Int) throws {
        #expect(
            try processors(8, ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": quota + "\n"]).count == count)
    }

    /// Slurm's job holds the quota, its steps none.
    @Test func theSmallestQuotaOfAllGroupsAroundCounts() throws {
        let found = try processors(
            64,
            [
                "proc/self/cgroup": "0::/system.slice/job_7/step_0\n",
                "sys/fs/cgroup/system.slice/cpu.max": "3200000 100000\n",
                "sys/fs/cgroup/system.slice/job_7/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/system.slice/job_7/step_0/cpu.max": "max 100000\n",
            ])
        #expect(found.quota == 4 && found.count == 4)
    }

    @Test(arguments: ["cpu", "cpu,cpuacct"]) func versionOne(_ mount: String) throws {
        let group = "sys/fs/cgroup/\(mount)/docker/abc"
        let found = try processors(
            16,
            [
                "proc/self/cgroup": "5:cpuset:/docker/abc\n4:\(mount):/docker/abc\n0::/\n",
                "sys/fs/cgroup/\(mount)/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/\(mount)/cpu.cfs_period_us": "100000\n",
                "\(group)/cpu.cfs_quota_us": "250000\n", "\(group)/cpu.cfs_period_us": "100000\n",
            ])
        #expect(found.quota == 2.5 && found.count == 3)
    }

    @Test func whatCannotBeUnderstoodIsNoQuota() throws {
        for text in ["", "0 100000", "x y", "100000 0", "nan 1", "-5 100000"] {
            #expect(
                try processors(4, ["proc/self/cgroup": "0::/\nnonsense\n", "sys/fs/cgroup/cpu.max": text]).count == 4,
                "\(text)")
        }
    }
}
