import ArgumentParser
import DetectionStage
import EngineLink
import Foundation
import Imaging
import ManifestSections
import ParameterKit
import RunGraph
import StageKit

/// Scores new pictures with a detector that a run has fitted.
struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Score new pictures with a detector that a run has fitted.",
        discussion: """
            Prints a line for each picture: path, score (higher is more anomalous), and defective or good where there is a threshold. The threshold is the \
            run's own, from pictures that it held aside (training.held_aside), or that of --threshold; else scores stand alone, and that is said. Needs \
            the run's folder and the detector's weights, no data set. Pictures that can't be read are named on standard error and counted; the others \
            are scored, and the exit code is then that of the first of them: 65 for a file that is no whole picture, 66 for one that isn't there.

            Example:
              flawsmith detect --run parts.yaml --detector patchcore --category hex_nut new/*.png
              flawsmith detect --run parts.yaml --detector vlad --category hex_nut --shots 4 --seed 0 --heat-maps heat --json new
            """)

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "The manifest that was run, or the run's folder (Output/runs/…); relative paths of its models then begin in the current folder.",
            valueName: "manifest-or-folder"), completion: .file())
    var source: String
    @Option(help: "Where results are kept; of a run's folder its own place.")
    var output: String?
    @Option(
        help: ArgumentHelp("The manifest's keys as they were overridden; may be repeated.", valueName: "key.path=value")
    )
    var set: [String] = []
    @Option(help: ArgumentHelp("The detector's name in the manifest, where it has several.", valueName: "name"))
    var detector: String?
    @Option(help: ArgumentHelp("The category that the pictures show, where the run has several.", valueName: "name"))
    var category: String?
    @Option(
        help: ArgumentHelp(
            "The shot count of the fit, where the run has several: a number, or full.", valueName: "count"))
    var shots: String?
    @Option(help: ArgumentHelp("The seed of the fit, where the run has several.", valueName: "number"))
    var seed: Int?
    @Option(
        help: ArgumentHelp(
            "A picture is defective from this score on; a negative one as --threshold=-1.", valueName: "score"))
    var threshold: Double?
    @Option(
        name: .customLong("heat-maps"),
        help: ArgumentHelp(
            "Write each picture with its anomaly map over it into this folder, as PNG.", valueName: "dir"))
    var heatMaps: String?
    @Option(
        help: ArgumentHelp(
            "Write each anomaly map as the detector gave it into this folder, as .npy (float32).", valueName: "dir"))
    var maps: String?
    @Flag(help: "Print one JSON object in place of lines.")
    var json = false
    @Option(help: "auto, cpu or cuda:N.")
    var device = DeviceName.auto
    @Argument(help: "Pictures, or folders of pictures.", completion: .file())
    var pictures: [String]

    func validate() throws {
        guard !source.isEmpty else { throw ValidationError("--run: expected a manifest or a folder") }
        guard output != "" else { throw ValidationError("--output: expected a folder") }
        guard heatMaps != "" else { throw ValidationError("--heat-maps: expected a folder") }
        guard maps != "" else { throw ValidationError("--maps: expected a folder") }
        guard !pictures.contains("") else { throw ValidationError("expected pictures or folders") }
        guard threshold?.isFinite ?? true else { throw ValidationError("--threshold: expected a number") }
        if let shots, shots != "full", Int(shots) ?? 0 < 1 {
            throw ValidationError("--shots: expected a number from 1 on, or full")
        }
    }

    func run() throws {
        let (run, store) = try finished()
        let fit = try run.fit(.init(detector: detector, category: category, shots: shots, seed: seed))
        let target = try DetectTarget(pictures)
        let report = DetectReport(fit, given: threshold)
        // What would be in the way is found before the work.
        for folder in [heatMaps, maps].compactMap(\.self) { try DurableFile.makeFolder(URL(fileURLWithPath: folder)) }
        let scratch = try ScratchFolder(in: FileManager.default.temporaryDirectory, prefix: "flawsmith-detect-")
        defer { scratch.remove() }
        let engines = EnginePool([EngineProgram(device: device).room()])
        let interruption = Interruption(engines: engines, advice: "pictures without a line were not scored") {
            scratch.remove()
        }
        defer { withExtendedLifetime(interruption) { engines.close() } }
        let console = Console()
        let scorer = NewPictures(
            detector: fit.detector, artefact: fit.artefact, references: fit.references, className: fit.className,
            tiles: run.manifest.dataset.tiles?.rule, range: run.manifest.dataset.reading.range,
            cache: FeatureCacheRequest(
                folder: store.cache.appendingPathComponent("tokens").path, limit: run.manifest.cache.limit),
            scratch: scratch.url)
        let key = JobKey("detect", fit.category), total = target.pictures.count
        let width = target.pictures.map(\.path.count).max() ?? 0
        var scored: [(picture: DetectTarget.Picture, result: NewPictures.Scored)] = []
        var unreadable: [(path: String, error: any Error)] = []
        try scorer.score(target.pictures.map(\.path), engines: engines, notice: { console.notice(nil, $0) }) {
            outcome in
            let picture = target.pictures[scored.count + unreadable.count]
            switch outcome {
            case .scored(let result):
                scored.append((picture, result))
                if !json { print(report.line(result, width: width)) }
            case .unreadable(let path, let error):
                unreadable.append((path, error))
                console.say("flawsmith: \(ErrorReport(error).message)")
            }
            console.progress(key, done: Double(scored.count + unreadable.count), total: total, note: "")
        }
        let (written, range) = try write(scored, by: scorer, fit, smoothing: run.manifest.evaluation.smoothing)
        if json {
            let failures = unreadable.map { ($0.path, ErrorReport($0.error).message) }
            print(report.json(written, unreadable: failures, range: range).prettyText, terminator: "")
        }
        if target.passedOver > 0 {
            let words = target.passedOver == 1 ? ("file", "is no picture", "was") : ("files", "are no pictures", "were")
            console.say(
                "flawsmith: \(target.passedOver) \(words.0) in folders \(words.1) by \(target.passedOver == 1 ? "its" : "their") ending and \(words.2) passed over"
            )
        }
        console.summary(report.summary(scored.map(\.result.score), unreadable: unreadable.count))
        if let first = unreadable.first { throw ExitCode(ErrorReport(first.error).status.rawValue) }
    }
}

