import AnomalyAnnotation
import ArgumentParser
import EngineLink
import Foundation
import ForegroundStage
import GenerationStage
import Imaging
import ManifestKit
import StageKit

/// One damaged picture of one normal picture: with the paper's numbers, or those of a manifest.
struct SynthesizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize", abstract: "Make one picture of a damaged part, with its label.",
        discussion: """
            Writes image.png, soft.png (16-bit soft label), mask.png (binary mask), what the label was made from (attention.png, \
            reconstruction.png) and record.json into the folder given with --to. \
            The seed is the unit's own: the one that a run recorded makes the same picture again.
            """)

    @Option(help: ArgumentHelp("A latent diffusion model in diffusers' folder layout.", valueName: "dir"))
    var model: String
    @Option(help: ArgumentHelp("The normal picture, PNG or JPEG.", valueName: "file"))
    var image: String
    @Option(help: ArgumentHelp("What the picture shows, e.g. \"metal nut\".", valueName: "name"))
    var object: String
    @Option(help: ArgumentHelp("What is wrong with it: \"scratched\"; commas separate phrases.", valueName: "words"))
    var anomaly: String
    @Option(
        name: .customLong("like"),
        help: ArgumentHelp("Take the numbers of this manifest's section generation.", valueName: "manifest"))
    var manifest: String?
    @Option(
        help: ArgumentHelp(
            "With --like: override a key, e.g. generation.guidance.strength=2; may be repeated.",
            valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: "The prompt; [cls] and [anomaly] are filled in. Default: \"A photo of a [cls] that is [anomaly]\".")
    var prompt: String?
    @Option(
        help: ArgumentHelp(
            "Foreground mask of the picture's size, object > 127. Default: found automatically.", valueName: "file"))
    var mask: String?
    @Option(help: "Seed of the noise, 0 to 4294967295.")
    var seed: UInt32 = 0
    @Option(help: "T, the timesteps of the schedule. Default: 200.")
    var steps: Int?
    @Option(help: "Share of the schedule that is run, above 0 and at most 1. Default: 0.25.")
    var gamma: String?
    @Option(help: "Scale of classifier-free guidance. Default: 7.5.")
    var guidanceScale: Double?
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
        if let steps, !(1...1000).contains(steps) { throw ValidationError("--steps: expected 1 to 1000") }
        if let gamma {
            guard let share = DecimalNumber(gamma), share.value > 0, share.value <= 1 else {
                throw ValidationError("--gamma: expected a decimal number above 0 and at most 1")
            }
        }
        if let guidanceScale, !(0...100).contains(guidanceScale) {
            throw ValidationError("--guidance-scale: expected 0 to 100")
        }
        guard set.isEmpty || manifest != nil else { throw ValidationError("--set goes with --like") }
        guard !target.isEmpty else { throw ValidationError("--to: expected a folder") }
        guard traceImages != "" else { throw ValidationError("--trace-images: expected a folder") }
        guard trace != "" else { throw ValidationError("--trace: expected a file") }
        guard !Words.phrases(of: anomaly).isEmpty else { throw ValidationError("--anomaly: expected words") }
        guard !object.isEmpty else { throw ValidationError("--object: expected a name") }
    }

    func run() throws {
        let section = try manifest.map { try Manifest.load(path: $0, overrides: set) }
        if let section, section.generation.method != .cut {
            throw Failure(
                .usage, "says generation.method: \(section.generation.method.rawValue)", at: manifest ?? "",
                remedy: "Only the method cut makes pictures from words; leave --like out or name another manifest.")
        }
        let digests = DigestCache(store: ArtifactStore(root: FileManager.default.temporaryDirectory))
        let folder = try ModelFolder(model, digests: digests)
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
        var parameters = section.map { CUTParameters($0.generation) } ?? CUTParameters()
        let annotation = GenerationParameters.AnnotationRequest(section?.annotation)
        parameters.steps = steps ?? parameters.steps
        parameters.gamma = gamma ?? parameters.gamma
        parameters.guidanceScale = guidanceScale ?? parameters.guidanceScale
        let template = prompt ?? section?.generation.prompt ?? "A photo of a [cls] that is [anomaly]"
        let text = Words.fill(template, object: object, anomaly: anomaly)
        let foregroundFile = work.appendingPathComponent("foreground.png")
        try foreground.write(png: foregroundFile.path)
        let request = GenerateRequest(
            model: folder.url.path, image: URL(fileURLWithPath: image).path,
            mask: foregroundFile.path, prompt: text, words: phrases, parameters: parameters, seeds: [seed],
            outputs: [work.path],
            traces: trace == nil ? nil : [place.traceFile.path],
            traceImages: traceImages == nil ? nil : [place.traceFolder.path])
        let console = Console()
        let key = JobKey("synthesize", object)
        let answer = try engines.borrow { engine in
            try engine.call(
                .generate(request), progress: { console.progress(key, done: Double($0), total: $1, note: $2) },
                notice: { console.notice(nil, $0) })
        }
        guard case .generate(let result) = answer, let unit = result.units.first else {
            throw Failure(.internalError, "the engine answered with something else")
        }
        if let failure = unit.failure { throw failure }
        for warning in unit.warnings { console.notice(nil, warning) }

        let evidence = try GeneratedEvidence(
            attention: try Plane(contentsOf: work.appendingPathComponent(GeneratedFiles.attention).path),
            picture: try Image(contentsOf: work.appendingPathComponent(GeneratedFiles.image).path),
            reconstruction: try Image(contentsOf: work.appendingPathComponent(GeneratedFiles.reconstruction).path),
            foreground: foreground)
        let label = evidence.annotation(annotation.source, threshold: annotation.threshold)
        try label.soft.write(png16: work.appendingPathComponent(GeneratedFiles.soft).path)
        try label.binary.write(png: work.appendingPathComponent(GeneratedFiles.mask).path)

        let source: JSONValue = [
            "file": .string(image), "sha256": .string(try Digest.sha256(file: URL(fileURLWithPath: image))),
        ]
        let record: JSONValue = [
            "prompt": .string(text), "words": .array(phrases.map { .string($0) }), "seed": .int(Int(seed)),
            "preset": .string(section?.generation.preset.rawValue ?? "paper"),
            "parameters": try JSONValue(encoding: parameters),
            "annotation": ["source": .string(annotation.source.rawValue), "threshold": .double(annotation.threshold)],
            "model": .string(folder.digest),
            "trained": .bool(folder.isTrained),
            "source": source,
            "result": try JSONValue(encoding: unit),
        ]
        if let folder = place.traceImages {
            try TracePictures(folder: place.traceFolder).keep(in: folder, normal: picture, title: text)
        }
        try place.commit(record: record)
        if !folder.isTrained {
            print("Untrained weights: \(model). The picture shows that the program runs, nothing else.")
        }
        print("\(place.output.appendingPathComponent("image.png").relativePath)")
    }
}
