package import AnomalyDatasets
import Archives
package import Foundation
import ParameterKit
package import StageKit

/// Stage 1: the pictures of a data set, out of its archive or folder.
///
/// Upright PNG and JPEG files of 8 bits are kept byte for byte; other pictures (TIFF, BMP, WebP, turned ones, 16 bits
/// that don't use their whole range) become 8-bit PNG.
///
/// Where tiles are asked for, pictures larger than a tile are cut (`TileGrid`): PNG files `<stem>~r<row>c<column>.png`
/// take the place of each, and `wholes.jsonl` (`CutPicture`, sorted by id) says what they were.
///
/// A category's object holds the original bytes under the names they have in the data set, `masks/…` (8-bit PNG, 0 or
/// 255, the picture's size), `index.jsonl` (`ImageRecord`, sorted by id) and `dataset.json` (`DatasetRecord`).
package enum IngestStage {
    package static let name = "ingest"
    /// Goes up whenever the same archive gives other bytes.
    package static let version = 5

    /// Where the pictures come from.
    package struct Source: Sendable {
        package var path: URL
        /// As the manifest has it, for messages.
        package var written: String
        /// nil: to be found out.
        package var layout: DatasetLayout?
        package var settings: Settings

        package init(path: URL, written: String, layout: DatasetLayout?, settings: Settings = Settings()) {
            (self.path, self.written, self.layout, self.settings) = (path, written, layout, settings)
        }

        var detector: LayoutDetector {
            LayoutDetector(layout: layout, source: name, folders: settings.folders)
        }

        /// The category of pictures that lie in no folder of their own.
        var name: String { LayoutDetector.sourceName(of: path.path) }
    }

    /// One job a category; those that are due together share one pass over the source.
    ///
    /// - Parameter prefix: of the jobs' subjects, so that two data sets with categories of one name fit into one graph.
    /// - Throws: `Failure` when a file of a folder can't be read.
    package static func jobs(_ survey: Survey, categories: [String], prefix: String = "") throws -> [Job] {
        let source = survey.source, layout = survey.layout, ahead = survey.ahead
        let digests = Dictionary(
            try categories.map { ($0, try survey.digest(of: $0)) }, uniquingKeysWith: { first, _ in first })
        return categories.map { category in
            let asked = JSONValue.object(
                [
                    "category": .string(category), "layout": .string(layout.rawValue),
                    "source": .string(digests[category] ?? ""),
                ].merging(source.settings.asked) { first, _ in first })
            return Job(
                JobKey(name, prefix + category), version: version, asked: asked, category: prefix + category,
                group: "ingest \(prefix)\(source.path.path)"
            ) { contexts in
                try IngestRun(
                    source: source, layout: layout, digests: digests, contexts: contexts, ahead: ahead,
                    prefix: prefix
                ).run()
                return contexts.map { _ in .complete }
            }
        }
    }
}
