import HubServer
import ModelHub
import StageKit
import Testing

@Suite struct SelectionTests {
    private func fetched(_ files: [String], half: Bool = false) throws -> Set<String> {
        let contents = files.map { ($0, Array("{}".utf8)) }
        let fetching = try Fetching(FakeHub(files: Dictionary(contents, uniquingKeysWith: { $1 })))
        _ = try fetching.fetch(half: half)
        return fetching.names.subtracting(["flawsmith.json"])
    }

    @Test func aNetworkWithItsConfiguration() throws {
        let wanted: Set = ["config.json", "model.safetensors", "vocab.json", "README.md", "LICENSE.txt"]
        #expect(
            try fetched(wanted + ["pytorch_model.bin", "flax_model.msgpack", "onnx/model.onnx", "training.json"])
                == wanted)
    }

    @Test func ofTwoLayoutsTheOneThatIsRead() throws {
        #expect(
            try fetched(["config.json", "model.safetensors", "open_clip_config.json", "open_clip_model.safetensors"])
                == ["config.json", "open_clip_config.json", "open_clip_model.safetensors"])
        #expect(
            try fetched(["config.json", "model.safetensors", "open_clip_config.json", "open_clip_pytorch_model.bin"])
                == ["config.json", "open_clip_config.json", "model.safetensors"])
    }

    @Test func weightsInParts() throws {
        let parts: Set = [
            "config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
        ]
        #expect(try fetched(parts + ["model.fp16-00001-of-00001.safetensors"]) == parts)
    }

    @Test func halvesAloneAreTaken() throws {
        #expect(try fetched(["config.json", "model.fp16.safetensors"]) == ["config.json", "model.fp16.safetensors"])
    }

    @Test func aCheckpointInOneFile() throws {
        #expect(try fetched(["some.safetensors", "some.ckpt", "README.md"]) == ["some.safetensors", "README.md"])
    }

    @Test(arguments: [
        (["config.json", "pytorch_model.bin"], "pickles"), (["README.md"], "no safetensors"),
        (["a.safetensors", "b.safetensors"], "a.safetensors, b.safetensors"),
        (["model_index.json", "transformer/diffusion_pytorch_model.safetensors"], "transformer/"),
    ]) func whatCanNotBeRead(files: [String], word: String) throws {
        let contents = files.map { ($0, Array("{}".utf8)) }
        let fetching = try Fetching(FakeHub(files: Dictionary(contents, uniquingKeysWith: { $1 })))
        let failure = fetching.failure { _ = try fetching.fetch() }
        #expect(failure?.status == .badData)
        #expect(failure?.remedy?.contains(word) ?? false, "\(failure?.description ?? "none")")
        #expect(fetching.names.isEmpty)
    }
}
