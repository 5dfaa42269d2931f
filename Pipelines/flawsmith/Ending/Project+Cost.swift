import AnomalyDatasets
import ExportStage
import Foundation
import GenerationStage
import ParameterKit
import Reporting
import StageKit

extension Project {
    /// Name of the event in the run folder's log.
    private static let runEvent = "run"

    private var journal: Journal { Journal(file: folder.folder.child("log.jsonl")) }

    /// Writes down what the run cost, where it made something. What can't be found out is left out; nothing is thrown,
    /// because a run doesn't fail for its account.
    func recordCost(_ summary: Runner.Summary) {
        guard summary.ran > 0 else { return }
        journal.append(Self.runEvent, cost(summary).json)
    }

    /// What the last run that made something wrote down, with the highest peaks of all.
    func recordedCost() -> RunCost? {
        guard let bytes = try? DurableFile.read(journal.file) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let costs = lines.compactMap { line -> RunCost? in
            guard let json = try? JSONValue(parsing: Data(line.utf8)), json["event"]?.string == Self.runEvent else {
                return nil
            }
            return RunCost(json: json)
        }
        var last = costs.last
        // A run that only wrote the report needed no engine; the ones before did.
        last?.engineMemory = costs.compactMap(\.engineMemory).max()
        last?.toolMemory = costs.compactMap(\.toolMemory).max()
        return last
    }

    private func cost(_ summary: Runner.Summary) -> RunCost {
        let finished = summary.objects.sorted { $0.key < $1.key }.map { ($0.key, store.object(named: $0.value)) }
            .filter(\.1.isDone)
        var stages: [RunCost.Stage] = []
        var interrupted = 0, drawn = 0
        var drawnSeconds = 0.0
        for name in StageName.order {
            let times = finished.filter { $0.0.stage == name }.map { StageTimes(of: $0.1) }
            guard !times.isEmpty else { continue }
            interrupted += times.reduce(0) { $0 + $1.interrupted }
            stages.append(.init(name: name, objects: times.count, seconds: times.reduce(0) { $0 + $1.seconds }))
        }
        var units: Set<String> = []
        var kinds: Set<String> = []
        for (key, object) in finished where key.stage == GenerationStage.name {
            let spans = StageTimes(of: object).spans
            let listed = (try? GenerationStage.units(of: object)) ?? []
            let made = listed.count { unit in
                guard let time = Self.modified(store.unit(unit.unit).recordFile) else { return false }
                return spans.contains { $0.contains(time) }
            }
            if made > 0 {
                drawn += made
                drawnSeconds += spans.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
            }
            units.formUnion(listed.map(\.unit))
            units.formUnion(listed.map(\.labelUnit))
            if let provenance = try? UnitProvenance(list: object.data.child("list.jsonl"), store: store) {
                kinds.formUnion(provenance.kinds)
            }
        }
        let memory = PeakMemory.measured()
        let exports = finished.filter { $0.0.stage == ExportStage.name }.map(\.1.data)
        return RunCost(
            stages: stages, interrupted: interrupted, drawn: drawn, drawnSeconds: drawnSeconds,
            toolMemory: memory.tool, engineMemory: memory.engine,
            objectBytes: finished.reduce(0) { $0 + Self.bytes(below: $1.1.data) },
            unitBytes: units.reduce(0) { $0 + Self.bytes(below: store.unit($1).folder) },
            exportBytes: exports.reduce(0) { $0 + Self.bytes(below: $1) },
            command: CommandLine.arguments.map(Self.quoted).joined(separator: " "),
            engines: kinds.sorted().compactMap(Self.words))
    }

    private static func modified(_ file: URL) -> Double? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
    }

    private static func bytes(below folder: URL) -> Int {
        let paths = (try? StoredObject.files(under: folder)) ?? []
        return paths.reduce(0) { $0 + ((try? DurableFile.size(folder.child($1))) ?? nil ?? 0) }
    }

    /// A word of a command as a shell takes it; the program by its name, wherever it lies.
    private static func quoted(_ word: String) -> String {
        if word == CommandLine.arguments.first { return "flawsmith" }
        let plain = word.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "_-./=:,+@%".unicodeScalars.contains($0)
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Canonical text of a unit's provenance: "engine 0.1.0, LibTorch 2.13.0 on cpu, 2 threads".
    private static func words(_ text: String) -> String? {
        guard let members = (try? JSONValue(parsing: Data(text.utf8)))?.object else { return nil }
        var parts = ["engine \(members["engine"]?.string ?? "?") on \(members["device"]?.string ?? "?")"]
        if let threads = members["threads"]?.int { parts.append("\(threads) \(threads == 1 ? "thread" : "threads")") }
        for (name, value) in members.sorted(by: { $0.key < $1.key })
        where !["engine", "device", "threads"].contains(name) {
            parts.append("\(name) \(value.string ?? value.canonicalText)")
        }
        return parts.joined(separator: ", ")
    }
}
