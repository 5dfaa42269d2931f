import AnomalyDatasets
import EngineLink
import Foundation
import Generators
import MethodKit
import ParameterKit
import PictureGate
import StageKit
import Synchronization

/// One run of the stage over one category's samples.
struct GenerationRun: Sendable {
    let context: JobContext
    let category: String
    let parameters: GenerationParameters
    let engines: EnginePool

    func run() throws -> Job.Outcome {
        if let external = parameters.external {
            return try context.claims.holding("\(external.digest)/\(category)") { try take(external) }
        }
        let (groups, notices) = try parameters.groups(inputs: context.inputs)
        for notice in notices { context.notice(notice) }
        if let notice = try drawnWhole(groups) { context.notice(notice) }
        let progress = GroupProgress(context, groups: groups)
        let made = try sideBySide(Array(groups.indices), width: engines.count) { place in
            try members(of: groups[place]) { progress.say($0, of: place) }
        }
        let missing = made.flatMap(\.missing)
        if let gate = parameters.gate { try pass(made.flatMap(\.accounts), gate, hasGaps: !missing.isEmpty) }
        try list(made.flatMap(\.listed))
        return missing.isEmpty ? .complete : .incomplete(missing: missing)
    }

    /// Writes `list.jsonl` and, if pictures were rejected, `rejected.jsonl` with their lines.
    ///
    /// - Throws: `Failure` 65 when nothing is left.
    func list(_ lines: [ListedUnit]) throws {
        let unwanted = Set(parameters.rejected)
        let kept = lines.filter { !unwanted.contains($0.unit) }, dropped = lines.filter { unwanted.contains($0.unit) }
        guard !kept.isEmpty || lines.isEmpty else {
            throw Failure(
                .badData, "all \(lines.count) pictures were rejected", at: category,
                remedy: "Keep some on the page of `flawsmith review`, or ask for other pictures.")
        }
        let data = context.object.data, rejected = data.appendingPathComponent(GenerationStage.rejectedName)
        if dropped.isEmpty {
            try DurableFile.remove(rejected)
        } else {
            try JSONLines.write(dropped, to: rejected)
            context.notice("\(category): \(dropped.count) of \(lines.count) pictures were rejected and are left out")
        }
        try JSONLines.write(kept, to: data.appendingPathComponent("list.jsonl"))
    }

    /// Makes a group's missing pictures and labels.
    ///
    /// - Parameter progress: is told the finished share.
    func members(of group: UnitGroup, progress: @escaping @Sendable (Double) -> Void) throws -> MadeGroup {
        let ids = ids(of: group)
        // Other shot counts list the same groups.
        return try context.claims.holding(ids[0]) {
            let made =
                if let gate = parameters.gate {
                    try passing(group, gate, progress: progress)
                } else {
                    try drawn(group, places: Array(0..<group.listed), progress: progress)
                }
            progress(1)
            return made
        }
    }

    /// Makes what is missing of some pictures of a group, and their labels.
    ///
    /// - Parameter places: ascending, among the listed ones.
    func drawn(
        _ group: UnitGroup, places: [Int], progress: @escaping @Sendable (Double) -> Void
    ) throws -> MadeGroup {
        let ids = ids(of: group)
        let records = try make(group, ids: ids, places: places, progress: progress)
        var lines = places.compactMap { place in
            records[place].map {
                ListedUnit(
                    unit: ids[place], record: $0, anomaly: group.request.anomaly, source: group.source.id,
                    method: group.request.method)
            }
        }
        if parameters.drawer(of: group.request).labelsFromEvidence {
            for (place, label) in try labels(of: group, ids: lines.map(\.unit)).enumerated() {
                (lines[place].label, lines[place].labelRecord) = (label.unit, label.record)
                if parameters.framesPictures { lines[place].image = label.unit }
            }
        }
        return MadeGroup(listed: lines, missing: places.filter { records[$0] == nil }.map { ids[$0] })
    }

