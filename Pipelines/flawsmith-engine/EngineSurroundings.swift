import CLinux
import Glibc
import TensorCore

/// Settings of the process that are made before it works.
enum EngineSurroundings {
    /// Bytes of freed tensors that are kept for reuse: about as many as a gradient of Stable Diffusion's UNet needs
    /// besides its weights.
    static let keptMemory = 1 << 30

    /// The process's peak memory in bytes.
    static var peakMemory: Int {
        var usage = rusage()
        return getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 ? usage.ru_maxrss * 1024 : 0
    }

    /// Turns off our kernels as set in `FLAWSMITH_KERNELS`; must be called before anything is loaded.
    ///
    /// - Returns: the choice in words after a comma; empty when all our kernels are used.
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
        // Keeps the engine from outliving the tool. If this fails, the end of standard input still ends an idle engine.
        _ = clinux_set_parent_death_signal(SIGKILL)
        // The tool decides what to do on Ctrl-C.
        signal(SIGINT, SIG_IGN)
        // cuBLAS is deterministic only with a fixed workspace; LibTorch refuses to multiply matrices deterministically
        // without it (NVIDIA's cuBLAS documentation, "Results reproducibility"; :4096:8 is the faster of its two
        // settings).
        setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0)
    }
}
