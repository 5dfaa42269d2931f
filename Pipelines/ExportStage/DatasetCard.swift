import AnomalyDatasets
import ExportLayouts
import Foundation
import MethodKit
import StageKit

/// `README.md` of an export: what is in it, how it was made, and on which terms it may be passed on.
struct DatasetCard {
    let parameters: ExportStage.Parameters
    let categories: [ExportedCategory]
    let set: ExportSet

    var text: String {
        var lines = header + ["# \(parameters.root)", ""]
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
        ]
        lines += counts
        let tiles = categories.reduce((0, 0)) { ($0.0 + $1.tiles.count, $0.1 + $1.tiles.pictures) }
        if tiles.0 > 0 {
            lines += [
                "",
                "\(tiles.0) of the normals are tiles, cut from \(tiles.1) larger picture\(tiles.1 == 1 ? "" : "s").",
            ]
        }
        lines += [
            "", "## Layout", "",
        ]
        lines += parameters.layout.explanation(of: set)
        lines += [
            "`manifest.yaml` is the manifest, `SHA256SUMS` holds a digest of every file.", "", "## How it was split",
            "",
        ]
        lines += origins.map { "* \($0)" } + notes.map { "* \($0)." }
        lines += [
            "", "## How it was made", "",
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

    /// A row for each category and split.
    private var counts: [String] {
        var lines = ["| category | split | good | damaged | kinds |", "|---|---|---|---|---|"]
        for category in set.categories {
            for part in ExportSet.Part.allCases {
                let own = category.pictures.filter { $0.part == part }
                guard !own.isEmpty else { continue }
                var kinds: [(folder: String, count: Int)] = []
                var places: [String: Int] = [:]
                for picture in own where picture.kind != nil {
                    if let place = places[picture.folder] {
                        kinds[place].count += 1
                    } else {
                        places[picture.folder] = kinds.count
                        kinds.append((picture.folder, 1))
                    }
                }
                let damaged = kinds.reduce(0) { $0 + $1.count }
                let list = kinds.map { "\($0.folder) \($0.count)" }.joined(separator: ", ")
                lines.append(
                    "| \(category.name) | \(part.rawValue) | \(own.count - damaged) | \(damaged) | \(list.isEmpty ? "–" : list) |"
                )
            }
        }
        return lines
    }

    /// Where pictures of each split come from, in sentences.
    private var origins: [String] {
        let rule = type(of: parameters.layout).split, wishes = parameters.wishes
        var lines: [String] = []
        if rule == .shares {
            let shares = ExportSet.Part.allCases.map { "\($0.rawValue) \(wishes.shares[$0] ?? 0)" }
            let test = wishes.takesRealTests ? ", without `test`, which is real" : ""
            lines.append(
                "Synthetic pictures are shared out by \(shares.joined(separator: ", "))\(test), in an order of their names and the seed \(wishes.seed)."
            )
        }
        let goods = categories.map(\.goods)
        let unused = goods.reduce(0) { $0 + $1.unused }
        if unused > 0 {
            lines.append(
                "\(unused) of \(goods.reduce(0) { $0 + $1.unusedInAll }) normals that no picture was made from are outside training, chosen by the seed \(wishes.seed)."
            )
        }
        let own = goods.reduce(0) { $0 + $1.ownTests }
        if own > 0 { lines.append("\(own) normal pictures are of the source data set's own test split.") }
        if wishes.takesRealTests, rule != .damageAlone {
            lines.append(
                "Folders that begin with `real_` hold pictures of damage from the source data set's own test split.")
        }
        switch rule {
        case .normalTraining:
            lines.insert(
                "Normal pictures are for training, the damaged ones for testing, as this layout has it.", at: 0)
        case .damageAlone: lines.append("Everything is for training.")
        case .shares: break
        }
        return lines
    }

    /// What was left out or held back.
    var notes: [String] {
        var notes: [String] = []
        let held = categories.filter { $0.goods.heldBack > 0 }
        if !held.isEmpty {
            let count = held.reduce(0) { $0 + $1.goods.heldBack }
            notes.append(
                "\(count) of the sample's normals are for testing, since no others are left: \(Self.list(held.map(\.name))); synthetic pictures may have been made from them"
            )
        }
        if type(of: parameters.layout).split != .damageAlone, parameters.wishes.goodTests != 0 {
            let bare = set.categories.filter { category in
                !category.pictures.contains { $0.kind == nil && $0.part != .train }
            }
            if !bare.isEmpty {
                notes.append(
                    "no normal picture is left to test on: \(Self.list(bare.map(\.name))); detectors can't be told apart there by image"
                )
            }
        }
        let unlabelled = categories.reduce(0) { $0 + $1.unlabelled }
        if unlabelled > 0 {
            notes.append("\(unlabelled) real pictures of damage have no mask and were left out")
        }
        if type(of: parameters.layout).split == .damageAlone, parameters.wishes.takesRealTests {
            notes.append("this layout has no room for a test split; real pictures were left out")
        }
        return notes
    }

    /// At most five names.
    private static func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }

    /// YAML in front of the card, for layouts whose readers look for it.
    private var header: [String] {
        let own = parameters.layout.cardHeader(of: set)
        guard !own.isEmpty else { return [] }
        let licences = Set(categories.map { DatasetLicence.of($0.dataset).identifier?.lowercased() ?? "unknown" })
        let licence = licences.count == 1 ? licences.first ?? "unknown" : "other"
        return ["---", "license: \(licence)"] + own + ["---", ""]
    }

    /// What is known of the weights that most people have.
    private static func usualTerms(of role: ModelRole) -> String {
        role == .diffusion
            ? "Stable Diffusion 1.5 is under CreativeML OpenRAIL-M, whose use restrictions extend to what is made with it."
            : "Ask its makers before passing anything on."
    }
}