    func ids(of group: UnitGroup) -> [String] { parameters.ids(of: group, category: category) }

    /// Makes missing pictures. A group with a missing member is completely computed again, and its other members are
    /// compared.
    /// - Returns: for each member the SHA-256 of its record, or nil if it could not be made.
    private func make(
        _ group: UnitGroup, ids: [String], places: [Int], progress: @escaping @Sendable (Double) -> Void
    ) throws -> [String?] {
        let units = ids.map { context.store.unit($0) }
        let wanted = places.map { units[$0] }
        if !context.forced, try wanted.allSatisfy({ try $0.isDone && $0.damage().isEmpty }) {
            return try units.map { $0.isDone ? try Digest.sha256(file: $0.recordFile) : nil }
        }
        let scratch = ids.map { context.work.appendingPathComponent($0) }
        for folder in scratch {
            try DurableFile.remove(folder)
            try DurableFile.makeFolder(folder)
        }
        defer { for folder in scratch { try? DurableFile.remove(folder) } }
        let drawn =
            if let local = parameters.generator(for: group.request) as? any LocalGenerator {
                // Each of its pictures is drawn by itself, so that of a further try only those that are needed are.
                try draw(group, with: local, into: scratch, places: group.attempt > 0 ? Set(places) : nil)
            } else {
                try drawInTheEngine(group, into: scratch, progress: progress)
            }
        return try zip(group.indices, zip(zip(units, scratch), drawn)).map { index, member -> String? in
            let ((unit, folder), result) = member
            switch result {
            case .skipped: return nil
            case .failed(let reason):
                try unit.fail(reason)
                // Of a picture that is drawn again all tries are told of together.
                if parameters.gate != nil, parameters.generator(for: group.request) is any LocalGenerator { return nil }
                context.notice("unit \(unit.id) of \(group.source.id) could not be made: \(reason)")
                return nil
            case .drawn(let facts):
                let record = record(group, index: index, unit: unit.id, facts: facts)
                return try unit.commit(
                    record,
                    files: parameters.drawer(of: group.request).labelsFromEvidence
                        ? GeneratedFiles.evidence : GeneratedFiles.labelled,
                    from: folder)
            }
        }
    }

    /// The unit's record: its identity in full, facts about the drawing, and the engine and device that drew it.
    private func record(_ group: UnitGroup, index: Int, unit: String, facts: [String: JSONValue]) -> JSONValue {
        var members = parameters.identity(group, category: category, index: index)
        members["unit"] = .string(unit)
        members.merge(facts) { _, fact in fact }
        return .object(members)
    }
}

