import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("Convolutional trunks")
struct CNNTrunkTests {
    private static func family(_ name: String) throws -> CNNFamily { try #require(CNNFamily(rawValue: name)) }

    @Test(
        "Features are those of torchvision and timm",
        arguments: ["resnet18", "resnet50", "wide_resnet50_2", "vgg16", "mobilenet_v2", "mobilenet_v2 timm"])
    func parity(_ name: String) throws {
        let golden = try Golden<CNNGolden>("cnn_trunks"), description = golden.description
        let cuts = try #require(description.families[name]).cuts
        let family = try Self.family(name.replacing(" timm", with: ""))
        let trunk = try CNNTrunk(
            description.weights(name), family, to: #require(cuts.last), digest: "")
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

    @Test("A network that is loaded and run less deep gives the same")
    func depth() throws {
        let description = try Golden<CNNGolden>("cnn_trunks").description
        let weights = try description.weights("resnet18")
        let pictures = try SeededWeights(seed: 1).inputs("pictures", [1, 3, 32, 32])
        let deep = try CNNTrunk(weights, .resnet18, to: "layer4", digest: "")
        let shallow = try CNNTrunk(weights, .resnet18, to: "layer2", digest: "")
        #expect(deep.deepest == "layer4" && shallow.deepest == "layer2")
        let (all, some) = (try deep(pictures, cuts: ["layer2", "layer4"]), try shallow(pictures, cuts: ["layer2"]))
        #expect(some.count == 1)
        #expect(try relativeError(#require(some["layer2"]), #require(all["layer2"])) < 1e-6)
    }

    @Test("LPIPS's names of VGG16 are read, too")
    func lpipsNames() throws {
        let golden = try Golden<CNNGolden>("cnn_trunks"), description = golden.description
        let plain = try description.weights("vgg16")
        var renamed: [String: Tensor] = ["lin0.model.1.weight": try .zeros([1, 64, 1, 1])]
        for (name, tensor) in plain.tensors {
            let parts = name.split(separator: ".")
            let number = try #require(Int(parts[1]))
            let slice = [4, 9, 16, 23].count { number > $0 } + 1
            renamed["net.slice\(slice).\(number).\(parts[2])"] = tensor
        }
        let trunk = try CNNTrunk(WeightsInMemory(renamed), .vgg16, to: "conv3_3", digest: "")
        let pictures = try SeededWeights(seed: description.seed).inputs("pictures", description.shape)
        let map = try #require(try trunk(pictures, cuts: ["conv3_3"])["conv3_3"])
        let channels = try Array(stride(from: 0, to: map.size(1), by: 8))
        #expect(try relativeError(map.indexSelect(1, channels), golden.output("vgg16.conv3_3")) < 1e-4)
    }

    @Test("MobileNetV2's older names are read, too, and its later parts may stay")
    func olderNames() throws {
        let golden = try Golden<CNNGolden>("cnn_trunks"), description = golden.description
        var renamed: [String: Tensor] = [:]
        for (name, tensor) in try description.weights("mobilenet_v2").tensors {
            // Nested parts end in .0 and .1 and are followed by a rectifier; the last two are not nested.
            var parts = name.split(separator: ".").map(String.init)
            if parts.count == 6, let index = Int(parts[3]), let inner = Int(parts[4]) {
                parts.replaceSubrange(3...4, with: ["\(3 * index + inner)"])
            } else if parts.count == 5, parts[2] == "conv", let index = Int(parts[3]) {
                let last = parts[1] == "1" ? (1, 3) : (2, 6)
                parts[3] = "\(last.1 + index - last.0)"
            }
            renamed[parts.joined(separator: ".")] = tensor
        }
        renamed["classifier.1.weight"] = try .zeros([10, 1280])
        let trunk = try CNNTrunk(WeightsInMemory(renamed), .mobileNetV2, to: "stage3", digest: "")
        let pictures = try SeededWeights(seed: description.seed).inputs("pictures", description.shape)
        let map = try #require(try trunk(pictures, cuts: ["stage3"])["stage3"])
        let channels = try Array(stride(from: 0, to: map.size(1), by: 8))
        #expect(try relativeError(map.indexSelect(1, channels), golden.output("mobilenet_v2.stage3")) < 1e-4)
    }

    private func refusal(_ weights: [String: Tensor], _ family: CNNFamily, to cut: String) throws -> String {
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("weights.safetensors")
            try Goldens.write(weights, to: file)
            do {
                _ = try CNNTrunk.load(file.path, family: family, to: cut)
                return ""
            } catch let error as WeightsError {
                #expect(error.kind == .badData && error.path == file.path)
                return error.reason
            }
        }
    }

    @Test("Every missing, misshaped and unknown tensor is listed; classifiers and deeper stages may stay")
    func strictness() throws {
        let description = try Golden<CNNGolden>("cnn_trunks").description
        var weights = try description.weights("resnet18").tensors.filter { !$0.key.hasPrefix("layer4") }
        weights["fc.weight"] = try .zeros([10, 512])
        weights["bn1.num_batches_tracked"] = try .zeros([])
        #expect(try refusal(weights, .resnet18, to: "layer2") == "")
        weights["layer1.0.conv1.weight"] = nil
        weights["layer2.1.bn2.running_var"] = nil
        weights["layer1.1.conv2.weight"] = try .zeros([64, 64, 1, 1])
        weights["attention.weight"] = try .zeros([2])
        let reason = try refusal(weights, .resnet18, to: "layer2")
        for part in [
            "missing (2)", "layer1.0.conv1.weight", "layer2.1.bn2.running_var", "of another shape (1)",
            "layer1.1.conv2.weight: [64, 64, 1, 1], expected [64, 64, 3, 3]", "not part of the network (1)",
            "attention.weight",
        ] { #expect(reason.contains(part), "\(part) in \(reason)") }
    }

    @Test("Weights of another family are named")
    func otherFamily() throws {
        let description = try Golden<CNNGolden>("cnn_trunks").description
        let reason = try refusal(description.weights("resnet18").tensors, .vgg16, to: "conv4_3")
        #expect(reason.hasPrefix("weights of resnet18, not of vgg16"))
        #expect(reason.contains("set the detector's `trunk` to resnet18"))
        #expect(!reason.contains("missing"))
    }

    @Test("The digest is that of the bytes: a copy is the same, another file isn't")
    func digests() throws {
        let description = try Golden<CNNGolden>("cnn_trunks").description
        try Goldens.withFolder { folder in
            func load(_ name: String, _ shift: Double) throws -> CNNTrunk {
                var weights = try description.weights("resnet18").tensors.filter {
                    ["conv1", "bn1", "layer1"].contains(String($0.key.split(separator: ".")[0]))
                }
                weights["bn1.bias"] = try #require(weights["bn1.bias"]) + shift
                let place = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                try Goldens.write(weights, to: place.appendingPathComponent("model.safetensors"))
                return try CNNTrunk.load(place.path, family: .resnet18, to: "layer1")
            }
            let (first, copy, other) = (try load("a", 0), try load("b", 0), try load("c", 1))
            #expect(first.digest == copy.digest && first.digest != other.digest && first.digest.count == 64)
        }
    }

    @Test("A missing file is said to be missing")
    func missing() {
        let error = #expect(throws: WeightsError.self) {
            try CNNTrunk.load("/nowhere/weights.safetensors", family: .vgg16, to: "conv3_3")
        }
        #expect(error?.kind == .inputMissing)
    }
}
