import AnomalyDatasets
import Foundation
package import IngestStage
package import ManifestSections
import MethodKit
import ParameterKit

// From what the manifest says of a data set to what ingest reads.

extension DatasetSection {
    package var source: IngestStage.Source { reading.source(path, kind, key: "dataset") }
}

extension AuxiliarySection {
    package var source: IngestStage.Source { reading.source(path, kind, key: "auxiliary") }
}

extension SourceKeys {
    /// - Parameter key: the section that these keys stand in.
    fileprivate func source(_ path: ManifestPath, _ kind: DatasetLayout?, key: String) -> IngestStage.Source {
        IngestStage.Source(
            path: URL(fileURLWithPath: path.absolute), written: path.written, layout: kind,
            settings: IngestStage.Settings(
                masks: masks.levels.rule, invertedMasks: masks.inverted, range: range, folders: folders?.names,
                limits: limits.archive(key: "\(key).limits"), tiles: tiles?.rule))
    }
}
