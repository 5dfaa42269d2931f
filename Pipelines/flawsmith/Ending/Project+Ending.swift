import Foundation
import ManifestSections
import MethodKit
import StageKit

extension Project {
    /// The last lines of a run: where the data set and the page are, and what to do with them. None before there is
    /// either.
    func ending(_ summary: Runner.Summary) throws -> [String] {
        var lines: [String] = []
        let archives = try exports(summary)
        if let first = archives.first {
            let rest = archives.count > 1 ? " and \(archives.count - 1) more beside it" : ""
            lines.append("Data set: \(first.relativePathFromHere)\(rest)")
        }
        let page = folder.report.child("report.html")
        let hasPage = try hasReport(summary)
        if hasPage { lines.append("Report:   \(page.relativePathFromHere)") }
        guard !lines.isEmpty else { return [] }
        var steps: [String] = []
        if hasPage { steps.append("open the report in a browser") }
        if let first = archives.first {
            let unpacking = first.lastPathComponent.contains(".tar") ? " (tar -xf \(first.lastPathComponent))" : ""
            steps.append("train on the data set\(unpacking)")
        }
        if manifest.detectors.isEmpty { steps.append("add detectors: { vlad: {} } to see what it is worth") }
        lines.append("Next:     \(steps.joined(separator: ", "))")
        return lines
    }
}
