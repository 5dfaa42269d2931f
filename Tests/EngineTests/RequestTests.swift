import Detectors
import EngineLink
import Foundation
import Imaging
import MethodKit
import NeuralNet
import NumpyFiles
import ParameterKit
import Synchronization
import TensorCore
import Testing

@Suite("Requests to the engine")
struct RequestTests {
    let starter: Starter

    init() throws { starter = try Starter.shared.get() }

    func failure(_ body: () throws -> Void) -> EngineFailure? {
        do { try body() } catch { return error as? EngineFailure }
        return nil
    }

    @Test("It says ready with its version, device and threads")
    func ready() throws {
        let ready = try starter.engine().ready
        #expect(ready.version == EngineProtocol.version)
        #expect(ready.device == "cpu" && ready.threads == 1)
        #expect(ready.engine.contains("LibTorch 2.") && !ready.engine.contains("kernels"))
    }

    @Test("Models are inspected whole")
    func inspect() throws {
        let engine = try starter.engine()
        guard
            case .inspect(let diffusion) = try engine.call(.inspect(.init(kind: .diffusion, model: starter.diffusion))),
            case .inspect(let clip) = try engine.call(.inspect(.init(kind: .clip, model: starter.clip)))
        else { throw EngineFailure(kind: .internalError, message: "another answer") }
        #expect(diffusion.imageSize == 64 && clip.imageSize == 64)
        // All of the vocabulary's embeddings and more.
        #expect(diffusion.parameters > 49_408 * 64 && clip.parameters > 49_408 * 64)
    }

    @Test(
        "Pictures as vectors, one row each, and how diverse they are: bad requests are told, and don't end the engine")
    func quality() throws {
        let engine = try starter.engine()
        let file = URL(fileURLWithPath: starter.program.path("vectors.npy"))
        let images = [starter.normal, starter.normal]
        guard
            case .embed(let answer) = try engine.call(
                .embed(.init(model: starter.clip, images: images, output: file.path)))
        else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        #expect(answer.imageSize == 64)
        let bytes = [UInt8](try Data(contentsOf: file))
        #expect(String(decoding: bytes.prefix(128), as: UTF8.self).contains("'shape': (2, "))
        let rows = bytes.dropFirst(128)
        #expect(
            rows.count > 0 && Array(rows.prefix(rows.count / 2)) == Array(rows.suffix(rows.count / 2)),
            "the same picture, the same row")

