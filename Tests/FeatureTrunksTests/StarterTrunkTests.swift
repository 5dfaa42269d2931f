import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import TensorCore
import Testing

@Suite("The network in the starter kit")
struct StarterTrunkTests {
    @Test(
        "EfficientNet-Lite0 is whole, and sees a difference between a plain picture and a striped one"
    )
    func starter() throws {
        let folder = Goldens.folder.appendingPathComponent("../../Manifests/starter/efficientnet-lite0").path
        let trunk = try CNNTrunk.load(folder, family: .efficientNetLite0, to: "stage7")
        let plain = try Tensor.zeros([1, 3, 64, 64])
        let striped = try (Tensor.arange(64, dtype: .float32) / 4).sin().reshape([1, 1, 1, 64]).expand([1, 3, 64, 64])
        let (before, after) = (try trunk(plain, cuts: ["stage7"]), try trunk(striped.contiguous(), cuts: ["stage7"]))
        let (first, second) = (try #require(before["stage7"]), try #require(after["stage7"]))
        #expect(first.shape == [1, 320, 2, 2])
        #expect(try first.allFinite && relativeError(first, second) > 0.1)
    }
}
