import AnomalyDatasets
import ExportLayouts
import Foundation
import MethodKit
import StageKit

/// `README.md` of an export: what is in it, how it was made, and on which terms it may be passed on.
struct DatasetCard {
    let parameters: ExportStage.Parameters
    let categories: [ExportedCategory]
    let set: SyntheticSet

    var text: String {
        var lines = ["# \(parameters.root)", ""]
        if !generator.isTrained {
            lines += [
                "**Untrained weights: the generator's weights are random. These pictures show that the program runs, nothing else.**",
                "",
            ]
        }
        lines += [
            generator.source == nil
                ? "Synthetic pictures of damaged parts with pixel labels, made by Flawsmith from normal pictures."
                : "Pictures of damaged parts with pixel labels, made elsewhere and arranged by Flawsmith.", "",
            "| category | normals | synthetic | kinds |", "|---|---|---|---|",
        ]
        for category in categories {
            let kinds = category.defects.map { "\($0.folder) \($0.units.count)" }.joined(separator: ", ")
            lines.append("| \(category.name) | \(category.normals.count) | \(category.syntheticCount) | \(kinds) |")
        }
        let tiles = categories.flatMap(\.normals).filter { $0.record.tile != nil }
        if !tiles.isEmpty {
            let count = Set(tiles.map(\.record.picture)).count
            lines += [
                "",
                "\(tiles.count) of the normals are tiles, cut from \(count) larger picture\(count == 1 ? "" : "s").",
            ]
        }
        lines += [
            "", "## Layout", "",
        ]
        lines += parameters.layout.explanation(of: set)
        lines += [
            "`manifest.yaml` is the manifest, `SHA256SUMS` holds a digest of every file.", "", "## How it was made", "",
            generator.phrase, "", generator.labelMeaning,
        ]
        lines += ["", "## Terms", ""]
        if let source = generator.source {
            lines.append(
                "* Pictures of damage and their masks: taken from `\(source)`. Their terms are their makers'; ask them before passing"
            )
            lines.append("  anything on.")
        }
        if let materials = generator.materials {
            lines.append("* Material of the damage: pictures from `\(materials)`. Their terms are their makers'.")
        }
        var seen: [String] = []
        for category in categories {
            let licence = DatasetLicence.of(category.dataset)
            guard !seen.contains(licence.title) else { continue }
            seen.append(licence.title)
            lines.append("* Source pictures: licence \(licence.title). \(licence.consequence)")
            if let citation = licence.citation { lines.append("  \(citation)") }
        }
        for model in generator.models {
            if let terms = model.terms {
                lines.append("* Generator's model: \(terms).")
            } else {
                lines.append("* Generator's model: its folder states no terms. \(Self.usualTerms(of: model.role))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var generator: ExportStage.GeneratorFacts { parameters.generator }

    /// What is known of the weights that most people have.
    private static func usualTerms(of role: ModelRole) -> String {
        role == .diffusion
            ? "Stable Diffusion 1.5 is under CreativeML OpenRAIL-M, whose use restrictions extend to what is made with it."
            : "Ask its makers before passing anything on."
    }
}