extension DetectCommand {
    /// The run, and the store that it is in.
    private func finished() throws -> (FinishedRun, ArtifactStore) {
        let url = URL(fileURLWithPath: source)
        guard try DurableFile.isFolder(url) == true else {
            let manifest = try Manifest.load(path: source, overrides: set)
            let store = ArtifactStore(root: URL(fileURLWithPath: output ?? "Output"))
            let folder = RunFolder(store: store, name: manifest.name, asked: manifest.askedText)
            return (try FinishedRun(manifest, folder: folder, store: store, written: source), store)
        }
        let file = url.appendingPathComponent("manifest.resolved.yaml")
        guard try DurableFile.exists(file) else {
            throw Failure(
                .inputMissing, "no run's folder: it holds no manifest.resolved.yaml", at: source,
                remedy: "Name a folder below Output/runs, or the manifest that was run.")
        }
        guard set.isEmpty, output == nil else {
            throw Failure(.usage, "--set and --output go with a manifest, not with a run's folder", at: source)
        }
        let manifest = try Manifest.parse(
            [UInt8](try DurableFile.read(file)), file: file.path,
            directory: FileManager.default.currentDirectoryPath, overrides: [String]())
        let store = ArtifactStore(root: url.standardizedFileURL.deletingLastPathComponent().deletingLastPathComponent())
        let folder = RunFolder(store: store, at: url.standardizedFileURL, name: manifest.name)
        return (
            try FinishedRun(manifest, folder: folder, store: store, written: source, isFromFolder: true), store
        )
    }

    /// Writes what was asked for, and says where.
    ///
    /// - Returns: also what the colours of heat maps stand for: the values of the run's test pictures, so that colours
    ///   mean the same as on its page; else those of the pictures given. nil: none were asked for.
    private func write(
        _ scored: [(picture: DetectTarget.Picture, result: NewPictures.Scored)], by scorer: NewPictures,
        _ fit: FinishedRun.Fit, smoothing: Double
    ) throws -> ([(scored: NewPictures.Scored, heatMap: URL?, map: URL?)], ClosedRange<Float>?) {
        var range = fit.range
        if heatMaps != nil, range == nil {
            for value in try scored.lazy.flatMap({ try HeatMaps.map($0.result.map).values }) where value.isFinite {
                range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
            }
        }
        let drawing = HeatMaps(range: range ?? 0...1, smoothing: smoothing)
        let written = try scored.map { picture, result in
            let (heat, map) = (
                heatMaps.map { URL(fileURLWithPath: $0).appendingPathComponent("\(picture.name).png") },
                maps.map { URL(fileURLWithPath: $0).appendingPathComponent("\(picture.name).npy") }
            )
            if let map { try DurableFile.write(try DurableFile.read(result.map), to: map) }
            if let heat {
                let image = try scorer.picture(result.path).image
                try DurableFile.write(Data(drawing.draw(HeatMaps.map(result.map), over: image).png()), to: heat)
            }
            return (scored: result, heatMap: heat, map: map)
        }
        return (written, heatMaps == nil ? nil : range)
    }
}
