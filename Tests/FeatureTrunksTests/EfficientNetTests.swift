import Detectors
import FeatureTrunks
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("EfficientNets")
struct EfficientNetTests {
    @Test(
        "Features are those of timm and of efficientnet-pytorch, each with its own padding",
        arguments: ["efficientnet_lite0", "efficientnet_lite0 timm", "efficientnet_b4", "efficientnet_b4 timm"])
    func parity(_ name: String) throws {
        let golden = try Golden<CNNGolden>("efficient_nets"), description = golden.description
        let cuts = try #require(description.families[name]).cuts
        let family = try #require(CNNFamily(rawValue: name.replacing(" timm", with: "")))
        let trunk = try CNNTrunk(description.weights(name), family, to: #require(cuts.last), digest: "")
        let pictures = try SeededWeights(seed: description.seed).inputs("pictures", description.shape)
        let found = try trunk(pictures, cuts: Set(cuts))
        #expect(found.count == cuts.count)
        for cut in cuts {
            let map = try #require(found[cut])
            let channels = try Array(stride(from: 0, to: map.size(1), by: 8))
            #expect(try relativeError(map.indexSelect(1, channels), golden.output("\(name).\(cut)")) < 1e-4, "\(cut)")
            #expect(try map.size(1) == family.cut(cut)?.channels)
        }
    }
}
