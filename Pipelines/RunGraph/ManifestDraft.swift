import AnomalyDatasets
import Foundation
import ManifestSections
import ParameterKit

/// A first manifest for somebody's photos, every line explained: what `flawsmith new` writes.
///
/// Its defaults are made for that: one data set of all pictures, tens of synthetic ones, no detector.
package struct ManifestDraft: Sendable {
    package let photos: PhotoFolder
    /// As the manifest will have it, relative to its folder.
    package let path: String
    /// The diffusion model, as the manifest will have it, and whether it is there.
    package let model: (path: String, isThere: Bool)
    package let name: String

    /// Pictures of each kind of damage.
    static let each = 20
    /// Normals from which a data set of all of them is no longer "few".
    static let many = 200

    package init(_ photos: PhotoFolder, path: String, model: (path: String, isThere: Bool)) {
        (self.photos, self.path, self.model) = (photos, path, model)
        name = Self.runName(LayoutDetector.sourceName(of: photos.path))
    }

    /// A name for folders and archives, out of any text.
    static func runName(_ text: String) -> String {
        let plain = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        let name = String(plain.drop { !($0.isLetter || $0.isNumber) }.prefix(64))
        return TextRule.name.accepts(name) ? name : "photos"
    }

    /// Synthetic pictures that the manifest as it stands asks for.
    package var pictures: Int { 2 * Self.each * photos.categories.count }

    private func yaml(_ text: String) -> String { ValueType.path.text(of: .string(text)) }

    package var text: String {
        let categories = photos.categories
        let all = categories.map { yaml($0.name) }.joined(separator: ", ")
        var lines = [
            "# Written by `flawsmith new`. Every key, with its meaning: `flawsmith schema`. What would run: `flawsmith plan`.",
            Self.line("version: 2", "of this file's format"),
            Self.line("name: \(yaml(name))", "names the run's folder and the archive"),
            "",
            "dataset:",
            Self.line("  kind: \(photos.layout.rawValue)", Self.meaning(of: photos.layout)),
            Self.line("  path: \(yaml(path))", "relative to this file"),
            Self.line("  # categories: [\(all)]", "to use some of them only"),
            Self.line("  objects:", "what a picture shows, in words; they stand for [cls] in the prompt"),
        ]
        for category in categories {
            let words = DatasetSection().objectName(category.name)
            lines.append(Self.line("    \(yaml(category.name)): \(yaml(words))", Self.facts(of: category)))
        }
        lines += [
            "",
            "models:",
            Self.line(
                "  diffusion: \(yaml(model.path))",
                model.isThere
                    ? "draws the damage" : "NOT THERE YET: Stable Diffusion 1.5; `flawsmith fetch sd15` brings it"),
            "",
            "foreground:",
            Self.line("  method: auto", "the part's outline is found by threshold, and damage is drawn inside of it;"),
            Self.line(
                "", "look at the contact sheet that the run names. `whole`: textures, parts that fill the picture"),
            Self.line("  # masks: masks", "or a folder of own outlines, white on black, called as the pictures"),
            "",
            "sampling:",
            Self.line(
                "  shots: [\(shots)]",
                "one data set, \(shots == "full" ? "of all normal pictures" : "of so many normal pictures")"),
            Self.line("  seeds: [0]", "another seed is another draw, in a data set of its own"),
            "",
            "generation:",
            Self.line("  method: cut", "damage from words; cutpaste and perlin need no model"),
            "  prompt: \"A photo of a [cls] that is [anomaly]\"",
            Self.line("  anomalies:", "kinds of damage: a folder's name, words, pictures for each category"),
            "    - { name: scratch, words: scratched, count: \(Self.each) }",
            "    - { name: stain, words: stained, count: \(Self.each) }",
            Self.line("  # overrides:", "other kinds for one category"),
            "  #   \(yaml(categories.first?.name ?? "part")): { anomalies: [{ name: crack, words: cracked, count: 40 }] }",
            "  cut:",
            Self.line("    preset: fast", "paper: four times the steps; draft: fewer still"),
            "",
            "export:",
            Self.line("  layouts: { mvtec: {} }", "an archive laid out as MVTec AD, in Output/exports"),
            "",
        ]
        lines +=
            hasTests
            ? [
                "# Your test pictures can measure what the data set is worth. Bring a CLIP, name it, and take the marks away:",
                "# detectors: { vlad: {} }           # with models: { clip: models/clip-vit-l-14 }",
            ]
            : ["# No `detectors`: there are no damaged test pictures to measure one on. The run ends with the archive."]
        return lines.joined(separator: "\n") + "\n"
    }

    private var hasTests: Bool { photos.categories.contains { !$0.defects.isEmpty } }

    private var shots: String {
        let most = photos.categories.map(\.normals).max() ?? 0
        return most > Self.many ? "\(Self.many / 5)" : "full"
    }

    private static func line(_ text: String, _ note: String) -> String {
        text + String(repeating: " ", count: max(0, 34 - text.count)) + " # " + note
    }

    private static func meaning(of layout: DatasetLayout) -> String {
        switch layout {
        case .folder: "own pictures: a folder is a category, its pictures are good parts"
        case .mvtec: "<category>/train/good, <category>/test/<kind>, <category>/ground_truth/<kind>"
        case .visa: "VisA's tables and folders"
        case .pairs: "<category>/<kind>/image beside <category>/<kind>/mask"
        }
    }

    /// "30 pictures, 1920 × 1080"
    private static func facts(of category: PhotoFolder.Category) -> String {
        var facts = ["\(category.normals) normal picture\(category.normals == 1 ? "" : "s")"]
        if let size = category.sizes.first {
            facts.append(category.sizes.count > 1 ? "of several sizes" : "\(size.width) × \(size.height) pixels")
        }
        let tests = category.testNormals + category.defects.values.reduce(0, +)
        if tests > 0 { facts.append("\(tests) for testing") }
        if let title = category.publishedIn { facts.append("of \(title)") }
        return facts.joined(separator: ", ")
    }
}
