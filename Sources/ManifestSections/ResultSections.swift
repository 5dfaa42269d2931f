// The sections about outputs: labels, exports, detectors, metrics, report, cache.

package import AnomalyAnnotation
package import AnomalyDatasets
package import Archives
import Detectors
package import EvaluationMetrics
package import ExportLayouts
package import MethodKit
package import ParameterKit

package struct AnnotationSection: Parameters {
    @Key("Where the soft label of a picture comes from whose generator doesn't know it, as CUT's.")
    package var source = AnnotationSource.attention
    @Key(
        "The binary mask is the foreground where the soft label reaches this share of its maximum there.",
        .above(0, to: 1))
    package var threshold = 0.5
    package init() {}
}

package struct ExportSection: Parameters {
    @Key("Layouts to export; one archive each.")
    package var layouts = NamedMethods<ExportLayouts>([MVTecLayout.self])
    @Key("Compression of the archives.")
    package var compression = TarCompression.gz
    @Key(
        "How layouts in which every split holds damage (coco, yolo, webdataset, imagefolder) share pictures out; the others train on normal pictures alone."
    )
    package var shares = SharesSection()
    @Key(
        "The most normal pictures of a category outside training: those that no picture was made from, else good ones of the test split, else some of the sample.",
        .or("balanced", "as many as there are pictures of damage outside training", .in(0...1_000_000)))
    package var testGood: Int? = nil
    @Key("Real pictures that go along for testing, beside normal ones.")
    package var real = RealPictures.none
    @Key("Whether generated pictures go without the recipe inside their PNG, which `flawsmith inspect` shows.")
    package var strip = false
    package init() {}

    /// Real pictures in exports.
    package enum RealPictures: String, KeyChoice {
        case none, test

        package var doc: String {
            switch self {
            case .none: "none of damage"
            case .test:
                "the data set's own test split, its kinds as `real_<kind>`; nothing synthetic is then in layouts' `test` by shares"
            }
        }
    }

    /// The same section for one layout alone: with its settings where it is among `layouts`, else at its defaults.
    package func only(_ layout: any Method.Type) throws -> ExportSection {
        var members = json.object ?? [:]
        members["layouts"] = .object([layout.name: layouts.json[layout.name] ?? .object([:])])
        return try ExportSection(json: .object(members))
    }

    /// What a data set of this sampling seed asks of its exports' splits.
    package func wishes(seed: Int) -> SplitPlan.Wishes {
        SplitPlan.Wishes(
            shares: [.train: shares.train, .validation: shares.validation, .test: shares.test], goodTests: testGood,
            takesRealTests: real == .test, seed: seed)
    }
}

/// Weights of the splits.
package struct SharesSection: Parameters {
    @Key("Weight of `train`.", .in(0...1000))
    package var train = 8
    @Key("Weight of `validation`.", .in(0...1000))
    package var validation = 1
    @Key("Weight of `test`.", .in(0...1000))
    package var test = 1
    package init() {}

    package func check(_ issues: inout Issues) {
        if train + validation + test == 0 { issues.add("one of the weights must not be 0", at: $train) }
    }
}

/// What all detectors share.
package struct TrainingSection: Parameters {
    package enum Normals: String, KeyChoice {
        case raw, reconstructed

        package var doc: String {
            switch self {
            case .raw: "as they are"
            case .reconstructed: "through the diffusion model's autoencoder, as generated pictures are"
            }
        }
    }

    @Key("How the normal samples enter training.")
    package var normals = Normals.raw
    @Key("Seed of what is drawn in training: first weights, the order of pictures.")
    package var seed = SeedSource.sampling
    @Key(
        """
        Share of the generated pictures that no detector learns from. With normals that it doesn't see they set the threshold from which on a \
        picture counts as defective; 0: no threshold. At full shot the share of the normals, too, and the pictures made from them.
        """, .from(0, to: 0.5))
    package var heldAside = 0.0
    package init() {}

    /// nil: nothing is held aside.
    package var aside: HeldAside? { HeldAside(share: heldAside) }
}

package struct EvaluationSection: Parameters {
    @Key(
        "Pixels a side at which maps are compared with masks, which are then resized to a square by nearest neighbour.",
        .or("mask", "each mask's own size", .in(14...4096)))
    package var size: Int? = nil
    @Key("Definition of PRO; figures of different ones must not be compared.")
    package var pro = PROVariant.exact
    @Key("Standard deviation of the Gaussian over anomaly maps, in pixels; 0: none.", .from(0, to: 100))
    package var smoothing = 0.0
    package init() {}
}

package struct ReportSection: Parameters {
    package enum Comparison: String, KeyChoice {
        case paper, none

        package var doc: String {
            switch self {
            case .paper: "the paper's own rows"
            case .none: "nothing"
            }
        }
    }

    /// The network whose features compare synthetic pictures with real ones.
    package enum Features: String, KeyChoice {
        case clip, none

        package var doc: String {
            switch self {
            case .clip: "`models.clip`"
            case .none: "nobody's: these figures are left out"
            }
        }
    }

    @Key("Rows shown beside the results.")
    package var compareWith = Comparison.paper
    @Key(
        "Whose features compare the synthetic pictures with real defects and with their words, whatever trunk the detectors have.",
        else: .from("`clip` where `models.clip` is named, else `none`") { (manifest: ManifestKeys) in
            manifest.models.clip == nil ? Features.none : .clip
        })
    package var features = Features.none
    package init() {}
}

package struct CacheSection: Parameters {
    @Key(
        "Most that caches may hold, with its unit: `500MB`, `20GB`, `8GiB`.", .bytes(0...1_000_000_000_000_000),
        affects: .nothing)
    package var limit = 20_000_000_000
    package init() {}
}
