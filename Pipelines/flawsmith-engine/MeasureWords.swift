import ArgumentParser
import ClipModels
import DiffusionModels
import EngineLink
import Foundation
import Imaging
import StarterTraining
import StarterWorld
import TensorCore

/// Asks a classifier that was trained on rendered damage which kind the pictures of an export show:
///
///     flawsmith-engine measure-words --clip DIR --model DIR --settings FILE --export DIR [--export DIR …] [--parts N]
///
/// An export is an unpacked one, `<category>/test/<kind>/*.png` with `ground_truth`, its kinds named as the renderer
/// names them. Prints for each category the share that shows what was asked for, chance, and the classifier's own share
/// on rendered damage that it never saw.
struct MeasureWords: WorkbenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-words", abstract: "Ask a classifier what the pictures of exports show.")

    @Option(name: .customLong("clip"), help: "A folder with a CLIP.") var clipFolder: String
    @Option(name: .customLong("model"), help: "A folder with a diffusion model.") var modelFolder: String
    @Option(name: .customLong("settings"), help: "The settings that the models were trained with.")
    var settingsPath: String
    @Option(help: "Rendered parts to learn from, of each object and damage.", transform: wholeNumber(1...1000))
    var parts = 16
    @Option(name: .customLong("export"), help: "An unpacked export; may be given several times.") var folders: [String]

    func carryOut() throws -> EngineCommand.Status {
        EngineCommand.measured {
            let exports = try folders.map {
                (name: URL(fileURLWithPath: $0).lastPathComponent, pictures: try ExportedPicture.all(in: $0))
            }
            let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
            let settings = try TrainingSettings(contentsOf: URL(fileURLWithPath: settingsPath))
            let clip = try CLIPFolder(clipFolder).loadModel(dtype: .float32, device: .cpu)
            let model = try LatentDiffusionModel(
                folder: URL(fileURLWithPath: modelFolder, isDirectory: true), dtype: .float32, device: .cpu)
            let blocks = clip.configuration.vision.shape.layers
            let probe = DamageProbe(
                clip: clip, model: model, stages: Set([max(1, blocks / 3), max(1, blocks / 2), blocks]).sorted(),
                imageSize: clip.configuration.vision.imageSize)
            try probe.learn(settings, parts: parts, threads: threads)
            try Self.own(probe, settings, threads).print("rendered")
            for export in exports {
                var tally = Tally()
                for picture in export.pictures {
                    let kind = try probe.kind(
                        of: Image(contentsOf: picture.image).rgb(), mask: Mask(contentsOf: picture.mask, above: 127),
                        among: picture.kinds)
                    tally.add(picture.category, right: kind == picture.kind, kinds: picture.kinds.count)
                }
                tally.print(export.name)
            }
        }
    }

    private static func own(_ probe: DamageProbe, _ settings: TrainingSettings, _ threads: Int) throws -> Tally {
        var tally = Tally()
        for pair in try PictureStream(settings, purpose: "probe test").measured(4, threads: threads) {
            guard let mask = pair.damaged.mask, let damage = pair.damaged.damage else { continue }
            let kinds = try StarterWorld.damages(of: pair.damaged.category)
            let said = try probe.kind(of: probe.decoded(pair.damaged.image), mask: mask, among: kinds)
            tally.add(pair.damaged.category, right: said == damage, kinds: kinds.count)
        }
        return tally
    }
}

/// One picture of an export, with its mask and the kinds that its category has.
private struct ExportedPicture {
    var category: String
    var kind: String
    var kinds: [String]
    var image: String
    var mask: String

    /// - Throws: `EngineFailure`: no such folder, a mask that is missing, or nothing to judge.
    static func all(in folder: String) throws -> [ExportedPicture] {
        guard let categories = entries(folder) else {
            throw EngineFailure(kind: .inputMissing, message: "\(folder): no such folder")
        }
        let known = Set(StarterWorld.categories.flatMap { (try? StarterWorld.damages(of: $0)) ?? [] })
        var pictures: [ExportedPicture] = []
        for category in categories {
            let kinds = (entries("\(folder)/\(category)/test") ?? []).filter { known.contains($0) }
            for kind in kinds where kinds.count > 1 {
                for name in entries("\(folder)/\(category)/test/\(kind)") ?? [] {
                    let stem = name.split(separator: ".").first.map(String.init) ?? name
                    let mask = "\(folder)/\(category)/ground_truth/\(kind)/\(stem)_mask.png"
                    guard FileManager.default.fileExists(atPath: mask) else {
                        throw EngineFailure(
                            kind: .badData, message: "\(mask): the mask of test/\(kind)/\(name) is missing")
                    }
                    pictures.append(
                        ExportedPicture(
                            category: category, kind: kind, kinds: kinds,
                            image: "\(folder)/\(category)/test/\(kind)/\(name)", mask: mask))
                }
            }
        }
        guard !pictures.isEmpty else {
            throw EngineFailure(
                kind: .badData,
                message:
                    "\(folder): no <category>/test/<kind>/*.png with two or more of the kinds \(known.sorted().joined(separator: ", "))"
            )
        }
        return pictures
    }

    private static func entries(_ folder: String) -> [String]? {
        try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()
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
        func line(_ category: String, _ count: (right: Int, all: Int, chance: Double)) {
            func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
            let share = rounded(Double(count.right) / Double(max(count.all, 1)))
            Swift.print(
                "\(name)\t\(category)\t\(count.right) of \(count.all)\t\(share)\tchance \(rounded(count.chance))")
        }
        for (category, count) in counts.sorted(by: { $0.key < $1.key }) { line(category, count) }
        let all = counts.values.reduce(into: (right: 0, all: 0, chance: 0.0)) {
            ($0.right, $0.all, $0.chance) = (
                $0.right + $1.right, $0.all + $1.all, $0.chance + $1.chance * Double($1.all)
            )
        }
        line("all", (all.right, all.all, all.chance / Double(max(all.all, 1))))
    }
}
