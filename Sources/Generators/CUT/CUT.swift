package import MethodKit
import ParameterKit

/// Damage from words, by a latent diffusion model: the paper's generator. Its engine half is
/// `AnomalyGeneration.CUTGenerator`.
package struct CUT: Generator {
    package static let name = "cut"
    package static let version = 1
    package static let doc = "anomalies from words by a latent diffusion model (the paper's CUT)"
    package static let models = [ModelRole.diffusion]
    package static let readsWords = true
    package static let label = LabelOrigin.evidence

    package var settings: CUTSettings
    package init(_ settings: CUTSettings = CUTSettings()) { self.settings = settings }

    package var numberType: String? { settings.dtype.rawValue }

    package static var presets: [(name: String, generator: CUT)] {
        CUTSettings.Preset.allCases.compactMap { preset in
            // A preset is never out of range.
            (try? CUTSettings(json: ["preset": .string(preset.rawValue)])).map { (preset.rawValue, CUT($0)) }
        }
    }

    package var labelMeaning: String {
        """
        The manifest's `annotation.source` says what the soft label is: `attention`, the cross-attention of the anomaly's words, coarse by \
        nature, a region where damage was asked for rather than an outline of it; `difference`, how much the picture differs from the \
        reconstructed normal; or `fused`, the difference where the words are attended to.
        """
    }

    /// How much of the schedule is run from the noised normal; from pure noise, the size of the latent's updates.
    package func dialled(to strength: Double) -> CUT {
        guard strength != 0.5 else { return self }
        var own = settings
        if own.imageGuidance {
            own.gamma = DecimalNumber(millionths: Int((min(1, 2 * strength * own.gamma.value) * 1e6).rounded(.up)))
        } else {
            own.guidance.strength *= 2 * strength
        }
        return CUT(own)
    }

    package func phrase(models: [ModelRole: String]) -> String {
        (models[.diffusion].map { "CUT on \($0)" } ?? "CUT") + ", preset \(settings.preset.rawValue)"
    }
}
