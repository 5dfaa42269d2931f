package import StageKit

/// Stage 7: what was made and what it is worth, as a page of pictures; where detectors judged it, the five metrics per
/// category and on average, as tables and `metrics.json`, and each picture's scores.
package enum ReportStage {
    package static let name = "report"
    package static let version = 6

    /// - Parameter inputs: per category the roles `ingest:<category>` and, where pictures are assessed,
    ///   `embed:<category>`; per model `generate:<category>:<model>`, `detect:<detector>:<category>:<model>`,
    ///   `assess:<category>:<model>` and, where pictures are held aside, `calibrate:<detector>:<category>:<model>`.
    package static func job(inputs: [String: JobKey], parameters: ReportParameters) -> Job {
        Job(JobKey(name, parameters.name), version: version, asked: parameters.asked(), inputs: inputs) { context in
            try ReportRun(context: context, parameters: parameters).run()
        }
    }
}
