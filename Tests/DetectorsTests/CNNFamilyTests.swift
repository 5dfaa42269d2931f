import Detectors
import MethodKit
import ParameterKit
import Testing

@Suite("Convolutional networks, as the tool knows them")
struct CNNFamilyTests {
    @Test("Costs are the published ones")
    func costs() {
        func work(_ family: CNNFamily, _ deepest: String) -> Double { family.work(to: [deepest]) * 224 * 224 / 1e9 }
        // Whole networks without their classifiers: torchvision's tables have 1.81, 4.09, 11.40 and 15.35 + 0.12.
        #expect(abs(work(.resnet18, "layer4") - 1.81) < 0.01)
        #expect(abs(work(.resnet50, "layer4") - 4.09) < 0.01)
        #expect(abs(work(.wideResNet50, "layer4") - 11.40) < 0.01)
        #expect(abs(work(.vgg16, "conv5_3") - 15.35) < 0.01)
        // 0.30 less its last convolution and classifier.
        #expect(abs(work(.mobileNetV2, "stage7") - (0.3007 - 0.0201 - 0.0013)) < 0.002)
        // timm's table has 0.41 and, at 380 pixels, 4.49; these two are counted of it at 224, to the last cut and to
        // the fifth.
        #expect(abs(work(.efficientNetLite0, "stage7") - 0.3638) < 0.001)
        #expect(abs(work(.efficientNetB4, "stage5") - 0.9194) < 0.001)
        #expect(work(.wideResNet50, "layer3") < work(.wideResNet50, "layer4"))
        #expect(CNNFamily.resnet18.work(to: []) == 0)
    }

    @Test("Strides and channels of the cuts")
    func cuts() {
        #expect(CNNFamily.wideResNet50.cuts.map(\.name) == ["layer1", "layer2", "layer3", "layer4"])
        #expect(CNNFamily.wideResNet50.cuts.map(\.stride) == [4, 8, 16, 32])
        #expect(CNNFamily.wideResNet50.cuts.map(\.channels) == [256, 512, 1024, 2048])
        #expect(CNNFamily.vgg16.cuts.map(\.name) == ["conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3"])
        #expect(CNNFamily.vgg16.cuts.map(\.stride) == [1, 2, 4, 8, 16])
        #expect(CNNFamily.mobileNetV2.cuts.map(\.stride) == [2, 4, 8, 16, 16, 32, 32])
        #expect(CNNFamily.efficientNetB4.cuts.map(\.stride) == [2, 4, 8, 16, 16, 32, 32])
        #expect(CNNFamily.efficientNetB4.cuts.map(\.channels) == [24, 32, 56, 112, 160, 272, 448])
        #expect(CNNFamily.efficientNetLite0.layers(at: [8, 16]) == ["stage3", "stage5"])
        #expect(CNNFamily.mobileNetV2.layers(at: [4, 8, 16]) == ["stage2", "stage3", "stage5"])
        #expect(CNNFamily.resnet18.channels(of: ["layer1", "layer2", "layer3"]) == 448)
    }

    @Test("The layers' default follows the network")
    func defaults() throws {
        #expect(try PatchCoreSettings(json: [:]).layers == ["layer2", "layer3"])
        #expect(try PatchCoreSettings(json: ["trunk": "vgg16"]).layers == ["conv4_3", "conv5_3"])
        let padim = try PaDiMSettings(json: ["trunk": "vgg16"])
        #expect(padim.layers == ["conv3_3", "conv4_3", "conv5_3"] && padim.features == 100)
        #expect(try PaDiMSettings(json: ["trunk": "wide_resnet50_2"]).features == 550)
        #expect(PatchCoreSettings().share(normals: 4) == 1 && PatchCoreSettings().share(normals: 5) == 0.1)
    }

    @Test("Layers that a network doesn't have, another order, and more channels than there are, are refused")
    func refusals() {
        func message(_ json: JSONValue) -> String {
            do {
                _ = try PaDiMSettings(json: json)
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            message(["layers": ["layer2", "conv5_3"]]).contains(
                "resnet18 has no layer `conv5_3`; its layers are layer1, layer2, layer3, layer4"))
        #expect(message(["layers": ["layer3", "layer2"]]).contains("from shallow to deep"))
        #expect(message(["layers": ["layer1"], "features": 65]).contains("resnet18 has 64 channels in layer1, not 65"))
        #expect(message(["layers": ["layer1"], "features": 64]) == "")
    }

    @Test("Phrases name trunk, layers, weights and geometry")
    func phrases() throws {
        let phrase = PatchCore().phrase(model: "weights/wrn.safetensors")
        #expect(phrase.contains("wide_resnet50_2 layer2+layer3 (weights/wrn.safetensors)"))
        #expect(phrase.contains("squashed to 256"))
        let original = PaDiM(try PaDiMSettings(json: ["geometry": "original", "image_size": 224]))
        #expect(original.phrase(model: "w").contains("the centre 224 of pictures whose short side is 256"))
    }
}
