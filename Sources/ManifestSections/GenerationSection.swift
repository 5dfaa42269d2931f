import AnomalyDatasets
package import Generators
package import MethodKit
package import ParameterKit

/// A kind of anomaly, in words.
package struct Anomaly: Parameters {
    @Key(
        "The words for `[anomaly]`, and those whose attention is guided; commas separate phrases.", .text(.line),
        isRequired: true)
    package var words = ""
    @Key(
        "Names the anomaly's folder in exports: letters, digits, `_`, `-`; never `good`.", .text(.anomalyName),
        else: .from("the words, in small letters, joined by `_`") { (anomaly: Anomaly) in
            Words.folderName(of: anomaly.words)
        })
    package var name = ""
    @Key("Weight among the anomalies of a category.", .in(1...1000))
    package var share = 1
    @Key(
        """
        Pictures of it in each category of each data set, spread evenly over the normals. Beside it `images_per_normal` goes to the anomalies \
        without a count.
        """, .optional(.in(1...1_000_000)))
    package var count: Int? = nil
    @Key(
        "Where on the part it may be: a mask of the pictures' size, white where it may. Without it: anywhere on the part.",
        .optional(.path))
    package var place: ManifestPath? = nil
    @Key(
        "Share of the part that it takes at most: a spot of that size, elsewhere in each picture. Without it: the generator's own sizes.",
        .optional(.above(0, to: 1)))
    package var size: Double? = nil
    @Key("Its own `generation.strength`.", .optional(.above(0, to: 1)))
    package var strength: Double? = nil

    package init() {}

    package init(name: String, words: String, share: Int = 1, count: Int? = nil) {
        (self.name, self.words, self.share, self.count) = (name, words, share, count)
    }

    package func check(_ issues: inout Issues) {
        if count != nil, share != 1 { issues.add("say `count` or `share`, not both", at: $count) }
    }

    package static var shorthand: [String] { ["words"] }

    /// What it says besides words, name and share.
    var amounts: [String] {
        [
            count.map { _ in "count" }, place.map { _ in "place" }, size.map { _ in "size" },
            strength.map { _ in "strength" },
        ].compactMap(\.self)
    }

    /// The phrases whose attention is guided, e.g. ["cracked", "bent over"].
    package var phrases: [String] { Words.phrases(of: words) }
}

/// One thing to ask the generator for.
package struct AnomalyPrompt: Sendable, Equatable {
    package var anomaly: Anomaly
    /// The prompt with `[cls]` and `[anomaly]` filled in.
    package var text: String
    /// The places of the anomaly's phrases in `text`, in bytes of UTF-8. Empty for a template without `[anomaly]`: the
    /// phrases are then searched for as whole words.
    package var places: [Range<Int>]
}