extension GenerationParameters {
    /// All groups of a sample, and what is to be said of tiles that have none because they show nothing of the part or
    /// of a place on it.
    ///
    /// - Parameter inputs: finished objects under the roles `ingest`, `sample` and `foreground`.
    /// - Throws: `Failure` 65 where no tile shows the part, or a place on it.
    func groups(inputs: [String: StoredObject]) throws -> (groups: [UnitGroup], notices: [String]) {
        func data(_ role: String) throws(Failure) -> URL {
            guard let object = inputs[role] else { throw Failure(.internalError, "generation has no input \(role)") }
            return object.data
        }
        let ingest = try IngestedCategory(folder: data("ingest"))
        let sample = try SampleRecord(folder: data("sample"))
        let foreground: [ForegroundRecord] = try JSONLines.read(
            from: data("foreground").appendingPathComponent("index.jsonl"))
        let masks = Dictionary(foreground.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let all = try ingest.images(of: sample), sources = all.filter { masks[$0.id]?.coverage != 0 }
        guard !sources.isEmpty || all.isEmpty else {
            throw Failure(
                .badData, "no picture of the sample shows anything of the part", at: all[0].category,
                remedy: "Look at the masks that foreground.masks names: the part is white in them.")
        }
        let places = try TilesOfPlaces(
            requests, sources: sources,
            masks: masks.mapValues { try data("foreground").appendingPathComponent($0.file) })
        let donors =
            drawers.contains { $0.generator is any DonorGenerator }
            ? DonorShelf(
                sources.map { ($0, masks[$0.id]) }, pictures: try data("ingest"), masks: try data("foreground")) : nil
        let counts = counts(places, of: sources.count)
        let found = zip(sources, counts).flatMap { source, counts in
            groups(source: source, mask: masks[source.id], counts: counts, donors: donors)
        }
        var notices = places.notices
        for drawer in drawers where !sources.isEmpty {
            let own = requests.indices.filter {
                self.drawer(of: requests[$0]).generator.methodName == drawer.generator.methodName
            }
            guard !own.contains(where: { request in counts.contains { $0[request] > 0 } }) else { continue }
            notices.append(
                "\(drawer.generator.methodName) draws nothing: its share of generation.images_per_normal or of a count is less than a picture"
            )
        }
        if let donors, donors.isAlone {
            let names = drawers.map(\.generator).filter { $0 is any DonorGenerator }.map(\.methodName)
            notices.append(
                "the sample has one normal: \(names.joined(separator: " and ")) takes its pieces from other places of the same picture"
            )
        }
        if all.count > sources.count {
            notices.append(
                "\(all.count - sources.count) of the sample's tiles show nothing of the part by foreground.masks: no damage is drawn on them"
            )
        }
        return (found, notices)
    }

    /// The units that say whether a group's listed pictures are there.
    func marks(of group: UnitGroup, category: String) -> [String] {
        let listed = Array(ids(of: group, category: category).prefix(group.listed))
        return gate == nil ? listed : listed.map { accountUnit(of: $0, group) }
    }

    func ids(of group: UnitGroup, category: String) -> [String] {
        group.indices.map { index in
            let identity = JSONValue.object(identity(group, category: category, index: index))
            return String(Digest.sha256(identity.canonicalText).prefix(24))
        }
    }

    /// How many of the pictures that are asked for lie in the pool.
    func tally(
        category: String, inputs: [String: StoredObject], store: ArtifactStore
    ) throws -> (done: Int, total: Int) {
        try groups(inputs: inputs).groups.reduce(into: (0, 0)) { tally, group in
            let listed = marks(of: group, category: category)
            tally.0 += listed.count { store.unit($0).isDone }
            tally.1 += listed.count
        }
    }
}

/// What came of a group.
struct MadeGroup {
    /// In order.
    var listed: [ListedUnit]
    /// Units that could not be made.
    var missing: [String]
    /// What was tried, where pictures are checked.
    var accounts: [GateAccount] = []
}

enum DrawnUnit {
    case drawn([String: JSONValue])
    case failed(String)
    /// Nobody asked for it.
    case skipped
}

/// The progress of a job's groups; running groups count by their finished share.
private final class GroupProgress: Sendable {
    private let context: JobContext
    private let groups: [UnitGroup]
    private let total: Int
    private let state: Mutex<State>
    private struct State {
        var shares: [Double]
        /// Pictures done, including the finished share of running groups. Kept as a running total, because a sum over
        /// all groups at every event would take quadratic time.
        var done = 0.0
    }

    init(_ context: JobContext, groups: [UnitGroup]) {
        (self.context, self.groups) = (context, groups)
        total = groups.reduce(0) { $0 + $1.listed }
        state = Mutex(State(shares: groups.map { _ in 0 }))
    }

    func say(_ share: Double, of place: Int) {
        let done = state.withLock { state in
            state.done += (share - state.shares[place]) * Double(groups[place].listed)
            state.shares[place] = share
            return state.done
        }
        let note = groups[place].source.id + (share < 1 ? " \(Int(share * 100)) %" : "")
        context.progress(done, of: total, note)
    }
}
