import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

@Suite("Vision transformers")
struct VisionTransformerTests {
    private static func shape(_ golden: DinoGolden, _ library: String) -> VisionTransformerShape {
        VisionTransformerShape(
            width: golden.width, depth: golden.depth, heads: golden.heads,
            registers: library.hasSuffix("registers") ? 4 : 0, grid: golden.grid)
    }

    private static func trunk(_ weights: any WeightSource, _ shape: VisionTransformerShape, to block: Int? = nil) throws
        -> VisionTransformer
    {
        try VisionTransformer(weights, shape, name: "thin", to: block ?? shape.depth, digest: "")
    }

    @Test(
        "Tokens are those of each library, at the table's own size and at others",
        arguments: [
            "hub", "hub registers", "timm", "timm registers", "hugging face", "hugging face registers",
        ])
    func parity(_ library: String) throws {
        let golden = try Golden<DinoGolden>("dino_trunks"), description = golden.description
        let trunk = try Self.trunk(description.weights(library), Self.shape(description, library))
        for (name, shape) in description.pictures {
            let pictures = try SeededWeights(seed: description.seed).inputs(name, shape)
            let found = try trunk(pictures, cuts: Set(description.cuts))
            #expect(found.count == description.cuts.count)
            for cut in description.cuts {
                let expected = try golden.output("\(library).\(name).\(cut)")
                #expect(try relativeError(#require(found[cut]), expected) < 1e-4, "\(name) \(cut)")
            }
        }
    }

    @Test("The libraries' ways to resize positions differ by more than parity allows")
    func waysDiffer() throws {
        let golden = try Golden<DinoGolden>("dino_trunks")
        // The same numbers but for a token that nobody reads.
        let (hub, timm) = (
            try golden.output("hub.resized.block3.norm"), try golden.output("timm.resized.block3.norm")
        )
        #expect(try relativeError(hub, timm) > 1e-3)
        #expect(
            try relativeError(golden.output("hub.native.block3.norm"), golden.output("timm.native.block3.norm")) < 1e-6)
    }

    @Test("A mean of blocks is that of their outputs; what is behind the deepest is not needed")
    func means() throws {
        let description = try Golden<DinoGolden>("dino_trunks").description
        let shape = Self.shape(description, "timm registers"), weights = try description.weights("timm registers")
        let pictures = try SeededWeights(seed: 3).inputs("pictures", [2, 3, 42, 30])
        let all = try Self.trunk(weights, shape)(pictures, cuts: ["block1", "block2", "block3", "blocks2-3.mean"])
        let (second, third) = (try #require(all["block2"]), try #require(all["block3"]))
        #expect(try relativeError(#require(all["blocks2-3.mean"]), (second + third) / 2) < 1e-6)
        #expect(second.shape == [2, 32, 3, 2])
        let shallow = WeightsInMemory(weights.tensors.filter { !$0.key.hasPrefix("blocks.2.") })
        let trunk = try Self.trunk(shallow, shape, to: 2)
        #expect(trunk.deepest == 2)
        #expect(try relativeError(#require(trunk(pictures, cuts: ["block2"])["block2"]), second) < 1e-6)
        #expect(throws: TensorError.self) { try trunk(.zeros([1, 3, 13, 28]), cuts: ["block1"]) }
    }

    @Test("Names of cuts are read and written alike, and others are refused")
    func cuts() {
        for cut in [TransformerCut.output(7), .normed(12), .classToken(3), .mean(7...13)] {
            #expect(TransformerCut(cut.name) == cut)
        }
        for name in ["", "block0", "block", "block07", "layer2", "block3.mean", "blocks3.mean", "blocks5-3.mean"] {
            #expect(TransformerCut(name) == nil, "\(name)")
        }
    }

    private func refusal(_ weights: [String: Tensor], _ family: TransformerFamily, to block: Int) throws -> String {
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("weights.safetensors")
            try Goldens.write(weights, to: file)
            do {
                _ = try VisionTransformer.load(file.path, family: family, to: block)
                return ""
            } catch let error as WeightsError {
                #expect(error.kind == .badData && error.path == file.path)
                return error.reason
            }
        }
    }

    @Test("Every missing, misshaped and unknown tensor is listed; classifiers and deeper blocks may stay")
    func strictness() throws {
        let description = try Golden<DinoGolden>("dino_trunks").description
        var weights = try description.weights("hugging face").tensors
        weights["classifier.weight"] = try .zeros([10, 64])
        let shape = Self.shape(description, "hugging face")
        _ = try Self.trunk(WeightsInMemory(weights), shape, to: 2)
        weights["encoder.layer.0.attention.attention.key.bias"] = nil
        weights["embeddings.cls_token"] = nil
        weights["encoder.layer.1.mlp.fc1.weight"] = try .zeros([64, 32])
        weights["encoder.layer.3.norm1.weight"] = try .zeros([32])
        let error = #expect(throws: WeightsError.self) { try Self.trunk(WeightsInMemory(weights), shape, to: 2) }
        for part in [
            "missing (2)", "encoder.layer.0.attention.attention.key.bias", "embeddings.cls_token",
            "of another shape (1)", "encoder.layer.1.mlp.fc1.weight: [64, 32], expected [128, 32]",
            "not part of the network (1)", "encoder.layer.3.norm1.weight",
        ] { #expect(error?.reason.contains(part) == true, "\(part) in \(error?.reason ?? "")") }
    }

    @Test("Thin weights are of no family; with registers they are not those without")
    func families() throws {
        let description = try Golden<DinoGolden>("dino_trunks").description
        let reason = try refusal(description.weights("timm registers").tensors, .small, to: 1)
        #expect(reason.contains("cls_token: [1, 1, 32], expected [1, 1, 384]"))
        #expect(reason.contains("not part of the network") && reason.contains("reg_token"))
    }

    @Test("A missing file is said to be missing")
    func missing() {
        let error = #expect(throws: WeightsError.self) {
            try VisionTransformer.load("/nowhere/weights.safetensors", family: .small, to: 12)
        }
        #expect(error?.kind == .inputMissing)
    }
}