package struct GenerationSection: Parameters {
    package struct PerCategory: Parameters {
        @Key("The category's own prompt.", .optional(.text(.line)))
        package var prompt: String? = nil
        @Key("The category's own anomalies.", .optional(.each(distinctBy: "name")))
        package var anomalies: [Anomaly]? = nil
        package init() {}
    }

    package struct ImagesPerNormal: Parameters {
        @Key("At 1, 2, 4, ... shots.", .in(1...100_000))
        package var few = 100
        @Key("At full shot.", .in(1...100_000))
        package var full = 5
        package init() {}
        package static var shorthand: [String] { ["few", "full"] }
    }

    @Key("The generator.")
    package var method = GeneratorName(CUT.self)
    @Key(
        """
        Several generators in place of `method`, each with its weight: `{ nsa: 2, perlin: 1 }`. They share the pictures of every kind of anomaly, and \
        each picture's record names its own.
        """, .optional(Rule<[String: Int]>(.mapping(.generators, to: .integer(1...1000)))))
    package var mixture: [String: Int]? = nil
    @Key(
        "The prompt. `[cls]` is the category in words, `[anomaly]` the anomaly's words.", .text(.line))
    package var prompt = "A photo of a [cls] that is [anomaly]"
    @Key("What to generate: words, or tables.", .each(distinctBy: "name"))
    package var anomalies = [Anomaly(name: "damaged", words: "damaged")]
    @Key("Prompt and anomalies per category.", .perCategory())
    package var overrides: [String: PerCategory] = [:]
    @Key("Pictures to make from each normal sample; one number stands for both.")
    package var imagesPerNormal = ImagesPerNormal()
    @Key("Pictures of one source image made together. Part of a picture's identity.", .in(1...256))
    package var batch = 1
    @Key(
        """
        The part of a picture that is drawn in, at the model's size; the rest stays as it is. A number is the side in pixels of a square around \
        the place of damage.
        """,
        else: .from(
            "`object` for own photos (`dataset.kind: folder`) if the method redraws the whole picture, else `whole`"
        ) {
            (manifest: ManifestKeys, section: GenerationSection) in
            section.keepsPixels(of: manifest.dataset) ? .object : .whole
        })
    package var window = DrawingWindow.whole
    @Key(
        "Whether all pixels stay the photo's but those of the label and a few around it, over which the drawing fades out.",
        else: .from(
            "`true` for own photos (`dataset.kind: folder`) if the method redraws the whole picture, else `false`"
        ) {
            (manifest: ManifestKeys, section: GenerationSection) in
            section.keepsPixels(of: manifest.dataset)
        })
    package var composite = false
    @Key(
        """
        How strong the damage is: 0.5 is the method's own strength, towards 0 pictures stay what they are. The dial turns `gamma` of `cut`, \
        `gamma` and `noise` of `sdas`, the opacity of `perlin`, and the share of a piece in `cutpaste` and `nsa` (above 0.5 its difference is exaggerated).
        """, .above(0, to: 1))
    package var strength = 0.5
    @Key("Pictures to leave out: the file that `flawsmith review` saved.", .optional(.path))
    package var rejected: ManifestPath? = nil
    @Key("Seed of the noise.")
    package var seed = SeedSource.sampling
    @Key("A table of settings for each generator.", isSpread: true)
    package var tables = MethodTables<Generators>()

    package init() {}

    /// How strong a kind of damage is; nil: as the method draws by itself.
    package func strength(of anomaly: Anomaly) -> Double? {
        let strength = anomaly.strength ?? strength
        return strength == 0.5 ? nil : strength
    }

    /// Pictures to make from each normal sample.
    package func imagesPerNormal(_ shots: Shots) -> Int {
        shots == .full ? imagesPerNormal.full : imagesPerNormal.few
    }

    package func anomalies(for category: String) -> [Anomaly] { overrides[category]?.anomalies ?? anomalies }

    /// Pictures of one category in one data set.
    package func pictures(of category: String, normals: Int, _ shots: Shots) -> Int {
        let list = anomalies(for: category), counted = list.compactMap(\.count).reduce(0, +)
        return counted + (list.contains { $0.count == nil } ? normals * imagesPerNormal(shots) : 0)
    }

    /// What to ask for in a category whose pictures show `object`, in the manifest's order.
    package func prompts(for category: String, object: String) -> [AnomalyPrompt] {
        let template = overrides[category]?.prompt ?? prompt
        return anomalies(for: category).map {
            AnomalyPrompt(
                anomaly: $0, text: Words.fill(template, object: object, anomaly: $0.words),
                places: Words.places(template, object: object, anomaly: $0.words))
        }
    }

    package func check(_ issues: inout Issues) {
        checkMixture(&issues)
        checkNames(anomalies, at: "anomalies", &issues)
        for (category, own) in overrides {
            checkNames(own.anomalies ?? [], at: "overrides.\(category).anomalies", &issues)
        }
        let lists = [("anomalies", anomalies)] + overrides.map { ("overrides.\($0).anomalies", $1.anomalies ?? []) }
        if generator is any TakenGenerator {
            for (place, list) in lists {
                let amounts = Set(list.flatMap(\.amounts)).sorted().map { "`\($0)`" }
                guard !amounts.isEmpty else { continue }
                let verb = amounts.count == 1 ? "has" : "have"
                issues.add(
                    "method \(method.name) makes no pictures, so that \(amounts.joined(separator: " and ")) \(verb) no use",
                    at: place)
            }
            if strength != 0.5 {
                issues.add("method \(method.name) makes no pictures, so that a strength has no use", at: $strength)
            }
        }
        if type(of: generator).label != .evidence, window != .whole || composite {
            issues.add(
                "\(methodPhrase) in the picture itself and keeps the rest as it is; `window` and `composite` are for generators that draw the whole picture again",
                at: window != .whole ? "window" : "composite")
        }
        if let taken = generator as? any TakenGenerator, taken.source == nil {
            let key = "\(method.name).\(type(of: taken).sourceKey)"
            issues.say(
                "\(issues.path(key)) is missing: method \(method.name) needs the folder or archive of the pictures and masks",
                at: "method")
        }
    }

    /// Different words may give the same folder name.
    private func checkNames(_ anomalies: [Anomaly], at place: String, _ issues: inout Issues) {
        for (index, anomaly) in anomalies.enumerated()
        where anomalies[..<index].contains(where: { $0.name == anomaly.name }) {
            issues.add("the name `\(anomaly.name)` is here a second time", at: "\(place)[\(index)]")
        }
    }
}

extension GenerationSection {
    /// Own photos are larger and sharper than what a model draws, so that only the damage is taken from it.
    fileprivate func keepsPixels(of dataset: DatasetSection) -> Bool {
        dataset.kind == .folder && type(of: generator).label == .evidence
    }
}
