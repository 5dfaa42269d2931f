import AnomalyAnnotation
import ArgumentParser
import EngineLink
import Foundation
import ForegroundStage
import GenerationStage
import Imaging
import Generators
import ManifestSections
import MethodKit
import ParameterKit
import RunGraph
import StageKit

/// One damaged picture of one normal picture: with the paper's numbers, or those of a manifest.
struct SynthesizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize", abstract: "Make one picture of a damaged part, with its label.",
        discussion: """
            Writes image.png, soft.png (16-bit soft label), mask.png (binary mask), what the label was made from where the generator doesn't \
            know it (attention.png, reconstruction.png) and record.json into the folder given with --to. \
            The seed is the unit's own: the one that a run recorded makes the same picture again.

            Example:
              flawsmith synthesize --model models/stable-diffusion-v1-5 --image screw.png --object screw --anomaly scratched --seed 7 --to out
            """)

    @Option(
        help: ArgumentHelp(
            "The generator's weights; of cut a latent diffusion model in diffusers' folder layout.", valueName: "dir"))
    var model: String?
    @Option(help: ArgumentHelp("The normal picture, PNG or JPEG.", valueName: "file"))
    var image: String
    @Option(help: ArgumentHelp("What the picture shows, e.g. \"metal nut\".", valueName: "name"))
    var object: String
    @Option(help: ArgumentHelp("What is wrong with it: \"scratched\"; commas separate phrases.", valueName: "words"))
    var anomaly: String
    @Option(
        name: .customLong("like"),
        help: ArgumentHelp("Take generator and numbers of this manifest, and its model.", valueName: "manifest"))
    var manifest: String?
    @Option(
        help: ArgumentHelp(
            "Override a key, e.g. generation.cut.guidance.strength=2; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: "The prompt; [cls] and [anomaly] are filled in. Default: \"A photo of a [cls] that is [anomaly]\".")
    var prompt: String?
    @Option(
        help: ArgumentHelp(
            "Foreground mask of the picture's size, object > 127. Default: found automatically.", valueName: "file"))
    var mask: String?
    @Option(help: "Seed of the noise, 0 to 4294967295.")
    var seed: UInt32 = 0
    @Option(help: "auto, cpu or cuda:N.")
    var device = DeviceName.auto
    @Option(help: ArgumentHelp("Keep the intermediate numbers in this safetensors file.", valueName: "file"))
    var trace: String?
    @Option(
        help: ArgumentHelp(
            "Keep ten intermediate pictures with their attention in this folder, and trace.png, all of them on a sheet.",
            valueName: "dir"))
    var traceImages: String?
    @Option(name: .customLong("to"), help: ArgumentHelp("Where the result goes.", valueName: "dir"))
    var target: String

    func validate() throws {
        guard !target.isEmpty else { throw ValidationError("--to: expected a folder") }
        guard traceImages != "" else { throw ValidationError("--trace-images: expected a folder") }
        guard trace != "" else { throw ValidationError("--trace: expected a file") }
        guard !Words.phrases(of: anomaly).isEmpty else { throw ValidationError("--anomaly: expected words") }
        guard !object.isEmpty else { throw ValidationError("--object: expected a name") }
    }

    func run() throws {
        let manifest = try asked()
        let section = manifest.generation, generator = section.generator
        guard section.generators.count == 1 else {
            throw Failure(
                .usage, "the mixture \(section.methodNames) is of several generators, one picture is of one",
                at: self.manifest ?? "--set", remedy: "Name one: --set 'generation.mixture={NAME: 1}'.")
        }
        if generator is any TakenGenerator {
            throw Failure(
                .usage, "the generator \(generator.methodName) takes pictures and makes none",
                at: self.manifest ?? "--set",
                remedy: "Choose another with --set generation.method=NAME.")
        }
        let digests = DigestCache(store: ArtifactStore(root: FileManager.default.temporaryDirectory))
        let folders = try type(of: generator).models.map { role in
            guard let path = manifest.models[role] else {
                throw Failure(.usage, "\(generator.methodName) needs --model")
            }
            return (role, try ModelFolder(path.absolute, written: path.written, digests: digests))
        }
        let models = Dictionary(uniqueKeysWithValues: folders)
        // Hashed before it is read, and looked at again before anything is kept: what is recorded is what was drawn on.
        let sourceDigest = try digests.sha256(URL(fileURLWithPath: image))
        let picture = try Image(contentsOf: image)
        let place = try SynthesisFolder(output: target, trace: trace, traceImages: traceImages)
        defer { place.tidy() }
        let engines = EnginePool([EngineProgram(device: device).room()])
        let interruption = Interruption(engines: engines, advice: "nothing was written") { place.tidy() }
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let work = place.work

        let foreground: Mask
        if let mask {
            let given = try Mask(contentsOf: mask, above: 127)
            guard given.width == picture.width, given.height == picture.height else {
                throw Failure(
                    .badData, "is \(given.width)×\(given.height), the picture \(picture.width)×\(picture.height)",
                    at: mask,
                    remedy: "Give a mask of the picture's size.")
            }
            guard !given.isEmpty else {
                throw Failure(.badData, "has no foreground: nothing in it is above 127", at: mask)
            }
            foreground = given
        } else {
            let found = ForegroundExtractor().extract(from: picture)
            guard !found.mask.isEmpty else {
                throw Failure(
                    .badData, "no object was found in the picture", at: image, remedy: "Give its outline with --mask.")
            }
            for warning in found.warnings { Console.standardError("flawsmith: foreground: \(warning)") }
            foreground = found.mask
        }

        let phrases = Words.phrases(of: anomaly)
        let annotation = manifest.annotation
        let template = prompt ?? section.prompt
        let text = Words.fill(template, object: object, anomaly: anomaly)
        let places = Words.places(template, object: object, anomaly: anomaly)
        let isFramed = section.window != .whole || section.composite
        let frame = PictureFrame(
            photo: picture, part: foreground, choice: section.window, composite: section.composite, seed: seed)
        var drawnOn = (image: URL(fileURLWithPath: image), mask: work.appendingPathComponent("foreground.png"))
        if section.window == .whole {
            try foreground.write(png: drawnOn.mask.path)
        } else {
            drawnOn = try frame.write(into: work)
        }
        let facts: JSONValue
        if let local = generator as? any LocalGenerator {
            facts = try draw(with: local, on: picture, foreground, digests: digests, in: work)
        } else {
            let request = ApplyRequest(
                call: MethodCall(generator, models: models.mapValues { $0.url.path }), className: object, prompt: text,
                words: phrases, places: places.isEmpty ? nil : places,
                items: [
                    ApplyItem(
                        image: drawnOn.image.path, mask: drawnOn.mask.path, seed: seed,
                        output: work.path,
                        trace: trace == nil ? nil : place.traceFile.path,
                        traceImages: traceImages == nil ? nil : place.traceFolder.path)
                ])
            facts = try draw(request, with: engines)
        }
        if type(of: generator).label == .evidence, isFramed {
            let finished = try frame.finish(annotation.source, threshold: annotation.threshold, evidence: work)
            try finished.image.write(png: work.appendingPathComponent(GeneratedFiles.image).path)
            try finished.annotation.soft.write(png16: work.appendingPathComponent(GeneratedFiles.soft).path)
            try finished.annotation.binary.write(png: work.appendingPathComponent(GeneratedFiles.mask).path)
        } else if type(of: generator).label == .evidence {
            let evidence = try GeneratedEvidence(
                attention: try Plane(contentsOf: work.appendingPathComponent(GeneratedFiles.attention).path),
                picture: try Image(contentsOf: work.appendingPathComponent(GeneratedFiles.image).path),
                reconstruction: try Image(contentsOf: work.appendingPathComponent(GeneratedFiles.reconstruction).path),
                foreground: foreground)
            let label = evidence.annotation(annotation.source, threshold: annotation.threshold)
            try label.soft.write(png16: work.appendingPathComponent(GeneratedFiles.soft).path)
            try label.binary.write(png: work.appendingPathComponent(GeneratedFiles.mask).path)
        }

        let source: JSONValue = ["file": .string(image), "sha256": .string(sourceDigest)]
        var record: [String: JSONValue] = [
            "prompt": .string(text), "words": .array(phrases.map { .string($0) }), "seed": .int(Int(seed)),
            "method": generator.asked(),
            "annotation": ["source": .string(annotation.source.rawValue), "threshold": .double(annotation.threshold)],
            "models": .object(
                Dictionary(uniqueKeysWithValues: models.map { ($0.key.rawValue, .string($0.value.digest)) })),
            "trained": .bool(models.values.allSatisfy(\.isTrained)), "source": source, "result": facts,
        ]
        if isFramed {
            let window = frame.window
            record["window"] = [.int(window.x), .int(window.y), .int(window.width), .int(window.height)]
            record["composite"] = .bool(section.composite)
        }
        if let folder = place.traceImages {
            try TracePictures(folder: place.traceFolder).keep(in: folder, normal: picture, title: text)
        }
        try place.commit(record: .object(record))
        for folder in models.values where !folder.isTrained {
            print("Untrained weights: \(folder.written). The picture shows that the program runs, nothing else.")
        }
        print("\(place.output.appendingPathComponent("image.png").relativePath)")
    }
}

