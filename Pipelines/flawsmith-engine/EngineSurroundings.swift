import CLinux
import Glibc
import TensorCore

/// What the process asks of the system before it works.
enum EngineSurroundings {
    /// Bytes of freed tensors that are kept for the next ones: about what a gradient of Stable Diffusion's UNet needs
    /// beside its weights.
    static let keptMemory = 1 << 30

    /// Bytes that the process held in memory at most.
    static var peakMemory: Int {
        var usage = rusage()
        return getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 ? usage.ru_maxrss * 1024 : 0
    }

    /// Leaves kernels to LibTorch where `FLAWSMITH_KERNELS` says so; before anything is loaded.
    ///
    /// - Returns: the choice in words, behind a comma; nothing when all kernels are ours.
    /// - Throws: `.invalidArgument` for a word that is none of the kernels.
    static func chooseKernels() throws(TensorError) -> String {
        let name = "FLAWSMITH_KERNELS"
        do {
            let kernels = try Kernels.parse(getenv(name).map { String(cString: $0) } ?? "")
            Library.setKernels(kernels)
            return kernels == .own ? "" : ", kernels \(kernels)"
        } catch {
            throw TensorError(error.kind, "\(name): \(error.message)")
        }
    }

    static func prepare() {
        // The engine never outlives the tool. Failing is no harm: the end of standard input ends it too, when it is
        // idle.
        _ = clinux_set_parent_death_signal(SIGKILL)
        // Ctrl-C is the tool's to decide on.
        signal(SIGINT, SIG_IGN)
        // cuBLAS is deterministic only with a fixed workspace; LibTorch refuses to multiply matrices deterministically
        // without it (NVIDIA's cuBLAS documentation, "Results reproducibility"; :4096:8 is the faster of its two
        // settings).
        setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0)
    }
}
