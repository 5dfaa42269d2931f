import Foundation

/// A batch script for Slurm that runs this program.
package struct SlurmScript {
    enum Kind: String { case prepare, generate, assess, finish }

    let kind: Kind
    /// The job's name.
    let name: String
    /// Arguments of this program. For an array the shard is added.
    var arguments: [String]
    /// Of an array: how many shards there are, and the first one's number.
    var shards: (count: Int, first: Int)?
    /// Further arguments of each task of an array that makes no shards; empty: no array.
    var choices: [String] = []
    /// Where output goes.
    let logs: URL
    /// This program.
    let program: String

    /// The tool's own file, beside which the engine lies.
    static let program =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    var text: String {
        let words = ([program] + arguments).map(Self.quoted).joined(separator: " ")
        let share =
            shards.map { count, first in
                let number = first == 0 ? "$SLURM_ARRAY_TASK_ID" : "$((SLURM_ARRAY_TASK_ID + \(first)))"
                return " --shard \"\(number)/\(count)\""
            } ?? ""
        let choice =
            choices.isEmpty
            ? "" : "choices=(\(choices.map { "'\($0)'" }.joined(separator: " ")))\n"
        let log = logs.path + "/" + (shards == nil && choices.isEmpty ? "%x-%j.log" : "%x-%A_%a.log")
        // A task is named by its array: the number of its own doesn't follow from that.
        let own = "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}"
        return """
            #!/bin/bash
            #SBATCH --job-name=\(Self.quoted(name))
            #SBATCH --ntasks=1
            #SBATCH --requeue
            #SBATCH --open-mode=append
            #SBATCH --output=\(Self.quoted(log))
            #SBATCH --signal=B:USR1@90
            # Written by `flawsmith submit`. USR1 comes when time is nearly up, or before a preemption that gives notice: the program then drops the
            # picture at hand and ends with 75, and the task asks to be run again. TERM alone (scancel) ends it for good.
            again=
            trap 'again=1; kill -USR1 "$task" 2>/dev/null' USR1
            trap 'kill -TERM "$task" 2>/dev/null' TERM
            \(choice)\(words)\(share)\(choices.isEmpty ? "" : " ${choices[$SLURM_ARRAY_TASK_ID]}") &
            task=$!
            wait "$task"
            code=$?
            while kill -0 "$task" 2>/dev/null; do wait "$task"; code=$?; done
            \(kind == .generate ? "[ \"$code\" = 75 ] && again=1\n" : "")\
            if [ "$code" != 0 ] && [ -n "$again" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
                # Slurm ends this script when it has the request.
                scontrol requeue "\(own)" && sleep 300 & wait $!
            fi
            exit "$code"

            """
    }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let plain = word.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "_-./=:,+@%".unicodeScalars.contains($0)
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Numbers as `sbatch --array` takes them: `0-3,7`.
    ///
    /// - Parameter numbers: ascending.
    package static func ranges(_ numbers: [Int]) -> String {
        var parts: [String] = []
        var begin = numbers.first ?? 0, end = begin
        func close() { parts.append(begin == end ? "\(begin)" : "\(begin)-\(end)") }
        for number in numbers.dropFirst() {
            if number == end + 1 {
                end = number
            } else {
                close()
                (begin, end) = (number, number)
            }
        }
        if !numbers.isEmpty { close() }
        return parts.joined(separator: ",")
    }
}
