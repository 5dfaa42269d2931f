import ParameterKit

/// PromptAD's numbers and switches.
///
/// *Source*: Li et al. 2024 and its released code, whose two trainings (for pictures and for pixels) are both done. The
/// code keeps the epoch that is best on the test set, and names each category's defects in its prompts; here the last
/// epoch counts and the states are the general ones.
package struct PromptADSettings: Parameters {
    @Key("Pixels a side that pictures are squashed to; 240 is ViT-B/16+'s own size.", .in(14...2048))
    package var imageSize = 240
    @Key(
        "Blocks whose states between attention and perceptron the normals' patches are compared in, counted from 1.",
        .each(.in(1...200), count: 1...8, ascending: true))
    package var blocks = [4, 9]
    @Key("Learned vectors in front of the object's name.", .in(1...32))
    package var context = 4
    @Key("Learned contexts for pictures' scores; pixels have one.", .in(1...32))
    package var contexts = 3
    @Key("Learned words for damage; with each context they make an abnormal prompt.", .in(1...32))
    package var words = 4
    /// The released code uses CLIP's learned logarithm, ln 100, where its exponential is meant.
    @Key("Cosines are multiplied by it before the softmax; CLIP's own is 100.", .above(0, to: 1000))
    package var scale = 4.605
    @Key("Passes over the normals, all of them in one step.", .in(0...100_000))
    package var epochs = 100
    @Key("Learning rate at the start; it falls to 1e-5 along a cosine.", .above(0, to: 1))
    package var learningRate = 0.002
    @Key("Weight of the distance between handmade and learned abnormal prompts.", .from(0, to: 1000))
    package var matching = 0.001

    package init() {}
}
