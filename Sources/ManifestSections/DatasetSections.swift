// The sections about inputs: data sets, models, foreground masks, the choice of samples.

package import AnomalyDatasets
package import Imaging
package import MethodKit
package import ParameterKit

package struct DatasetSection: Parameters {
    @Key("Layout of the data set.", .or("auto", "recognised by its layout"))
    package var kind: DatasetLayout? = nil
    @Key(
        "Archive as downloaded (tar, plain or with xz, gz or zstd; zip), or an unpacked folder.", .path,
        isRequired: true)
    package var path = ManifestPath(written: "", absolute: "")
    @Key(
        "Categories to use; nothing else is unpacked.",
        .or("all", "every category", .each(.text(.category), distinct: true)))
    package var categories: [String]? = nil
    @Key(
        "What stands for `[cls]` in prompts, per category; else the category's name with spaces for underscores.",
        .perCategory(.text(.line)))
    package var objects: [String: String] = [:]
    @Key("How its files are read.", isSpread: true)
    package var reading = SourceKeys()

    /// How larger pictures are cut; nil: they are not.
    package var tiles: TilesSection? { reading.tiles }

    package init() {}

    package func check(_ issues: inout Issues) { reading.check(kind: kind, at: $kind, &issues) }

    /// The words for a category in prompts, e.g. "metal nut" for `metal_nut`.
    package func objectName(_ category: String) -> String {
        objects[category] ?? String(category.map { $0 == "_" ? " " : $0 })
    }
}

/// Weights by their role. A method declares which roles it needs.
package struct ModelsSection: Parameters {
    @Key("Folder of a latent diffusion model in diffusers' layout.", .optional(.path))
    package var diffusion: ManifestPath? = nil
    @Key("Folder of a CLIP in open_clip's or Hugging Face's safetensors layout.", .optional(.path))
    package var clip: ManifestPath? = nil
    @Key(
        """
        Weights of a convolutional network, for detectors that look through one: a safetensors file, or a folder with `model.safetensors`, \
        in the names of torchvision, timm, efficientnet-pytorch or (VGG16) LPIPS.
        """, .optional(.path))
    package var cnn: ManifestPath? = nil
    @Key(
        """
        Weights of a DINOv2, for detectors that look through one: a safetensors file, or a folder with `model.safetensors`, in the names of \
        its authors, timm or Hugging Face.
        """, .optional(.path))
    package var vit: ManifestPath? = nil
    @Key(
        """
        LPIPS weights, the safetensors file that `make features` leaves; with it the report says how diverse the synthetic pictures are.
        """, .optional(.path))
    package var lpips: ManifestPath? = nil

    package init() {}

    package subscript(role: ModelRole) -> ManifestPath? {
        switch role {
        case .diffusion: diffusion
        case .clip: clip
        case .cnn: cnn
        case .vit: vit
        case .lpips: lpips
        }
    }
}

/// A second data set to train on.
package struct AuxiliarySection: Parameters {
    package enum Use: String, KeyChoice {
        case normalsAndSynthetic = "normals+synthetic"
        case testSplit = "test-split"

        package var doc: String {
            switch self {
            case .normalsAndSynthetic: "its normals, and anomalies generated on them"
            case .testSplit: "its labelled test split"
            }
        }
    }

    @Key("Layout of the auxiliary data set.", .or("auto", "recognised by its layout"))
    package var kind: DatasetLayout? = nil
    @Key("Archive or folder of the auxiliary data set; another one than `dataset.path`.", .path, isRequired: true)
    package var path = ManifestPath(written: "", absolute: "")
    @Key("Its categories to use.", .or("all", "every category", .each(.text(.category), distinct: true)))
    package var categories: [String]? = nil
    @Key("Which of its pictures are trained on, together with the data set's own.")
    package var use = Use.normalsAndSynthetic
    @Key(
        "For `normals+synthetic`: its normals per category, drawn with the first of `sampling.seeds` for all models alike."
    )
    package var shots = Shots.full
    @Key("How its files are read.", isSpread: true)
    package var reading = SourceKeys()

    /// How larger pictures are cut; nil: they are not.
    package var tiles: TilesSection? { reading.tiles }

    package init() {}

    package func check(_ issues: inout Issues) {
        reading.check(kind: kind, at: $kind, &issues)
        // The resolved manifest writes every key, so the default must be accepted.
        if use == .testSplit, $shots.isWritten, shots != .full {
            issues.add("use test-split has no use for it; leave it out", at: $shots)
        }
    }
}

