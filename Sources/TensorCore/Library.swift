import CTorch

/// LibTorch itself: its version and settings that hold for the whole process.
package enum Library {
    /// LibTorch's version as compiled against, e.g. `2.13.0`.
    package static var version: String { String(cString: ctorch_version()) }

    /// Threads within one operation.
    package static var threads: Int { Int(ctorch_threads()) }

    /// Sets the threads within one operation. Results may differ in the last bits between thread counts.
    ///
    /// *Throws* `TensorError.invalidArgument` when `count` is not positive.
    package static func setThreads(_ count: Int) throws(TensorError) {
        try check(ctorch_set_threads(Int32(clamping: count)))
    }

    /// Keeps CPU memory of freed tensors of a MiB and more for others of the same size, at most `bytes`, for the rest
    /// of the process's life.
    ///
    /// *Throws* `TensorError.invalidArgument` for a negative number.
    package static func keepMemory(_ bytes: Int) throws(TensorError) { try check(ctorch_keep_memory(Int64(bytes))) }

    /// What happens to an operation that has no deterministic algorithm.
    package enum Determinism: Sendable {
        /// Any algorithm may run.
        case off
        /// It runs, and a warning goes to standard error.
        case preferred
        /// It fails.
        case required
    }

    /// Chooses algorithms that give the same bits when run again on the same machine; with `preferred` and `required`
    /// also full float32 precision (no TF32) and no autotuning.
    package static func setDeterminism(_ determinism: Determinism) throws(TensorError) {
        try check(ctorch_set_deterministic(determinism != .off, determinism == .preferred))
    }
}
