/// What a processor computes by itself, by the names that Linux gives its features.
package struct ProcessorFeatures: Sendable, Equatable {
    /// How a number type fares on the processor.
    package enum Support: Sendable, Equatable {
        case native
        /// Computed by other means; a pass of the UNet takes about so many times as long as in float32, where that was
        /// measured.
        case emulated(slowdown: Int?)
    }

    private let names: Set<Substring>

    /// - Parameter cpuinfo: the text of `/proc/cpuinfo`.
    package init(cpuinfo: String) {
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
        names = Set((line ?? "").drop { $0 != ":" }.dropFirst().split(separator: " "))
    }

    /// *Source*: oneDNN's documentation of data types: bfloat16 needs AVX-512 (fast with its own instructions), Arm's
    /// `bf16` likewise. The factor is that of a forward pass of SD 1.5's UNet on two cores with AVX2 alone.
    package func support(of numberType: String) -> Support {
        switch numberType {
        case "bfloat16":
            if names.isEmpty || names.contains("avx512f") || names.contains("amx_bf16") || names.contains("bf16")
                || names.contains("avx_ne_convert")
            {
                return .native
            }
            return .emulated(slowdown: names.contains("avx2") ? 17 : nil)
        default: return .native
        }
    }

    /// What to say before a run; nil where there is nothing to say.
    package func warning(about numberType: String, key: String) -> String? {
        guard case .emulated(let slowdown) = support(of: numberType) else { return nil }
        let price = slowdown.map { "about \($0) times as slow as float32" } ?? "far slower than float32"
        return "\(key): this processor has no \(numberType) of its own and emulates it, \(price); write float32"
    }
}