/// How object masks are found. `nil` is `auto`: the value of the category's row in the foreground stage's table, or
/// that stage's own default for the method.
package struct ForegroundSettings: Parameters {
    private var recipe: [String] {
        ["method", "threshold", "polarity", "median", "closing", "opening", "fill_holes", "min_area"]
    }

    /// Larger radii make no sense on pictures of 1000 to 1500 pixels.
    private static let radius = 0...100
    private static let byTable = "as the method's table says"

    @Key(
        "How object and background are told apart.",
        .or("auto", "the known category's row in the table of defaults, else otsu"))
    package var method: ForegroundExtractor.Method? = nil
    @Key("Grey level between background and object; needed by `fixed`.", .or("auto", byTable, .in(0...255)))
    package var threshold: Int? = nil
    @Key("Which side of the threshold is the object.", .or("auto", "found from the picture's border"))
    package var polarity: Polarity? = nil
    @Key("Radius of the median filter before the threshold, in pixels; 0: none.", .or("auto", byTable, .in(radius)))
    package var median: Int? = nil
    @Key("Radius of the closing of the mask, in pixels; 0: none.", .or("auto", byTable, .in(radius)))
    package var closing: Int? = nil
    @Key("Radius of the opening after it, in pixels; 0: none.", .or("auto", byTable, .in(radius)))
    package var opening: Int? = nil
    @Key("Whether holes inside the object belong to it.", .or("auto", byTable))
    package var fillHoles: Bool? = nil
    @Key(
        "Components smaller than this share of the picture are dropped.", .or("auto", byTable, .from(0, to: 0.5)))
    package var minArea: Double? = nil
    @Key(
        """
        Own masks in place of found ones: a folder with one for each normal picture, called as the picture (`<category>/<name>.png`, or \
        `<name>_mask.png`), or one file for all pictures; white is object.
        """, .optional(.path))
    package var masks: ManifestPath? = nil

    package init() {}

    package func check(_ issues: inout Issues) {
        if masks != nil, let beside = recipe.first(where: { issues.isWritten($0) && json[$0] != .null }) {
            issues.add("own masks are taken as they are, so that `\(beside)` has no use; leave one out", at: $masks)
        }
        if method == .fixed, threshold == nil {
            issues.add("method fixed needs a threshold, a whole number from 0 to 255", at: $method)
        }
    }
}

package struct ForegroundSection: Parameters {
    @Key("Settings of all categories.", isSpread: true)
    package var common = ForegroundSettings()
    @Key("Any of the keys above, per category.", .perCategory())
    package var overrides: [String: Partial<ForegroundSettings>] = [:]

    package init() {}

    /// The common settings, with the category's own keys replacing theirs.
    package func settings(for category: String) -> ForegroundSettings {
        guard let own = overrides[category] else { return common }
        var settings = own.laid(over: common)
        // A category's own recipe is meant, not the masks of the others.
        if own.written["method"] != nil, own.written["masks"] == nil { settings.masks = nil }
        return settings
    }

    package func check(_ issues: inout Issues) {
        Self.checkThreshold(
            common.method, isWritten: issues.isWritten("threshold") && common.threshold != nil, "threshold", &issues)
        for (category, own) in overrides {
            let settings = own.laid(over: common), place = "overrides.\(category)"
            if settings.method == .fixed, settings.threshold == nil {
                issues.add("method fixed needs a threshold, a whole number from 0 to 255", at: place + ".method")
            }
            Self.checkThreshold(
                own.written["method"] == nil ? nil : settings.method, isWritten: own.written["threshold"]?.int != nil,
                place + ".threshold", &issues)
        }
    }

    private static func checkThreshold(
        _ method: ForegroundExtractor.Method?, isWritten: Bool, _ place: String, _ issues: inout Issues
    ) {
        guard isWritten, let method, method != .fixed else { return }
        issues.add("method \(method.rawValue) has no use for it; use method fixed or leave it out", at: place)
    }
}

package struct SamplingSection: Parameters {
    @Key(
        "Normal samples per category; one data set is made for each count. Smaller choices are part of larger ones.",
        .each(distinct: true))
    package var shots: [Shots] = [.count(1), .count(2), .count(4), .full]
    @Key(
        "One data set for each seed too; results are reported as mean and standard deviation.",
        .each(.in(SeedSource.seeds), distinct: true))
    package var seeds: [Int] = [0, 1, 2, 3, 4]
    @Key("How samples are drawn.")
    package var order = ShotChoice.Order.random

    package init() {}
}
