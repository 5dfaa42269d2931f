import CTorch

/// Our own CPU kernels, which replace LibTorch's; `CTorchKernels` explains what each is for.
package struct Kernels: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ kernels: Int) { rawValue = UInt32(kernels) }

    /// Attention without a mask.
    package static let attention = Kernels(CTorchOwnAttention)
    /// Layers whose weights never change, laid out beforehand.
    package static let frozenLayers = Kernels(CTorchOwnFrozenLayers)
    /// The 3×3 convolutions among the frozen layers, by Winograd's algorithm.
    package static let winograd = Kernels(CTorchOwnWinograd | CTorchOwnFrozenLayers)
    /// Group norm of channels that come last in memory.
    package static let norms = Kernels(CTorchOwnNorms)

    /// All of them, as when nothing is chosen.
    package static let own = Kernels(CTorchOwnAll)
    /// None: only LibTorch's kernels.
    package static let libTorch: Kernels = []

    private static let names: [(name: String, kernels: Kernels)] = [
        ("attention", .attention), ("winograd", .winograd), ("frozen", .frozenLayers), ("norms", .norms),
    ]
}

extension Kernels: CustomStringConvertible {
    /// Reads `own`, `libtorch`, or names of those to keep between commas: `attention`, `frozen`, `winograd` (with
    /// `frozen`), `norms`. Empty text means `own`.
    ///
    /// *Throws* `TensorError.invalidArgument` for another word.
    package static func parse(_ text: String) throws(TensorError) -> Kernels {
        if text.isEmpty || text == "own" { return .own }
        if text == "libtorch" { return .libTorch }
        var kernels: Kernels = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = names.first(where: { $0.name == word }) else {
                let known = names.map(\.name).joined(separator: ", ")
                throw TensorError(
                    .invalidArgument, "unknown kernels “\(word)”: use own, libtorch, or of \(known) those to keep")
            }
            kernels.formUnion(found.kernels)
        }
        return kernels
    }

    /// As ``parse(_:)`` reads it.
    package var description: String {
        if self == .own { return "own" }
        if isEmpty { return "libtorch" }
        return Self.names.filter { isSuperset(of: $0.kernels) }.map(\.name).joined(separator: ",")
    }

    /// The instruction sets that kernels are compiled for; each level includes those before it.
    package enum Level: Int32, CaseIterable, Sendable {
        /// Any processor.
        case baseline
        /// AVX2 and FMA (x86-64-v3).
        case avx2
        /// AVX-512 with F, BW, CD, DQ and VL (x86-64-v4).
        case avx512

        /// The highest level that this processor supports.
        package static var best: Level { Level(ctorch_kernels_best_level()) }

        package var isAvailable: Bool { rawValue <= Self.best.rawValue }

        fileprivate init(_ code: CTorchKernelLevel) { self = Level(rawValue: Int32(code.rawValue)) ?? .baseline }
        fileprivate var code: CTorchKernelLevel { CTorchKernelLevel(UInt32(rawValue)) }
    }
}

extension Library {
    /// The kernels that this thread computes with.
    package static var kernels: Kernels { Kernels(rawValue: ctorch_kernels().own) }

    /// What this thread's kernels are compiled for.
    package static var kernelLevel: Kernels.Level { Kernels.Level(ctorch_kernels().level) }

    /// Sets the process's choice: `.own`, `.libTorch`, or some of ours. Call it before a network is loaded: layers that
    /// are already packed keep their algorithm.
    package static func setKernels(_ kernels: Kernels) { ctorch_kernels_set(kernels.rawValue) }

    /// Runs `body` with other kernels, or with ours as compiled for another level, on this thread alone.
    ///
    /// *Throws* what `body` throws; `TensorError.invalidArgument` for a level that this processor lacks.
    package static func withKernels<Result>(
        _ kernels: Kernels? = nil, level: Kernels.Level? = nil, _ body: () throws -> Result
    ) throws -> Result {
        var before = CTorchKernels()
        let hadOwn = ctorch_kernels_selected(&before)
        var choice = ctorch_kernels()
        if let kernels { choice.own = kernels.rawValue }
        if let level { choice.level = level.code }
        try check(ctorch_kernels_select(&choice))
        defer { _ = hadOwn ? ctorch_kernels_select(&before) : ctorch_kernels_select(nil) }
        return try body()
    }
}
