import EngineLink
import ManifestKit
import ManifestSections
import ParameterKit
import Reporting
import StageKit

/// One row of a comparison: its project and its result.
struct ComparisonRow {
    let file: ComparisonFile.Row
    /// nil if its files are missing or can't be read.
    let project: Project?
    private(set) var summary: Runner.Summary?
    private(set) var measured: ComparisonMeasurements?
    /// The exit status of a run of only this row; nil on success.
    private(set) var failure: ExitStatus?

    /// Reads the manifests of all rows, then checks the inputs that they name.
    ///
    /// - Parameter set: the command line's overrides, which come last.
    /// - Throws: for a missing or invalid manifest; then nothing is run. A row whose data set or models are unavailable
    ///   is reported on the console and has no project.
    static func all(
        of file: ComparisonFile, set: [Override], store: ArtifactStore, engines: EnginePool, console: Console
    ) throws -> [ComparisonRow] {
        let manifests = try file.rows.map { row in
            do {
                let manifest = try Manifest.load(path: row.manifestFile, overrides: file.set + row.set + set)
                try check(row, manifest.namedDetectors.map(\.name))
                return manifest
            } catch ManifestError.missing(let path) {
                throw Failure(.inputMissing, "there is no manifest \(path)", at: row.manifestPlace)
            }
        }
        return try zip(file.rows, manifests).map { row, manifest in
            do {
                let project = try Project(manifest, store: store, engines: engines) {
                    console.notice(nil, "\(row.name): \($0)")
                }
                return ComparisonRow(file: row, project: project)
            } catch {
                let status = ErrorReport(error).status
                // The manifest itself is wrong, e.g. it names a category that the data set lacks.
                if status == .badManifest { throw error }
                console.say("row \(row.name) can't run: \(error)")
                return ComparisonRow(file: row, project: nil, failure: status)
            }
        }
    }

    /// - Throws: `Failure` 78 where the row's manifest has no such detector.
    private static func check(_ row: ComparisonFile.Row, _ detectors: [String]) throws(Failure) {
        guard let asked = row.detector, !detectors.contains(asked) else { return }
        throw Failure(
            .badManifest,
            "the manifest has no detector `\(asked)`\(Suggestion.text(for: asked, among: detectors))", at: row.place,
            remedy: detectors.isEmpty
                ? "It names none under `detectors`." : "It names \(detectors.joined(separator: ", ")).")
    }

    private init(file: ComparisonFile.Row, project: Project?, failure: ExitStatus? = nil) {
        (self.file, self.project, self.failure) = (file, project, failure)
    }

    /// Runs the row as `flawsmith run` would. Failures are reported and kept in `failure`; nothing is thrown.
    mutating func run(console: Console, keepGoing: Bool) {
        guard let project else {
            console.say("can't run, as said above")
            return
        }
        do {
            let summary = try ProjectRun(project: project, console: console, keepGoing: keepGoing, linksExports: false)
                .execute()
            self.summary = summary
            failure = summary.failureStatus()
            measured = try project.metrics(summary).map { json throws(Failure) in
                try ComparisonMeasurements(json, detector: file.detector)
            }
        } catch {
            failure = ErrorReport(error).status
            console.say("row \(file.name) failed: \(error)")
        }
    }

    /// Sets the row's pictures beside those of another one.
    mutating func pair(with first: ComparisonRow) throws {
        guard let project, let summary, let other = first.project, let before = first.summary,
            let shots = measured?.shots
        else { return }
        let pairs = PicturePairs(
            try GeneratedPictures(of: project, objects: summary.objects),
            first: try GeneratedPictures(of: other, objects: before.objects))
        for (place, shots) in shots.enumerated() {
            measured?.shots[place].pairs = try pairs.values(shots: shots.shots, seeds: shots.seeds)
        }
    }

    /// For the tables.
    var result: Comparison.Row {
        let state: Comparison.Row.State = failure == nil ? .done : measured == nil ? .failed : .incomplete
        return Comparison.Row(
            name: file.name, manifest: file.ownManifest, detector: file.detector, overrides: file.set.map(\.text),
            state: state,
            measured: measured)
    }
}
