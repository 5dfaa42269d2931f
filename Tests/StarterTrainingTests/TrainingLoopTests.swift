import ClipModels
import DiffusionModels
import Foundation
import Imaging
import NeuralNet
import StarterTraining
import TensorCore
import Testing

@Suite("Training the starter models", .serialized)
struct TrainingLoopTests {
    let settings: TrainingSettings

    init() throws { settings = try SmallTraining.settings() }

    private func training(_ part: String, in place: URL, _ settings: TrainingSettings) throws -> any NetworkTraining {
        switch part {
        case "autoencoder":
            try AutoencoderTraining(settings, components: .kept(in: place, settings), device: .cpu, threads: 1)
        case "diffusion":
            try DiffusionTraining(settings, components: .kept(in: place, settings), device: .cpu, threads: 1)
        default: try ClipTraining(settings, device: .cpu, threads: 1)
        }
    }

    private func run(_ part: String, in place: URL, _ settings: TrainingSettings, stopping: Int? = nil) throws
        -> any NetworkTraining
    {
        let training = try training(part, in: place, settings)
        var loop = TrainingLoop(training, folder: place)
        loop.measuresAtEnd = false
        let ending = try loop.run(seconds: nil) { stopping.map { training.parameters.steps >= $0 } ?? false }
        #expect(ending == (stopping == nil ? .done : .stopped))
        return training
    }

    @Test(
        "a training that was stopped and went on ends with the same weights as one that wasn't",
        arguments: ["autoencoder", "diffusion", "clip"])
    func resumes(part: String) throws {
        let (whole, parts) = (try SmallTraining.folder(), try SmallTraining.folder())
        defer { for url in [whole, parts] { try? FileManager.default.removeItem(at: url) } }
        let straight = try run(part, in: whole, settings)
        let first = try run(part, in: parts, settings, stopping: 2)
        #expect(first.parameters.steps == 2)
        let second = try run(part, in: parts, settings)
        let (a, b) = (try straight.result(), try second.result())
        #expect(a.keys.sorted() == b.keys.sorted())
        for (name, tensor) in a {
            let (one, other) = (try tensor.floats(), try b[name]?.floats())
            #expect(one == other, "\(name)")
        }
        // Something was learned: the averages left their start.
        let start = try training(part, in: try SmallTraining.folder(), settings).result()
        #expect(try a.contains { try $0.value.floats() != start[$0.key]?.floats() })
    }

