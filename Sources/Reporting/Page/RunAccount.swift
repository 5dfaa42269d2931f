package import ParameterKit

/// What a run cost, measured when it ended: a line of the run folder's `log.jsonl`. It holds times, so that no digest
/// covers it.
package struct RunCost: Sendable, Equatable {
    /// The time that a stage's finished objects took, whichever run made them.
    package struct Stage: Sendable, Equatable {
        package var name: String
        package var objects: Int
        package var seconds: Double
        package init(name: String, objects: Int, seconds: Double) {
            (self.name, self.objects, self.seconds) = (name, objects, seconds)
        }
    }

    /// In the order in which stages run.
    package var stages: [Stage]
    /// Attempts that were interrupted; their time is not known.
    package var interrupted: Int
    /// Pictures drawn while the generate objects were made, and how long that took; pictures that lay in the pool
    /// already are not counted.
    package var drawn: Int
    package var drawnSeconds: Double
    /// Peak of resident memory, bytes; nil where the system doesn't say.
    package var toolMemory: Int?
    package var engineMemory: Int?
    /// Bytes on disk.
    package var objectBytes: Int
    package var unitBytes: Int
    package var exportBytes: Int
    /// The command line, as a shell takes it.
    package var command: String
    /// Engines, devices and threads that drew the pictures, in words.
    package var engines: [String]

    package init(
        stages: [Stage], interrupted: Int, drawn: Int, drawnSeconds: Double, toolMemory: Int?, engineMemory: Int?,
        objectBytes: Int, unitBytes: Int, exportBytes: Int, command: String, engines: [String]
    ) {
        (self.stages, self.interrupted, self.drawn, self.drawnSeconds) = (stages, interrupted, drawn, drawnSeconds)
        (self.toolMemory, self.engineMemory, self.objectBytes) = (toolMemory, engineMemory, objectBytes)
        (self.unitBytes, self.exportBytes, self.command, self.engines) = (unitBytes, exportBytes, command, engines)
    }

    /// Nil below ten pictures or a second: too little to speak of a speed.
    var picturesPerHour: Double? { drawn >= 10 && drawnSeconds >= 1 ? Double(drawn) / drawnSeconds * 3600 : nil }

    var seconds: Double { stages.reduce(0) { $0 + $1.seconds } }
}

/// How a run is done again: what the page says of it beside the command.
package struct RunRecipe: Sendable, Equatable {
    package struct Item: Sendable, Equatable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// The resolved manifest's path and text.
    package var manifestPath: String
    package var manifest: String
    package var versions: [Item]
    /// SHA-256 of data sets and models.
    package var inputs: [Item]
    /// SHA-256 of exports.
    package var outputs: [Item]
    /// Job and object.
    package var objects: [Item]

    package init(
        manifestPath: String, manifest: String, versions: [Item], inputs: [Item], outputs: [Item], objects: [Item]
    ) {
        (self.manifestPath, self.manifest, self.versions) = (manifestPath, manifest, versions)
        (self.inputs, self.outputs, self.objects) = (inputs, outputs, objects)
    }
}

extension RunCost {
    /// The members of its line in the log.
    package var json: [String: JSONValue] {
        [
            "stages": .array(
                stages.map { [.string($0.name), .int($0.objects), .double(Self.milliseconds($0.seconds))] }),
            "interrupted": .int(interrupted), "drawn": .int(drawn),
            "drawn_seconds": .double(Self.milliseconds(drawnSeconds)),
            "tool_memory": toolMemory.map { .int($0) } ?? .null,
            "engine_memory": engineMemory.map { .int($0) } ?? .null,
            "object_bytes": .int(objectBytes), "unit_bytes": .int(unitBytes), "export_bytes": .int(exportBytes),
            "command": .string(command), "engines": .array(engines.map { .string($0) }),
        ]
    }

    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    /// - Returns: nil where the line is none of a run's end.
    package init?(json: JSONValue) {
        guard let rows = json["stages"]?.array, let command = json["command"]?.string else { return nil }
        self.init(
            stages: rows.compactMap { row in
                guard let items = row.array, items.count == 3, let name = items[0].string, let count = items[1].int,
                    let seconds = items[2].number
                else { return nil }
                return Stage(name: name, objects: count, seconds: seconds)
            },
            interrupted: json["interrupted"]?.int ?? 0, drawn: json["drawn"]?.int ?? 0,
            drawnSeconds: json["drawn_seconds"]?.number ?? 0, toolMemory: json["tool_memory"]?.int,
            engineMemory: json["engine_memory"]?.int, objectBytes: json["object_bytes"]?.int ?? 0,
            unitBytes: json["unit_bytes"]?.int ?? 0, exportBytes: json["export_bytes"]?.int ?? 0, command: command,
            engines: (json["engines"]?.array ?? []).compactMap(\.string))
    }
}
