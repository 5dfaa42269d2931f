import ArgumentParser
import EngineLink
import Foundation
import Imaging
import Generators
import ManifestSections
import MethodKit
import ParameterKit
import StageKit

/// Measures the time of each part of a picture on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Time the parts of a picture, and say what one costs at each preset.",
        discussion: """
            One FE is one forward pass of the UNet for one picture. Medians of --repeats runs, after one that isn't counted. --whole makes one \
            picture of a drawn disc and sets its time beside what the parts and its counted passes predict.

            Example:
              flawsmith bench --model models/stable-diffusion-v1-5 --format json > bench.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(help: ArgumentHelp("Folder of a diffusion model.", valueName: "dir"))
    var model: String
    @Option(help: "auto, cpu or cuda:N.")
    var device = DeviceName.auto
    @Option(help: "float32, bfloat16 or float16; with --whole the preset's, unless given.")
    var dtype: NumberType?
    @Option(help: "Pictures at a time.")
    var batch = 1
    @Option(help: "Runs of each part.")
    var repeats = 3
    @Flag(help: "Make one picture, too.")
    var whole = false
    @Option(help: ArgumentHelp("The preset of --whole; paper unless given.", valueName: "paper|fast|draft"))
    var preset: String?
    @Option(
        help: ArgumentHelp(
            "Override a key for --whole, e.g. generation.cut.steps=20; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: "table or json.")
    var format = Format.table

    func validate() throws {
        guard (1...256).contains(batch) else { throw ValidationError("--batch: expected 1 to 256") }
        guard whole || (preset == nil && set.isEmpty) else {
            throw ValidationError("--preset and --set go with --whole")
        }
        guard (1...1000).contains(repeats) else { throw ValidationError("--repeats: expected 1 to 1000") }
    }

    func run() throws {
        let generator = try generator()
        let dtype = generator.numberType ?? "float32"
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("flawsmith-bench-\(getpid())")
        let engines = EnginePool([EngineProgram(device: device).room()])
        let interruption = Interruption(engines: engines, advice: "nothing was written") {
            try? FileManager.default.removeItem(at: scratch)
        }
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console()

        let (ready, report) = try engines.borrow { engine in
            let ready = try engine.ready()
            func call(_ operation: EngineOperation, _ what: String) throws -> EngineResult {
                try engine.call(
                    operation,
                    progress: { console.progress(JobKey("bench", what), done: Double($0), total: $1, note: $2) },
                    notice: { console.notice(nil, $0) })
            }
            let asked = BenchRequest(
                model: URL(fileURLWithPath: model).path, dtype: dtype, batch: batch, repeats: repeats)
            guard case .bench(let parts) = try call(.bench(asked), "parts") else { throw Self.otherAnswer }
            var report = BenchReport(parts: parts, batch: batch, dtype: dtype)
            if whole {
                try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: scratch) }
                let request = try picture(generator, in: scratch)
                let begun = ContinuousClock.now
                guard case .applied(let items) = try call(.draw(request), "picture"), let item = items.first,
                    let work = generator.work
                else {
                    throw Self.otherAnswer
                }
                if let failure = item.failure { throw failure }
                let took = begun.duration(to: .now) / .seconds(1)
                report.whole = BenchReport.Whole(work: work, facts: item.facts, seconds: took)
                // Runs the smallest part once more, to read the peak memory, which the picture may have raised.
                let again = BenchRequest(model: asked.model, dtype: asked.dtype, batch: 1, repeats: 1, parts: ["text"])
                if case .bench(let last) = try call(.bench(again), "memory") { report.peakMemory = last.peakMemory }
            }
            return (ready, report)
        }
        let threads = "\(ready.threads) thread\(ready.threads == 1 ? "" : "s")"
        let title =
            "\(model), \(dtype), \(ready.device) (\(threads), \(ready.engine)), batch \(batch), medians of \(repeats)"
        switch format {
        case .table: print(title + "\n\n" + report.text(presets: presets()), terminator: "")
        case .json: print(report.json(title: title, presets: presets()).prettyText, terminator: "")
        }
    }

    private static let otherAnswer = Failure(.internalError, "the engine answered with something else")

    /// The generator of a manifest with only these settings.
    private func generator() throws -> any Generator {
        let text = """
            version: \(ManifestKeys.version)
            name: bench
            dataset: { kind: mvtec, path: none }
            models: { diffusion: none }

            """
        let method = GenerationSection().method.name
        var own = preset.map { ["generation.\(method).preset=\($0)"] } ?? []
        let number = dtype ?? (whole ? nil : .float32)
        if let number { own.append("generation.\(method).dtype=\(number.rawValue)") }
        let manifest = try Manifest.parse(Array(text.utf8), file: "bench", directory: "/", overrides: own + set)
        let generator = manifest.generation.generator
        guard generator.work != nil, dtype == nil || generator.numberType == dtype?.rawValue else {
            throw Failure(
                .usage, "--set: the generator is `\(method)`, its model --model, its number type --dtype",
                remedy: "Other generators have no parts to time.")
        }
        return generator
    }

    private func presets() -> [BenchReport.Preset] {
        Generators.all.flatMap { $0.pricedPresets }
    }

    /// A disc on a plain ground, with a light from one side.
    private func picture(_ generator: any Generator, in folder: URL) throws -> ApplyRequest {
        let side = 512, radius = 0.36
        var disc = Image(width: side, height: side, colour: [40, 40, 40]), outline = Mask(width: side, height: side)
        for y in 0..<side {
            for x in 0..<side {
                let (u, v) = (Double(x) / Double(side) - 0.5, Double(y) / Double(side) - 0.5)
                let isInside = (u * u + v * v).squareRoot() < radius
                let value = UInt8(isInside ? 150 - 120 * u - 60 * v : 40)
                for channel in 0..<3 { disc.pixels[(y * side + x) * 3 + channel] = value }
                outline.values[y * side + x] = isInside ? 1 : 0
            }
        }
        let (image, mask) = (
            folder.appendingPathComponent("disc.png").path, folder.appendingPathComponent("mask.png").path
        )
        try disc.write(png: image)
        try outline.write(png: mask)
        let output = folder.appendingPathComponent("result")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        let folders = Dictionary(
            uniqueKeysWithValues: type(of: generator).models.map { ($0, URL(fileURLWithPath: model).path) })
        return ApplyRequest(
            call: MethodCall(generator, models: folders), prompt: "A photo of a disc that is damaged",
            words: ["damaged"],
            items: [ApplyItem(image: image, mask: mask, seed: 1, output: output.path)])
    }
}

extension BenchCommand {
    enum NumberType: String, ExpressibleByArgument, CaseIterable { case float32, bfloat16, float16 }
}

extension Generator {
    /// Its presets with what a picture of each costs.
    fileprivate static var pricedPresets: [BenchReport.Preset] {
        presets.compactMap { preset in
            preset.generator.work.map { (preset.name, $0, preset.generator.numberType) }
        }
    }
}
