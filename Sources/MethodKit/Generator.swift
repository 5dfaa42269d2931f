package import ParameterKit

/// Makes pictures of damaged parts from pictures of good ones.
package protocol Generator: Method {
    /// Weights it draws with.
    static var models: [ModelRole] { get }
    /// Whether prompt and words decide what is drawn.
    static var readsWords: Bool { get }
    /// Where a picture's label comes from.
    static var label: LabelOrigin { get }
    /// What a soft label of its pictures means, in a sentence for the data set's card.
    var labelMeaning: String { get }
    /// How often each part that `flawsmith bench` times is run for a picture; nil if drawing costs almost nothing.
    var work: PictureWork? { get }
    /// The number type that its networks run in, which `--device` must support; nil for a generator without networks.
    var numberType: String? { get }
    /// Named settings, for the prices of `flawsmith bench`.
    static var presets: [(name: String, generator: Self)] { get }
    /// How the pictures were made, in a phrase for cards and reports.
    ///
    /// - Parameter models: the models' paths as the manifest has them.
    func phrase(models: [ModelRole: String]) -> String
    /// The same with damage of another strength. 0.5 changes nothing; towards 0 pictures stay what they are, towards 1 the
    /// damage departs from them as far as the method can. Inside the label the mean change grows with it.
    ///
    /// - Parameter strength: above 0, to 1.
    func dialled(to strength: Double) -> Self
    /// A folder of pictures. One of them, chosen by the seed, is used in each generated picture.
    var materials: ManifestPath? { get }
    /// Why it can't draw damage of a category with these settings; nil if it can.
    func refusal(of category: String) -> String?
}

extension Generator {
    package static var models: [ModelRole] { [] }
    package static var readsWords: Bool { false }
    package var work: PictureWork? { nil }
    package func dialled(to strength: Double) -> Self { self }
    package var materials: ManifestPath? { nil }
    package func refusal(of category: String) -> String? { nil }
    package var numberType: String? { nil }
    package static var presets: [(name: String, generator: Self)] { [] }
    package func phrase(models: [ModelRole: String]) -> String { Self.name }
}

/// Where a generated picture's label comes from.
package enum LabelOrigin: Sendable {
    /// The generator knows what it changed.
    case own
    /// Made afterwards by the manifest's `annotation` from files kept beside the picture: the attention to the words
    /// and the reconstructed normal.
    case evidence
}

/// A generator that draws nothing: it takes pictures and masks that were made elsewhere.
package protocol TakenGenerator: Generator {
    /// The folder or archive; nil where the manifest names none.
    var source: ManifestPath? { get }
    /// The key that names it.
    static var sourceKey: String { get }
}

/// How often each part that `flawsmith bench` times is run, by the part's name.
package struct PictureWork: Sendable, Equatable {
    /// Once for a normal picture and a prompt.
    package var once: [String: Int]
    /// For each picture: at least and at most.
    package var each: [String: ClosedRange<Int>]

    package init(once: [String: Int], each: [String: ClosedRange<Int>]) { (self.once, self.each) = (once, each) }
}