extension SynthesizeCommand {
    /// The manifest of --like, or one with only defaults; values of --model and --set replace its own.
    private func asked() throws -> Manifest {
        var overrides = set
        if let model { overrides.insert("models.diffusion=\"\(URL(fileURLWithPath: model).path)\"", at: 0) }
        if let manifest { return try Manifest.load(path: manifest, overrides: overrides) }
        let text = "version: \(ManifestKeys.version)\nname: synthesize\ndataset: { path: none }\n"
        return try Manifest.parse(
            Array(text.utf8), file: "synthesize", directory: FileManager.default.currentDirectoryPath,
            overrides: overrides)
    }

    private func draw(_ request: ApplyRequest, with engines: EnginePool) throws -> JSONValue {
        let console = Console()
        let key = JobKey("synthesize", object)
        let answer = try engines.borrow { engine in
            try engine.call(
                .draw(request), progress: { console.progress(key, done: Double($0), total: $1, note: $2) },
                notice: { console.notice(nil, $0) })
        }
        guard case .applied(let items) = answer, let item = items.first else {
            throw Failure(.internalError, "the engine answered with something else")
        }
        if let failure = item.failure { throw failure }
        for warning in item.warnings { console.notice(nil, warning) }
        return item.facts
    }

    private func draw(
        with generator: any LocalGenerator, on picture: Image, _ foreground: Mask, digests: DigestCache, in work: URL
    ) throws -> JSONValue {
        let materials = try generator.materials.map {
            try TextureFolder(URL(fileURLWithPath: $0.absolute), written: $0.written, digests: digests)
        }
        let drawn: SyntheticAnomaly
        do {
            if let borrowing = generator as? any DonorGenerator {
                // There is one normal: the picture itself is the donor.
                let own = NormalPart(name: "itself", image: picture, foreground: foreground)
                drawn = try borrowing.prepared(for: object.replacing(" ", with: "_"), trials: [own])
                    .draw(on: picture, foreground: foreground, seed: UInt64(seed), donor: nil)
            } else {
                drawn = try generator.draw(
                    on: picture, foreground: foreground, seed: UInt64(seed),
                    photograph: try materials?.photograph(seed: seed))
            }
        } catch let error as SyntheticAnomalyError {
            throw Failure(.failed, error.description, at: image)
        }
        try drawn.image.write(png: work.appendingPathComponent(GeneratedFiles.image).path)
        try drawn.softLabel.write(png16: work.appendingPathComponent(GeneratedFiles.soft).path)
        try drawn.mask.write(png: work.appendingPathComponent(GeneratedFiles.mask).path)
        return ["account": drawn.account]
    }
}
