// The sections about what comes out: annotation, export, detector, metrics, report, cache.

package struct AnnotationSection: Sendable, Equatable {
    package enum Source: String, Sendable, CaseIterable { case attention, difference, fused }
    package var source: Source
    /// Share of the soft label's maximum inside the foreground, 0 < threshold <= 1.
    package var threshold: Double
}

package enum ExportLayout: String, Sendable, CaseIterable { case mvtec }
package enum Compression: String, Sendable, CaseIterable { case none, gz, xz, zstd }

package struct ExportSection: Sendable, Equatable {
    package var layouts: [ExportLayout]
    package var compression: Compression
}

/// VLAD's training (Source: paper section 4.2, 5.1, A.1, A.2).
package struct TrainingSection: Sendable, Equatable {
    package enum Supervision: String, Sendable, CaseIterable {
        case image, pixel
        case imageAndPixel = "image+pixel"
    }
    package enum ImageScore: String, Sendable, CaseIterable { case adapter, map, both }
    package enum Normals: String, Sendable, CaseIterable { case raw, reconstructed }

    /// Folder of a CLIP.
    package var model: ManifestPath
    /// File of sentences; `nil`: the built-in ones.
    package var prompts: ManifestPath?
    package var imageSize: Int
    /// Blocks whose outputs are used, counted from 1, ascending.
    package var stages: [Int]
    package var epochs: Int
    package var batch: Int
    package var learningRate: Double
    package var omega: Double
    package var beta: Double
    package var supervision: Supervision
    package var imageScore: ImageScore
    package var normals: Normals
    package var seed: SeedSource
}

package struct EvaluationSection: Sendable, Equatable {
    package enum Bank: String, Sendable, CaseIterable { case adapted, raw }
    package enum PRO: String, Sendable, CaseIterable {
        case exact
        case cflow = "steps200-cflow"
        case winCLIP = "steps200-winclip"
        case rd4ad = "steps200-rd4ad"
    }
    /// w1 of the vision-language branch, w2 of the vision-vision branch: two numbers, not both 0.
    package var weights: [Double]
    /// The same for the anomaly map: two numbers, not both 0.
    package var mapWeights: [Double]
    package var bank: Bank
    /// Share of the bank's tokens that is kept, 0 < coreset <= 1.
    package var coreset: Double
    /// Pixels a side at which maps are compared with masks; `nil`: each mask's own size.
    package var size: Int?
    package var pro: PRO
    /// Standard deviation in pixels of the Gaussian over anomaly maps; 0: none.
    package var smoothing: Double
}

package struct ReportSection: Sendable, Equatable {
    package enum Comparison: String, Sendable, CaseIterable { case paper, none }
    package var compareWith: Comparison
    /// LPIPS weights, a file; nil: diversity is not measured.
    package var lpips: ManifestPath?
}

package struct CacheSection: Sendable, Equatable {
    /// Bytes.
    package var limit: Int
}
