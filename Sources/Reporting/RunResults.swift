package import DetectorEvaluation
package import Imaging

/// One detector's results in a run of a manifest: everything that its tables show.
package struct RunResults: Sendable, Equatable {
    /// The manifest's name.
    package var name: String
    /// The detector's name in the manifest.
    package var detector: String
    package var facts: EvaluationProtocol
    /// In the manifest's order.
    package var shots: [ShotResults]
    /// What others published, per shot count as the manifest writes it; empty when nothing is compared.
    package var published: [String: PublishedResults]
    /// Which models had untrained weights, a phrase each; a report with any says so in its first line.
    package var untrainedWeights: [String]
    package var warnings: [String]
    /// How the figures of the set of synthetic pictures were made; nil if there are none.
    package var quality: QualityProtocol?

    package init(
        name: String, detector: String = "", facts: EvaluationProtocol, shots: [ShotResults],
        published: [String: PublishedResults] = [:],
        untrainedWeights: [String] = [], warnings: [String] = [], quality: QualityProtocol? = nil
    ) {
        (self.name, self.detector, self.facts, self.shots) = (name, detector, facts, shots)
        self.published = published
        (self.untrainedWeights, self.warnings, self.quality) = (untrainedWeights, warnings, quality)
    }
}

/// The results for one number of normal pictures.
package struct ShotResults: Sendable, Equatable {
    package struct Category: Sendable, Equatable {
        package var name: String
        /// One entry a seed.
        package var values: [MetricValues]
        /// Figures of the synthetic pictures, one entry a seed; empty if they were not measured.
        package var pictures: [PictureValues]
        /// One entry a seed; empty where nothing was held aside.
        package var decisions: [Decision]
        /// The distances under the masks, one entry a seed; empty if they were not measured.
        package var regions: [[RegionComparison]]
        package init(
            name: String, values: [MetricValues], pictures: [PictureValues] = [], decisions: [Decision] = [],
            regions: [[RegionComparison]] = []
        ) {
            (self.name, self.values, self.pictures, self.decisions) = (name, values, pictures, decisions)
            self.regions = regions
        }
    }

    /// A threshold from held-aside pictures, and how it does on the test pictures; nil where there is none.
    package struct Decision: Sendable, Equatable {
        package var threshold: DecisionThreshold
        package var outcome: DecisionOutcome?
        package init(threshold: DecisionThreshold, outcome: DecisionOutcome?) {
            (self.threshold, self.outcome) = (threshold, outcome)
        }
    }

    /// "1", "2", "4", … or "full".
    package var shots: String
    package var seeds: [Int]
    /// In the manifest's order; each has as many values as there are seeds.
    package var categories: [Category]

    package init(shots: String, seeds: [Int], categories: [Category]) {
        (self.shots, self.seeds, self.categories) = (shots, seeds, categories)
    }

    /// "1-shot", "full-shot".
    package var title: String { "\(shots)-shot" }

    package func statistics(_ category: Category, _ metric: DetectionMetric) -> SeedStatistics {
        SeedStatistics(category.values.map { $0[metric] })
    }

    package func statistics(_ category: Category, _ figure: PictureFigure) -> SeedStatistics {
        SeedStatistics(category.pictures.map { $0[figure] })
    }

    package func average(_ figure: PictureFigure) -> SeedStatistics {
        SeedStatistics(
            seeds.indices.map { seed in
                SeedStatistics(categories.map { seed < $0.pictures.count ? $0.pictures[seed][figure] : nil }).mean
            })
    }

    /// The average row: per seed the mean over the categories in which the metric is defined, then statistics over the
    /// seeds.
    package func average(_ metric: DetectionMetric) -> SeedStatistics {
        SeedStatistics(
            seeds.indices.map { seed in
                SeedStatistics(categories.map { seed < $0.values.count ? $0.values[seed][metric] : nil }).mean
            })
    }
}

/// How the numbers were made. A reader needs this to compare them with others'.
package struct EvaluationProtocol: Sendable, Equatable {
    /// E.g. "MVTec AD".
    package var dataset: String
    package var generator: String
    package var detector: String
    package var setting: ModelSetting
    /// Pixels a side that the detector saw.
    package var imageSize: Int
    /// The detector's trunk and the part of a picture that it sees, e.g. "CLIP, squashed"; may be empty.
    package var view: String
    /// E.g. "none".
    package var auxiliary: String
    /// `PROVariant.rawValue`, and what it means in words.
    package var pro: String
    package var proTitle: String
    /// Where maps are compared with masks: `mask`, each mask's own size, or pixels a side.
    package var mapSize: String
    /// Standard deviation in pixels of the Gaussian over maps; 0: none.
    package var smoothing: Double
    /// Test pictures per category, to tell a subset from the official split.
    package var testImages: [String: Int]
    /// How pictures were cut for the detector; nil: it saw them whole.
    package var tiles: TileRule?

    package init(
        dataset: String, generator: String, detector: String, setting: ModelSetting, imageSize: Int, auxiliary: String,
        pro: String,
        proTitle: String, mapSize: String = "mask", smoothing: Double, testImages: [String: Int],
        tiles: TileRule? = nil, view: String = ""
    ) {
        (self.dataset, self.generator, self.detector, self.imageSize) = (dataset, generator, detector, imageSize)
        (self.auxiliary, self.pro, self.proTitle, self.smoothing) = (auxiliary, pro, proTitle, smoothing)
        (self.mapSize, self.testImages, self.tiles) = (mapSize, testImages, tiles)
        (self.setting, self.view) = (setting, view)
    }

    /// The protocol in one line, for the head of every table.
    package var line: String {
        let size = mapSize == "mask" ? "maps at the masks' own size" : "maps at \(mapSize) × \(mapSize)"
        let seen = view.isEmpty ? "" : ", \(view)"
        let cut = tiles.map { " of tiles of \($0.size), overlap \($0.overlap)" } ?? ""
        return
            "\(setting.rawValue), auxiliary data: \(auxiliary), input \(imageSize) × \(imageSize)\(cut)\(seen), \(size), PRO \(pro)"
    }

    /// The protocol in sentences, for the foot of a report.
    package var notes: [String] {
        let counts = testImages.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let smoothed = smoothing > 0 ? "smoothed with a Gaussian of \(smoothing) pixels" : "not smoothed"
        let size =
            mapSize == "mask" ? "the mask's own size" : "\(mapSize) × \(mapSize) pixels (masks by nearest neighbour)"
        let cut =
            tiles.map {
                [
                    "Pictures larger than \($0.size) pixels were cut into tiles that share at least \($0.overlap). A shot is a whole picture; a test "
                        + "picture's map is its tiles' maps blended, its score the highest of its tiles', its label and mask the whole picture's. "
                        + "Synthetic pictures are tiles, and it is with tiles that they are compared."
                ]
            } ?? []
        return [
            "Data set: \(dataset). Test pictures: \(counts).",
            "Synthetic defects: \(generator). Detector: \(detector), \(setting.words). Auxiliary data: \(auxiliary).",
            "The detector sees \(imageSize) × \(imageSize) pixels; its maps are compared with masks at \(size), \(smoothed).",
        ] + cut + [
            "PRO: \(proTitle).",
            "F1-max takes the best of all thresholds, chosen on the test pictures themselves: it is an upper bound, not what a fixed "
                + "threshold would reach.",
            "AUROC and F1-max are exact, equal scores being one threshold. Good pictures count in the pixel metrics.",
            "± is the population standard deviation over the seeds. The average row averages the categories of each seed first.",
        ]
    }
}
