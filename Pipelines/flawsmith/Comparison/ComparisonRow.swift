import EngineLink
import ManifestKit
import ManifestSections
import Reporting
import StageKit

/// One row of a comparison: its project, and what came of it.
struct ComparisonRow {
    let file: ComparisonFile.Row
    /// nil: its files are not there, or can't be read.
    let project: Project?
    private(set) var summary: Runner.Summary?
    private(set) var measured: ComparisonMeasurements?
    /// What a run of this row alone would end with; nil when all is well.
    private(set) var failure: ExitStatus?

    /// Reads the manifests of all rows, then looks at what they name.
    ///
    /// - Parameter set: the command line's overrides, which come last.
    /// - Throws: for a manifest that isn't there, or a bad one: nothing is run then. A row whose data set or models
    ///   can't be had is told of on the console and left without a project.
    static func all(
        of file: ComparisonFile, set: [Override], store: ArtifactStore, engines: EnginePool, console: Console
    ) throws -> [ComparisonRow] {
        let manifests = try file.rows.map { row in
            do {
                return try Manifest.load(path: row.manifestFile, overrides: file.set + row.set + set)
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
                // What the manifest says is wrong, e.g. a category that the data set lacks.
                if status == .badManifest { throw error }
                console.say("row \(row.name) can't run: \(error)")
                return ComparisonRow(file: row, project: nil, failure: status)
            }
        }
    }

    private init(file: ComparisonFile.Row, project: Project?, failure: ExitStatus? = nil) {
        (self.file, self.project, self.failure) = (file, project, failure)
    }

    /// Runs the row as `flawsmith run` would. Whatever fails is said and kept; nothing is thrown.
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
            measured = try project.metrics(summary).map { json throws(Failure) in try ComparisonMeasurements(json) }
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
            name: file.name, manifest: file.ownManifest, overrides: file.set.map(\.text), state: state,
            measured: measured)
    }
}
