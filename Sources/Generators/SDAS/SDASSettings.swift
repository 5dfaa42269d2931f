package import ParameterKit

/// How far the normal is diffused, with how much noise it comes back, and what of the result is taken.
///
/// *Source*: Zhang, Xu, Zhou, RealNet, CVPR 2024, section 3.1 (strength-controllable diffusion anomaly synthesis) and
/// its released code: 20 steps, s between 0.1 and 0.2, opacities between 0.5 and 1.
package struct SDASSettings: Parameters {
    /// With `gamma`'s default, RealNet's 20 steps.
    @Key("Timesteps of the sampling schedule.", .in(1...1000))
    package var steps = 40

    /// RealNet starts from pure noise, with a model of the part; a model of everything has to be shown the part.
    @Key(
        """
        Share of the schedule that is run from the noised normal: gamma * steps of them, rounded half up, at least 1. 1 keeps hardly anything of it.
        """, .above(0, to: 1))
    package var gamma = DecimalNumber(coefficient: 5, exponent: -1)

    /// RealNet's s, of a model with a learned variance; with the fixed one that is used here, the same s is milder.
    @Key(
        "By how much more than sampling needs the variance of each step's noise is (s), least and most; each picture has its own.",
        .each(.from(0, to: 10), count: 2...2))
    package var noise = [0.1, 0.2]

    @Key(
        "Share of the change that is taken, least and most (RealNet's opacity); each picture has its own.",
        .each(.from(0, to: 1), count: 2...2))
    package var opacity = [0.5, 1.0]

    /// RealNet's masks are `perlin`. Half of those are of specks finer than a cell of the latent, in which a model
    /// can't draw.
    @Key("The outline of damage.")
    package var shape = DamageShape.freeform

    @Key(
        "Damage that can be seen on a smaller share of the foreground is drawn elsewhere.",
        .from(0, to: 0.5))
    package var smallest = 0.002

    @Key("Number type of UNet and text encoder; autoencoder and latents are float32 always.")
    package var dtype = CUTSettings.NumberType.float32

    package init() {}

    /// The denoising steps that are run.
    package var denoisingSteps: Int { gamma.denoisingSteps(of: steps) }

    package func check(_ issues: inout Issues) {
        if noise[0] > noise[1] {
            issues.add("the least, \(noise[0]), is above the most, \(noise[1])", at: $noise)
        }
        if opacity[0] > opacity[1] {
            issues.add("the least, \(opacity[0]), is above the most, \(opacity[1])", at: $opacity)
        }
        if opacity[1] == 0 { issues.add("nothing of the change would be taken", at: $opacity) }
    }
}
