import Foundation
import Glibc

/// Tells this process from all others that may work at the same thing, here or on another machine.
package enum Attempt {
    /// Node, scheduler's job, how often that was started again, and process: `n2-12_3-1-4711`; without a scheduler
    /// `n2-4711`. A job that was started elsewhere after a failure has the same number while its first attempt lives on.
    package static let label = name(
        ProcessInfo.processInfo.environment, host: Journal.hostName, process: Int(getpid()))

    /// - Parameter environment: of a process that Slurm, Grid Engine or nobody started; a pod's host name is its own.
    package static func name(_ environment: [String: String], host: String, process: Int) -> String {
        let slurm = environment["SLURM_ARRAY_JOB_ID"].map { "\($0)_\(environment["SLURM_ARRAY_TASK_ID"] ?? "")" }
        let job = slurm ?? environment["SLURM_JOB_ID"] ?? environment["JOB_ID"]
        let node = environment["SLURMD_NODENAME"] ?? host
        let restart = job == nil ? nil : environment["SLURM_RESTART_COUNT"] ?? "0"
        return [node, job, restart, "\(process)"].compactMap(\.self).map(plain).joined(separator: "-")
    }

    /// Letters, digits and `_` alone, and not too many: it becomes part of files' names.
    private static func plain(_ text: String) -> String {
        String(
            text.prefix(40).unicodeScalars.map { scalar -> Character in
                let isPlain =
                    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                return isPlain ? Character(scalar) : "_"
            })
    }
}
