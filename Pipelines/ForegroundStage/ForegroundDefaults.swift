import AnomalyDatasets
package import Imaging

/// How the object is found in the pictures of the public data sets' categories. The pictures of anybody else's
/// hazelnuts have another ground and another light: a row counts for its own set alone.
package enum ForegroundDefaults {
    /// One category's row.
    package struct Row: Sendable {
        /// The public data set's identifier.
        package var dataset: String
        package var category: String
        package var extractor: ForegroundExtractor
        /// Where the choice comes from.
        package var source: String
        /// Whether the masks were checked on real pictures of the category.
        package var tested: Bool
    }

    /// - Parameter dataset: identifier of the public data set that the pictures are of; nil: of none.
    package static func row(for category: String, of dataset: String?) -> Row? {
        rows.first { $0.dataset == dataset && $0.category == category }
    }

    /// For categories without a row: Otsu's threshold, and the whole picture where object and ground can't be told
    /// apart.
    package static let unknown: ForegroundExtractor = {
        var extractor = ForegroundExtractor(method: .otsu)
        extractor.wholeWhenUnclear = true
        return extractor
    }()

    package static let rows: [Row] = whole + mvtec + visa

    private static let whole =
        ["carpet", "leather", "tile", "wood", "cable", "transistor"].map {
            Row(
                dataset: PublishedDataset.mvtec.identifier, category: $0,
                extractor: ForegroundExtractor(method: .whole),
                source: "RealNet: whole picture; looked at on real normals, which fill the picture", tested: true)
        } + [
            Row(
                dataset: PublishedDataset.visa.identifier, category: "capsules",
                extractor: ForegroundExtractor(method: .whole), source: "RealNet: whole picture",
                tested: false),
            // RealNet: Otsu, dark. But wires are narrower than a cell of guidance's 16 x 16 grid, so no cell would be
            // half covered.
            Row(
                dataset: PublishedDataset.mvtec.identifier, category: "grid",
                extractor: ForegroundExtractor(method: .whole),
                source: "ours: a texture of thin wires; looked at on a real normal", tested: true),
        ]

    /// One real normal of each was looked at, 48 of screw. Outlines follow the objects; a capsule's takes a little of
    /// the shadow below it, a hazelnut's comes with a speck in a corner, and a zipper reaches from edge to edge, as it
    /// should.
    private static let mvtec: [Row] =
        [
            ("bottle", .otsu, .dark), ("capsule", .otsu, .dark), ("zipper", .otsu, .dark), ("pill", .otsu, .light),
            ("hazelnut", .triangle, .light), ("toothbrush", .triangle, .light),
        ].map {
            (category: String, method: ForegroundExtractor.Method, polarity: ForegroundExtractor.PolarityChoice) in
            Row(
                dataset: PublishedDataset.mvtec.identifier, category: category,
                extractor: ForegroundExtractor(method: method, polarity: polarity),
                source:
                    "RealNet: \(method.rawValue), \(polarity.rawValue), closing and opening 6 at 256 px; looked at on a real normal",
                tested: true)
        } + [
            Row(
                dataset: PublishedDataset.mvtec.identifier, category: "metal_nut",
                extractor: extractor(.triangle, .light) { $0.fillHoles = false },
                source:
                    "RealNet: triangle, light, closing and opening 6 at 256 px; ours: its hole is ground; looked at on a real normal",
                tested: true),
            // RealNet: Otsu, dark. Otsu's level lies between ground and shadow, so that the shadow becomes part of the
            // screw; 130 lies below the shadow, and the wider closing bridges shafts that gleam.
            Row(
                dataset: PublishedDataset.mvtec.identifier, category: "screw",
                extractor: extractor(.fixed, .dark) { ($0.level, $0.closing, $0.opening) = (130, 8, 3) },
                source: "ours: below the grey of the shadow; looked at on 48 training pictures", tested: true),
        ]

    private static let visa: [Row] =
        ["candle", "cashew", "chewinggum", "fryum", "macaroni1", "macaroni2", "pipe_fryum"].map {
            Row(
                dataset: PublishedDataset.visa.identifier, category: $0,
                extractor: extractor(.otsu, .light) { ($0.closing, $0.opening) = (3, 3) },
                source: "RealNet: otsu, light, closing and opening 3 at 256 px", tested: false)
        }
        + ["pcb1", "pcb2", "pcb3", "pcb4"].map {
            Row(
                dataset: PublishedDataset.visa.identifier, category: $0,
                extractor: extractor(.triangle, .light) { ($0.channel, $0.closing, $0.opening) = (.blue, 8, 3) },
                source: "RealNet: triangle on blue, light, closing 8 and opening 3 at 256 px", tested: false)
        }

    private static func extractor(
        _ method: ForegroundExtractor.Method, _ polarity: ForegroundExtractor.PolarityChoice,
        _ change: (inout ForegroundExtractor) -> Void
    ) -> ForegroundExtractor {
        var extractor = ForegroundExtractor(method: method, polarity: polarity)
        change(&extractor)
        return extractor
    }
}
