import ParameterKit

/// A method that tells damaged parts from good ones and finds the damage.
package protocol Detector: Method {
    /// Whether one fitted detector serves all categories, or each category has its own.
    static var scope: DetectorScope { get }
    /// Whether the paper's own figures were measured with this detector.
    static var isThePapers: Bool { get }
    /// The weights of its trunk, as its settings are by default.
    static var trunk: ModelRole { get }
    /// The weights of its trunk, as its settings are.
    var role: ModelRole { get }
    /// The parts of an image's score that its records name.
    static var parts: [ScorePart] { get }
    /// Which pictures it is fitted on.
    var lessons: Set<Lesson> { get }
    /// Pixels a side that pictures are resized to.
    var imageSize: Int { get }
    /// Its trunk and the part of a picture that it sees, in a few words for the heads of tables.
    var view: String { get }
    /// What it costs on a trunk.
    func work(on trunk: TrunkShape) -> DetectorWork
    /// The detector in a phrase for a report's protocol.
    ///
    /// - Parameter model: the trunk's path as the manifest has it.
    func phrase(model: String) -> String
}

extension Detector {
    package static var isThePapers: Bool { false }
    package var role: ModelRole { Self.trunk }
}

package enum DetectorScope: String, Sendable {
    case allCategories = "multi-class"
    case perCategory = "per class"
}

/// Pictures that a detector learns from.
package enum Lesson: String, Sendable {
    /// The chosen normals.
    case normals
    /// The generated pictures with their labels.
    case synthetic
    /// The auxiliary data set.
    case auxiliary
}

/// One named part of an image's score.
package struct ScorePart: Sendable, Equatable {
    package var name: String
    package var doc: String
    package init(_ name: String, _ doc: String) { (self.name, self.doc) = (name, doc) }
}

/// A vision transformer's trunk, as far as costs depend on it.
package struct TrunkShape: Sendable, Equatable {
    package var width: Int
    package var patch: Int
    /// Of the space that is shared with texts.
    package var embedding: Int
    /// Blocks in all.
    package var layers: Int

    package init(width: Int, patch: Int, embedding: Int, layers: Int = 24) {
        (self.width, self.patch, self.embedding, self.layers) = (width, patch, embedding, layers)
    }

    /// CLIP ViT-L/14, the paper's.
    package static let vitL14 = TrunkShape(width: 1024, patch: 14, embedding: 768)
}

/// What a detector costs: multiply-accumulates and bytes.
package struct DetectorWork: Sendable, Equatable {
    /// One picture through the trunk, as far as it is needed.
    package var trunk: Double
    /// One picture after the trunk, when it is scored.
    package var head: Double
    /// One picture after the trunk, in one pass of training; 0: the detector is not trained.
    package var step: Double
    /// A test picture against one normal of the memory bank.
    package var comparison: Double
    /// Bytes kept of a training picture between passes.
    package var tokenBytes: Double
    /// Passes over the training pictures.
    package var epochs: Int
    /// Whether those passes are over the normals, whatever else there is.
    package var stepsOverNormals: Bool

    package init(
        trunk: Double, head: Double, step: Double, comparison: Double, tokenBytes: Double, epochs: Int,
        stepsOverNormals: Bool = false
    ) {
        (self.trunk, self.head, self.step, self.comparison) = (trunk, head, step, comparison)
        (self.tokenBytes, self.epochs, self.stepsOverNormals) = (tokenBytes, epochs, stepsOverNormals)
    }
}
