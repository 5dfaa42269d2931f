import Foundation
import NeuralNet
import TensorCore
import Testing

@Suite("Folders of weights")
struct SafetensorsFolderTests {
    let scratch: ScratchFolder
    let tensors: [String: Tensor]

    init() throws {
        scratch = try ScratchFolder()
        tensors = [
            "a": try Tensor([1, 2] as [Float]), "b": try Tensor([3] as [Float]), "c": try Tensor([4, 5, 6] as [Float]),
        ]
    }

    func index(_ map: [String: String]) throws {
        _ = try scratch.file("model.safetensors.index.json", [UInt8](JSONEncoder().encode(["weight_map": map])))
    }

    func shards() throws {
        try SafetensorsWriter.write(tensors.filter { $0.key != "c" }, to: "\(scratch.path)/model-1.safetensors")
        try SafetensorsWriter.write(tensors.filter { $0.key == "c" }, to: "\(scratch.path)/model-2.safetensors")
    }

    @Test("One file, by the first name that is there; a half-precision copy if there is no other")
    func single() throws {
        try SafetensorsWriter.write(tensors, to: "\(scratch.path)/model.fp16.safetensors", dtype: .float16)
        #expect(try SafetensorsFolder(scratch.path, stems: ["diffusion", "model"]).tensor("a").dtype == .float16)
        try SafetensorsWriter.write(tensors, to: "\(scratch.path)/model.safetensors")
        #expect(try SafetensorsFolder(scratch.path, stems: ["diffusion", "model"]).tensor("a").dtype == .float32)
    }

    @Test("Several files named by an index")
    func sharded() throws {
        try shards()
        try index(["a": "model-1.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"])
        let folder = try SafetensorsFolder(scratch.path, stems: ["model"])
        #expect(folder.shapes == ["a": [2], "b": [1], "c": [3]])
        #expect(try folder.tensor("c").floats() == [4, 5, 6])
    }

    @Test("An index that doesn't fit its files lists every difference")
    func indexDiffers() throws {
        try shards()
        try index([
            "a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-2.safetensors",
            "d": "model-2.safetensors",
        ])
        let error = try #require(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) })
        #expect(error.kind == .badData)
        #expect(error.reason.contains("“d” is not in model-2.safetensors"))
        #expect(error.reason.contains("“b” stands in model-1.safetensors"))
    }

    @Test("An index that climbs out of the folder, or isn't one, is refused")
    func hostileIndex() throws {
        try index(["a": "../model-1.safetensors"])
        #expect(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) }?.kind == .badData)
        _ = try scratch.file("model.safetensors.index.json", Array("{\"weight_map\": [1]}".utf8))
        #expect(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) }?.kind == .badData)
        try index(["a": "gone.safetensors"])
        #expect(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) }?.kind == .inputMissing)
    }

    @Test("No weights: missing; only a pickle: refused with the way to convert it")
    func none() throws {
        #expect(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) }?.kind == .inputMissing)
        #expect(
            weightsError { _ = try SafetensorsFolder(scratch.path + "/gone", stems: ["model"]) }?.kind == .inputMissing)
        _ = try scratch.file("pytorch_model.bin", [1, 2, 3])
        let error = try #require(weightsError { _ = try SafetensorsFolder(scratch.path, stems: ["model"]) })
        #expect(error.kind == .badData && error.reason.contains("weights_only=True"))
    }
}
