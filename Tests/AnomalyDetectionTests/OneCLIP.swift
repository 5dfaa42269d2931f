import AnomalyDetection
import ClipModels
import Detectors
import FeatureTrunks

/// A shelf that gives out one CLIP, whatever folder is asked for, and nothing else.
final class OneCLIP: TrunkShelf {
    struct Unused: Error {}
    private let model: CLIPModel

    init(_ model: CLIPModel) { self.model = model }

    func clip(_ folder: String) throws -> CLIPModel { model }
    func cnn(_ path: String, _ family: CNNFamily, to cut: String) throws -> CNNTrunk { throw Unused() }
    func transformer(_ path: String, _ family: TransformerFamily, to block: Int) throws -> VisionTransformer {
        throw Unused()
    }
}
