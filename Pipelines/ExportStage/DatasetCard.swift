import AnomalyDatasets
import Foundation
import StageKit

/// `README.md` of an export: what is in it, how it was made, and on which terms it may be passed on.
struct DatasetCard {
    let parameters: ExportStage.Parameters
    let categories: [ExportedCategory]

    var text: String {
        var lines = ["# \(parameters.root)", ""]
        if !parameters.isTrained {
            lines += [
                "**Untrained weights: the generator's weights are random. These pictures show that the program runs, nothing else.**",
                "",
            ]
        }
        lines += [
            parameters.external == nil
                ? "Synthetic pictures of damaged parts with pixel labels, made by Flawsmith from normal pictures."
                : "Pictures of damaged parts with pixel labels, made elsewhere and arranged by Flawsmith.", "",
            "| category | normals | synthetic | kinds |", "|---|---|---|---|",
        ]
        for category in categories {
            let kinds = category.defects.map { "\($0.folder) \($0.units.count)" }.joined(separator: ", ")
            lines.append("| \(category.name) | \(category.normals.count) | \(category.syntheticCount) | \(kinds) |")
        }
        lines += [
            "", "## Layout", "",
            "MVTec AD's: `<category>/train/good/000.png` are the normals \(normals), `<category>/test/<kind>/000.png` the synthetic",
            "pictures (readers of this layout refuse anomalies under `train`), `<category>/ground_truth/<kind>/000_mask.png` their binary masks,",
            "0 or 255, of the picture's size. There is no `test/good`: add normal pictures of your own to measure with.",
            "`_meta/soft/` holds the soft labels (16-bit PNG, value / 65535), `_meta/records/` prompt, seed and every parameter of each picture,",
            "`manifest.yaml` the manifest, `SHA256SUMS` a digest of every file.", "",
            "## How it was made", "",
            parameters.generator, "",
        ]
        lines += softLabels
        lines += ["", "## Terms", ""]
        if let external = parameters.external {
            lines.append(
                "* Pictures of damage and their masks: taken from `\(external)`. Their terms are their makers'; ask them before passing"
            )
            lines.append("  anything on.")
        }
        if let textures = parameters.textures {
            lines.append("* Material of the damage: pictures from `\(textures)`. Their terms are their makers'.")
        }
        var seen: [String] = []
        for category in categories {
            let licence = DatasetLicence.of(category.dataset)
            guard !seen.contains(licence.title) else { continue }
            seen.append(licence.title)
            lines.append("* Source pictures: licence \(licence.title). \(licence.consequence)")
            if let citation = licence.citation { lines.append("  \(citation)") }
        }
        if let terms = parameters.modelTerms {
            lines.append("* Generator's model: \(terms).")
        } else if parameters.generator.hasPrefix("cut") {
            lines.append(
                "* Generator's model: its folder states no terms. Stable Diffusion 1.5 is under CreativeML OpenRAIL-M, whose use"
            )
            lines.append("  restrictions extend to what is made with it.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var normals: String { parameters.external == nil ? "they were made from" : "that go with them" }

    /// What the soft labels of this generator mean.
    private var softLabels: [String] {
        if parameters.external != nil {
            ["The soft labels are those that came with the pictures; where none did, a label is the picture's mask."]
        } else if parameters.generator.hasPrefix("perlin") {
            [
                "The soft label says how much of the normal picture was replaced: 1 less the share that shines through, 0 outside the patches."
            ]
        } else if parameters.generator.hasPrefix("cutpaste") {
            ["The soft label is the mask of what was pasted."]
        } else {
            [
                "The manifest's `annotation.source` says what the soft label of a CUT picture is: `attention`, the cross-attention of the anomaly's",
                "words, coarse by nature, a region where damage was asked for rather than an outline of it; `difference`, how much the picture",
                "differs from the reconstructed normal; `fused`, that difference where the words were attended to.",
            ]
        }
    }
}
