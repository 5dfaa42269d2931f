package import ExportStage
package import StageKit

/// One archive of a manifest: a data set in a layout.
package struct PlannedExport: Sendable {
    /// "1", "2", … or "full".
    package var shots: String
    package var seed: Int
    package var parameters: ExportStage.Parameters
    package var job: Job
}
