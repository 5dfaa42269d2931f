import Detectors
import MethodKit
import ParameterKit
import Testing

@Suite("Vision transformers, as the tool knows them")
struct TransformerFamilyTests {
    @Test("Costs are those of the networks' tables")
    func costs() {
        func work(_ family: TransformerFamily, _ size: Int) -> Double {
            family.shape.work(blocks: family.shape.depth, size: size) / 1e9
        }
        // Counted of the reference implementations, without norms: 31.7, 46.7, 107, 362 and 507.
        #expect(abs(work(.small, 448) - 31.7) < 0.3)
        #expect(abs(work(.small, 518) - 46.7) < 0.3)
        #expect(abs(work(.base, 448) - 107) < 1)
        #expect(abs(work(.large, 448) - 362) < 3)
        #expect(abs(work(.large, 518) - 507) < 5)
        #expect(TransformerFamily.large.shape.work(blocks: 13, size: 448) < 0.6 * 362e9)
    }

    @Test("Defaults follow the network and the number of normals")
    func defaults() throws {
        #expect(try AnomalyDINOSettings(json: ["trunk": "dinov2_vitl14"]).block == 24)
        #expect(AnomalyDINOSettings().block == 12)
        #expect(AnomalyDINOSettings().turns(normals: 16) == 7 && AnomalyDINOSettings().turns(normals: 17) == 0)
        #expect(try AnomalyDINOSettings(json: ["turns": 3]).turns(normals: 100) == 3)
        #expect(SubspaceADSettings().blocks == [7, 13])
        #expect(try SubspaceADSettings(json: ["trunk": "dinov2_vits14"]).range == 4...10)
    }

    @Test("Sizes of no whole patches and blocks that a network doesn't have are refused")
    func refusals() {
        func message(_ read: () throws -> Void) -> String {
            do {
                try read()
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            message { _ = try AnomalyDINOSettings(json: ["image_size": 450]) }.contains(
                "450 is no multiple of 14, the patches' side; use 448 or 462"))
        #expect(
            message { _ = try AnomalyDINOSettings(json: ["block": 13]) }.contains("dinov2_vits14 has 12 blocks, not 13")
        )
        #expect(
            message { _ = try SubspaceADSettings(json: ["trunk": "dinov2_vitb14", "blocks": [4, 13]]) }.contains(
                "dinov2_vitb14 has 12 blocks, not 13"))
        #expect(message { _ = try SubspaceADSettings(json: ["blocks": [9, 4]]) } != "")
        #expect(message { _ = try SubspaceADSettings(json: ["trunk": "dinov2_vits14"]) } == "")
    }

    @Test("Phrases name trunk, blocks, weights, geometry and turned copies")
    func phrases() throws {
        let phrase = AnomalyDINO().phrase(model: "weights/dinov2")
        #expect(phrase.contains("dinov2_vits14 (weights/dinov2)") && phrase.contains("squashed to 448"))
        #expect(phrase.contains("7 turned copies"))
        let other = AnomalyDINO(try AnomalyDINOSettings(json: ["geometry": "original", "foreground": "otsu"]))
        #expect(other.phrase(model: "w").contains("whose short side is 448"))
        #expect(other.phrase(model: "w").contains("foregrounds by otsu"))
        #expect(SubspaceAD().phrase(model: "w").contains("blocks 7 to 13 of dinov2_vitl14_reg (w)"))
        #expect(SubspaceAD().view == "dinov2_vitl14_reg blocks 7-13, squashed")
    }
}