    @Test(
        "the loss falls when the same few pictures are learned again and again",
        arguments: ["autoencoder", "diffusion", "clip"])
    func learns(part: String) throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let training = try training(part, in: place, settings)
        let before = try training.loss(step: 0).loss.item()
        // The decoder starts near what it can be; large steps would throw it off first.
        let (steps, rate) = part == "autoencoder" ? (40, 0.0003) : (12, 0.003)
        for _ in 0..<steps { try training.parameters.step(loss: training.loss(step: 0).loss, learningRate: rate) }
        let after = try training.loss(step: 0).loss.item()
        #expect(after < 0.95 * before, "\(before) to \(after)")
    }

    @Test("what was trained becomes model folders that load, in the layouts of the big ones")
    func assembles() throws {
        let place = try SmallTraining.folder(), target = try SmallTraining.folder()
        defer { for url in [place, target] { try? FileManager.default.removeItem(at: url) } }
        #expect(try StarterAssembly.write(settings, work: place, to: target).isEmpty)
        for part in ["autoencoder", "diffusion", "clip"] { _ = try run(part, in: place, settings, stopping: 1) }
        #expect(try StarterAssembly.write(settings, work: place, to: target) == ["diffusion", "clip"])
        let model = try LatentDiffusionModel(
            folder: target.appendingPathComponent("diffusion"), dtype: .float32, device: .cpu)
        #expect(model.imageSize == 64 && model.latentChannels == 8 && model.unet.attentionLayerCount > 0)
        let text = try model.encodePrompt("a photo of a hex nut that is damaged")
        #expect(text.shape == [1, 77, 16])
        #expect(try text.allFinite)
        let clip = try CLIPFolder(target.appendingPathComponent("clip").path).loadModel()
        #expect(clip.configuration.vision.imageSize == 32)
        let mark = try String(contentsOf: target.appendingPathComponent("clip/flawsmith.json"), encoding: .utf8)
        #expect(mark.contains("\"trained\" : true") && mark.contains("\"clip\" : 1"))
    }

    @Test("figures are told apart by what training has seen")
    func measures() throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        let training = try AutoencoderTraining(
            settings, components: .kept(in: place, settings), device: .cpu, threads: 1)
        var names: [String] = []
        let figures = try training.reconstructions { name, picture, reconstruction in
            names.append(name)
            #expect(picture.width == 64 && reconstruction.width == 64 && picture != reconstruction)
        }
        #expect(
            Set(figures.keys)
                == Set(
                    ["psnr", "damage_error"].flatMap { figure in
                        Acquaintance.allCases.map { "\(figure)_\($0.rawValue)" }
                    }))
        // A decoder starts with each patch's mean colour.
        for kind in Acquaintance.allCases {
            #expect((15..<30).contains(figures["psnr_\(kind.rawValue)"] ?? 0), "\(figures)")
        }
        #expect(Set(names).count == names.count && names.count > 200)
    }

    @Test("a checkpoint of other settings, and settings that can't work, are told")
    func refused() throws {
        let place = try SmallTraining.folder()
        defer { try? FileManager.default.removeItem(at: place) }
        _ = try run("clip", in: place, settings, stopping: 1)
        let wider = try SmallTraining.settings { $0.clip.width = 32 }
        #expect(throws: TrainingError.self) { try run("clip", in: place, wider) }
        let other = try SmallTraining.settings { $0.seed = 6 }
        #expect(throws: TrainingError.self) { try run("clip", in: place, other) }
        // How long it runs may change on the way.
        let shorter = try SmallTraining.settings { $0.clip.run.steps = 2 }
        #expect(try run("clip", in: place, shorter).parameters.steps == 2)

        let file = place.appendingPathComponent("settings.json")
        func load(_ edit: (inout [String: Any]) -> Void) throws -> TrainingSettings {
            var content = try #require(
                JSONSerialization.jsonObject(with: JSONEncoder().encode(settings)) as? [String: Any])
            edit(&content)
            try JSONSerialization.data(withJSONObject: content).write(to: file)
            return try TrainingSettings(contentsOf: file)
        }
        #expect(try load { _ in } == settings)
        func message(_ edit: (inout [String: Any]) -> Void) -> String {
            do { _ = try load(edit) } catch { return "\(error)" }
            return "accepted"
        }
        #expect(message { $0["sead"] = 1 }.contains("\"sead\" is not known"))
        #expect(message { $0["seed"] = nil }.contains("\"seed\" is missing"))
        #expect(message { $0["seed"] = "x" }.contains("wrong type"))
        #expect(message { $0["picture_size"] = 66 }.contains("picture_size"))
        func inside(_ section: String, _ key: String, _ value: Any) -> String {
            message { content in
                var part = content[section] as? [String: Any] ?? [:]
                part[key] = value
                content[section] = part
            }
        }
        for (section, key, value) in [
            ("autoencoder", "channels", [Int]() as Any), ("autoencoder", "groups", 0), ("latents", "pictures", 0),
            ("diffusion", "heads", [0, 0]),
            ("diffusion", "early_until", -1), ("clip", "heads", 0), ("clip", "heads", 3), ("clip", "patch_size", 0),
            ("clip", "layers", 0),
            ("clip", "vocabulary_merges", -1), ("clip", "width", 1_000_000_000),
        ] {
            let said = inside(section, key, value)
            #expect(said.contains(section) || said.contains("the autoencoder"), "\(section).\(key): \(said)")
        }
    }
}