        let picture = DiversityPicture(image: starter.normal, mask: nil, kind: "a", source: 3)
        let unknown = failure {
            _ = try engine.call(.diversity(.init(weights: "/nowhere", pictures: [picture], references: [])))
        }
        #expect(unknown?.kind == .internalError)
        let missing = failure {
            _ = try engine.call(.diversity(.init(weights: "/nowhere", pictures: [], references: [])))
        }
        #expect(missing?.kind == .inputMissing)
        #expect(
            failure { _ = try engine.call(.embed(.init(model: starter.clip, images: [], output: file.path))) }?.kind
                == .internalError)
    }

    @Test(
        "Patches under masks: as many as they cover, of length 1, the same of one picture; without any no file"
    )
    func regions() throws {
        let engine = try starter.engine(), normal = try Image(contentsOf: starter.normal)
        func mask(_ name: String, _ inside: (Int, Int) -> Bool) throws -> RegionPicture {
            var mask = Mask(width: normal.width, height: normal.height)
            for y in 0..<mask.height { for x in 0..<mask.width { mask[x, y] = inside(x, y) } }
            let path = starter.program.path("region-\(name).png")
            try mask.write(png: path)
            return RegionPicture(image: starter.normal, mask: path)
        }
        let pictures = [
            try mask("left") { x, _ in 2 * x < normal.width }, try mask("all") { _, _ in true },
            try mask("pixel") { x, y in x == 0 && y == 0 }, try mask("none") { _, _ in false },
        ]
        func found(_ pictures: [RegionPicture], _ name: String) throws -> [Int] {
            let request = RegionRequest(
                model: starter.clip, pictures: pictures, output: starter.program.path("\(name).npy"))
            guard case .regions(let answer) = try engine.call(.regions(request)) else {
                throw EngineFailure(kind: .internalError, message: "another answer")
            }
            return answer.counts
        }
        // The CLIP sees 64 x 64 pixels in 8 x 8 patches.
        #expect(try found(pictures, "regions") == [32, 64, 1, 0])
        let file = starter.program.path("regions.npy")
        let rows = try NumpyFile(Data(contentsOf: URL(fileURLWithPath: file)), name: file)
        try #require(rows.height == 97)
        func row(_ place: Int) -> [Float] { Array(rows.values[place * rows.width..<(place + 1) * rows.width]) }
        for place in 0..<97 { #expect(abs(row(place).reduce(0) { $0 + $1 * $1 } - 1) < 1e-4) }
        // The first patch of all three, and the last of the left half in the second row: the patches lie row by row.
        #expect(row(0) == row(32) && row(0) == row(96) && row(7) == row(32 + 11) && row(7) != row(0))
        #expect(try found([pictures[3]], "nothing") == [0])
        #expect(!FileManager.default.fileExists(atPath: starter.program.path("nothing.npy")))
        #expect(failure { _ = try found([], "nothing") }?.kind == .internalError)
        #expect(
            failure { _ = try found([RegionPicture(image: starter.normal, mask: "/nowhere.png")], "nothing") }?.kind
                == .inputMissing)
    }

    @Test("A group of pictures: files of the source's size, the same bytes from a fresh engine, progress to the end")
    func generate() throws {
        let last = Mutex((done: 0, total: 0))
        guard
            case .applied(let items) = try starter.engine().call(
                .draw(starter.generation("first", seeds: [3, 4], traces: true)),
                progress: { done, total, _ in last.withLock { $0 = (done, total) } })
        else { throw EngineFailure(kind: .internalError, message: "another answer") }
        #expect(items.count == 2)
        // Passes of the UNet: evaluations, two a step, and three that stand for decoding.
        let passes = try items.reduce(0) { $0 + (try #require($1.facts["evaluations"]?.int)) + 2 * 5 + 3 }
        #expect(last.withLock { $0.done == $0.total && $0.total == passes })
        for (item, seed) in zip(items, [3, 4]) {
            #expect(item.failure == nil && item.score == nil)
            let trace = try #require(item.facts["trace"])
            let loss = try #require(trace["loss"]?.array).compactMap(\.number)
            #expect(loss.count == 5 && trace["n"]?.array?.count == 5 && trace["timesteps"]?.array?.count == 5)
            #expect(loss.allSatisfy { $0 > 0 && $0 < 1 })
            let folder = starter.program.path("first/\(seed)")
            let picture = try Image(contentsOf: folder + "/image.png")
            #expect(picture.width == 72 && picture.height == 50)
            #expect(item.facts["width"] == 72 && item.facts["height"] == 50)
            #expect(Set(picture.pixels).count > 50, "not a flat picture")
            let attention = try Plane(contentsOf: folder + "/attention.png")
            #expect(attention.width == 72 && attention.height == 50 && attention.maximum > attention.minimum)
            let reconstruction = try Image(contentsOf: folder + "/reconstruction.png")
            #expect(reconstruction.width == 72 && reconstruction.height == 50 && reconstruction != picture)
            #expect(try SafetensorsFile(folder + "/trace.safetensors").shapes["maps"] == [5, 16, 16])
        }
        _ = try starter.engine().call(.draw(starter.generation("second", seeds: [3, 4], traces: true)))
        let (first, second) = (
            starter.program.folder.appending(path: "first"), starter.program.folder.appending(path: "second")
        )
        #expect(try EngineProgram.files(first) == EngineProgram.files(second))
    }

    @Test("Normals through the autoencoder")
    func reconstruct() throws {
        let output = starter.program.path("reconstructed.png")
        _ = try starter.engine().call(
            .reconstruct(
                .init(model: starter.diffusion, images: [starter.normal], outputs: [output], dtype: "bfloat16")))
        let picture = try Image(contentsOf: output)
        #expect(picture.width == 72 && picture.height == 50)
    }

    @Test("Training, then detection with what it wrote")
    func trainAndDetect() throws {
        let engine = try starter.engine()
        let output = starter.program.path("fitted")
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        let cache = FeatureCacheRequest(folder: starter.program.path("cache"), limit: 10_000_000)
        let fit = FitRequest(
            call: starter.detection,
            samples: [
                FitSample(image: starter.normal, softLabel: nil, className: "disc", anomalous: false),
                FitSample(image: starter.normal, softLabel: starter.mask, className: "disc", anomalous: true),
            ], seed: 1, work: starter.program.path("checkpoints"), output: output, cache: cache)
        guard case .fitted(let fitted) = try engine.call(.fit(fit)) else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let losses = try #require(fitted.facts["losses"]?.array).compactMap(\.number)
        #expect(losses.count == 2 && losses[1] < losses[0])
        // The tool's estimate equals what the engine keeps: one picture's tokens here, and one label.
        let kept = try FileManager.default.contentsOfDirectory(atPath: starter.program.path("cache")).map {
            try SafetensorsFile(starter.program.path("cache/\($0)"))
        }
        func bytes(holding key: String) -> Int {
            kept.filter { $0.keys.contains(key) }.flatMap { file in
                file.keys.map { (file.shapes[$0] ?? []).reduce(1, *) * (file.dtype($0)?.size ?? 0) }
            }.reduce(0, +)
        }
        let vlad: VLAD = try starter.detection.half()
        let work = vlad.work(on: TrunkShape(width: 64, patch: 8, embedding: 64))
        #expect(Double(bytes(holding: "stage1")) == work.tokenBytes)
        #expect(bytes(holding: "label") == 64 * 64 * 4)
        // The paper's numbers: 11.2 MB.
        #expect(VLAD().work(on: .vitL14).tokenBytes == 4 * 1369 * 1024 * 2 + 768 * 4)
        let map = starter.program.path("map.npy")
        let scoring = ApplyRequest(
            call: starter.detection, artefact: output, references: [starter.normal], className: "disc",
            items: [ApplyItem(image: starter.normal, output: map)])
        guard case .applied(let scores) = try engine.call(.score(scoring)) else {
            throw EngineFailure(kind: .internalError, message: "another answer")
        }
        let score = try #require(scores.first)
        #expect(scores.count == 1 && score.score != nil)
        // The parts that the detector declares, and no others.
        #expect(score.parts.keys.sorted() == VLAD.parts.map(\.name).sorted())
        #expect((0...1).contains(try #require(score.parts["vision_language"])))
        #expect(
            abs(try #require(score.parts["vision_vision"])) < 1e-4, "the picture stands in the memory bank itself")
        #expect(FileManager.default.fileExists(atPath: map))
    }

    @Test("What can't be used is answered with its kind, and the engine goes on")
    func refusals() throws {
        let engine = try starter.engine()
        let program = starter.program
        #expect(
            failure { _ = try engine.call(.inspect(.init(kind: .diffusion, model: program.path("none")))) }?.kind
                == .inputMissing)
        #expect(
            failure { _ = try engine.call(.inspect(.init(kind: .clip, model: program.path("none")))) }?.kind
                == .inputMissing)

        let absent = failure { _ = try engine.call(.draw(starter.generation("x", seeds: [1], words: ["broken"]))) }
        #expect(absent?.kind == .badData)
        #expect(absent?.message.contains("broken") == true)

        var request = starter.generation("x", seeds: [1])
        request.items[0].image = program.path("none.png")
        #expect(failure { _ = try engine.call(.draw(request)) }?.kind == .inputMissing)
        request = starter.generation("x", seeds: [1])
        request.items[0].seed = nil
        #expect(failure { _ = try engine.call(.draw(request)) }?.kind == .internalError)
        request = starter.generation("x", seeds: [1])
        request.items[0].output = starter.normal + "/below"
        #expect(failure { _ = try engine.call(.draw(request)) }?.kind == .io)

        // Settings that can't be used, unknown ones, another version and another method are told apart.
        func refused(_ change: (inout MethodCall) -> Void) -> EngineFailure? {
            var request = starter.generation("x", seeds: [1])
            change(&request.call)
            return failure { _ = try engine.call(.draw(request)) }
        }
        let type = refused { $0.parameters = ["dtype": "float8"] }
        #expect(type?.kind == .badData && type?.message.contains("dtype") == true)
        let unknown = refused { $0.parameters = ["stepz": 3] }
        #expect(unknown?.kind == .badData && unknown?.message.contains("stepz") == true)
        #expect(refused { $0.version = 0 }?.message.contains("version 0") == true)
        #expect(refused { $0.name = "nobody" }?.message.contains("no generator nobody") == true)
        #expect(refused { $0.models = [:] }?.kind == .internalError)

        let whole = try engine.call(.inspect(.init(kind: .clip, model: starter.clip)))
        guard case .inspect = whole else { throw EngineFailure(kind: .internalError, message: "another answer") }
    }

    @Test("A folder with missing, misshaped and unknown weights is refused with all of them")
    func damagedModel() throws {
        let folder = starter.program.folder.appending(path: "damaged")
        try FileManager.default.copyItem(atPath: starter.clip, toPath: folder.path)
        let file = folder.appending(path: "open_clip_model.safetensors").path
        var tensors = try SafetensorsFile(file).all()
        tensors["unknown.weight"] = tensors.removeValue(forKey: "visual.proj")
        tensors["ln_final.bias"] = tensors["logit_scale"]
        try SafetensorsWriter.write(tensors, to: file)
        let found = try #require(
            failure { _ = try starter.engine().call(.inspect(.init(kind: .clip, model: folder.path))) })
        #expect(found.kind == .badData)
        for part in ["visual.proj [64, 64]", "unknown.weight", "ln_final.bias: [], expected [64]"] {
            #expect(found.message.contains(part), "\(part)")
        }
    }
}
