import ClipModels
import DiffusionModels
import Foundation
import Imaging
import StarterTraining
import StarterWorld
import TensorCore

/// Asks a classifier that was trained on rendered damage which kind the pictures of an export show:
///
///     flawsmith-engine measure-words --clip DIR --model DIR --settings FILE --export DIR… [--parts N]
///
/// An export is an unpacked one, `<category>/test/<kind>/*.png` with `ground_truth`, its kinds named as the renderer names them. Prints for each
/// category the share that shows what was asked for, chance, and the classifier's own share on rendered damage that it never saw.
enum MeasureWords {
    static func run(_ words: inout EngineArguments) throws -> EngineCommand.Status {
        _ = words.take("measure-words")
        func needed(_ option: String) throws -> String {
            guard let value = try words.value(option) else { throw EngineArguments.Problem(description: "measure-words needs \(option)") }
            return value
        }
        let (clipFolder, modelFolder, settingsPath) = (try needed("--clip"), try needed("--model"), try needed("--settings"))
        let parts = try words.integer("--parts", in: 1...1000) ?? 16
        var exports: [String] = []
        while let export = try words.value("--export") { exports.append(export) }
        try words.finish()
        guard !exports.isEmpty else { throw EngineArguments.Problem(description: "measure-words needs --export") }
        do {
            let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
            let settings = try TrainingSettings(contentsOf: URL(fileURLWithPath: settingsPath))
            let clip = try CLIPFolder(clipFolder).loadModel(dtype: .float32, device: .cpu)
            let model = try LatentDiffusionModel(folder: URL(fileURLWithPath: modelFolder, isDirectory: true), dtype: .float32, device: .cpu)
            let blocks = clip.configuration.vision.shape.layers
            let probe = DamageProbe(
                clip: clip, model: model, stages: [max(1, blocks / 3), max(1, blocks / 2), blocks], imageSize: clip.configuration.vision.imageSize)
            try probe.learn(settings, parts: parts, threads: threads)
            try own(probe, settings, threads)
            for export in exports { try judge(URL(fileURLWithPath: export, isDirectory: true), probe) }
            return .done
        } catch let error as TrainingError {
            EngineCommand.complain("flawsmith-engine: \(error)\n")
            return .badData
        }
    }

    private static func own(_ probe: DamageProbe, _ settings: TrainingSettings, _ threads: Int) throws {
        var tally = Tally()
        for pair in try PictureStream(settings, purpose: "probe test").measured(4, threads: threads) {
            guard let mask = pair.damaged.mask, let damage = pair.damaged.damage else { continue }
            let kinds = try StarterWorld.damages(of: pair.damaged.category)
            let said = try probe.kind(of: probe.decoded(pair.damaged.image), mask: mask, among: kinds)
            tally.add(pair.damaged.category, right: said == damage, kinds: kinds.count)
        }
        tally.print("rendered")
    }

    private static func judge(_ export: URL, _ probe: DamageProbe) throws {
        var tally = Tally()
        let files = FileManager.default
        for category in try files.contentsOfDirectory(atPath: export.path).sorted() {
            let test = export.appendingPathComponent("\(category)/test")
            let kinds = ((try? files.contentsOfDirectory(atPath: test.path)) ?? []).filter { probe.kinds.contains($0) }.sorted()
            for kind in kinds where kinds.count > 1 {
                for name in try files.contentsOfDirectory(atPath: test.appendingPathComponent(kind).path).sorted() {
                    let stem = name.split(separator: ".").first.map(String.init) ?? name
                    let picture = try Image(contentsOf: test.appendingPathComponent("\(kind)/\(name)").path)
                    let mask = try Mask(contentsOf: export.appendingPathComponent("\(category)/ground_truth/\(kind)/\(stem)_mask.png").path, above: 127)
                    tally.add(category, right: try probe.kind(of: picture.rgb(), mask: mask, among: kinds) == kind, kinds: kinds.count)
                }
            }
        }
        tally.print(export.lastPathComponent)
    }
}

/// Shares by category.
private struct Tally {
    private var counts: [String: (right: Int, all: Int, chance: Double)] = [:]

    mutating func add(_ category: String, right: Bool, kinds: Int) {
        let old = counts[category] ?? (0, 0, 1 / Double(kinds))
        counts[category] = (old.right + (right ? 1 : 0), old.all + 1, old.chance)
    }

    func print(_ name: String) {
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        for (category, count) in counts.sorted(by: { $0.key < $1.key }) {
            Swift.print("\(name)\t\(category)\t\(count.right) of \(count.all)\t\(rounded(Double(count.right) / Double(count.all)))\tchance \(rounded(count.chance))")
        }
        let all = counts.values.reduce(into: (right: 0, all: 0, chance: 0.0)) {
            ($0.right, $0.all, $0.chance) = ($0.right + $1.right, $0.all + $1.all, $0.chance + $1.chance * Double($1.all))
        }
        guard all.all > 0 else { return }
        Swift.print("\(name)\tall\t\(all.right) of \(all.all)\t\(rounded(Double(all.right) / Double(all.all)))\tchance \(rounded(all.chance / Double(all.all)))")
    }
}
