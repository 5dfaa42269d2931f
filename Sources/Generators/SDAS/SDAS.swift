import Imaging
package import MethodKit
import ParameterKit

/// The normal, noised and denoised again with more fresh noise than the sampling needs, and put back inside a mask. Its
/// engine half is `AnomalyGeneration.SDASDrawing`.
///
/// *Source*: Zhang, Xu, Zhou, RealNet, CVPR 2024, section 3.1. Deviations: a latent diffusion model without a prompt in
/// place of one of pixels that was trained on the normals; the run starts from the noised normal instead of pure noise,
/// so that what it changes lies where the part has it; of the result the change alone is taken, not what the
/// autoencoder does to every picture; and the label is what changed visibly, not the whole mask.
package struct SDAS: MethodKit.Generator {
    package static let name = "sdas"
    package static let version = 1
    package static let doc =
        "what a latent diffusion model makes of a part with too much noise, inside masks (RealNet's SDAS)"
    package static let models = [ModelRole.diffusion]
    package static let label = LabelOrigin.own

    package var settings: SDASSettings
    package init(_ settings: SDASSettings = SDASSettings()) { self.settings = settings }

    package var numberType: String? { settings.dtype.rawValue }

    /// Passes of the UNet, one for each step. The empty prompt, the normal's latent and its reconstruction are done
    /// once.
    package var work: PictureWork? {
        let steps = settings.denoisingSteps
        return PictureWork(
            once: ["text": 1, "encode": 1, "decode": 1], each: ["forward": steps...steps, "decode": 1...1])
    }

    package var labelMeaning: String {
        """
        The soft label says how much of the model's change was taken: the picture's opacity where a change of 4 grey levels or more can be seen, \
        0 elsewhere, where every pixel is the normal's.
        """
    }

    package func phrase(models: [ModelRole: String]) -> String {
        (models[.diffusion].map { "SDAS on \($0)" } ?? "SDAS") + " in \(settings.shape.plural)"
    }

    /// Both the share of the schedule and the noise that is too much, by one factor.
    package func dialled(to strength: Double) -> SDAS {
        guard strength != 0.5 else { return self }
        var own = settings
        own.gamma = DecimalNumber(millionths: Int((min(1, 2 * strength * own.gamma.value) * 1e6).rounded(.up)))
        // Rounded, so that a manifest can say the same.
        own.noise = own.noise.map { (2 * strength * $0 * 1e6).rounded() / 1e6 }
        return SDAS(own)
    }

    /// s of one picture: how much more variance its noise has than sampling needs.
    package func inflation(seed: UInt32) -> Double {
        var stream = RandomStream(seed: UInt64(seed), purpose: "sdas noise")
        return stream.uniform(settings.noise[0], settings.noise[1])
    }
}
