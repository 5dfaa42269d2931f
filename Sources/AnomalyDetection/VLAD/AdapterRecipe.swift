/// How adapters are trained and pictures scored, where VLAD and its ancestor differ.
package enum AdapterRecipe: String, Sendable {
    case vlad
    /// *Source*: Chen et al. 2023 and its released code. Two things are the project's: maps grow after the softmax,
    /// with half-pixel centres, as VLAD's do; and no figure comes from the test set, over which the released code
    /// stretches the maps' highest places to 0…1.
    case aprilGAN

    /// Adam's.
    var betas: (Double, Double) { self == .vlad ? (0.9, 0.999) : (0.5, 0.999) }
    /// Whether the learning rate falls along a cosine.
    var isScheduled: Bool { self == .vlad }
}
