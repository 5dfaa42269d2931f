import Foundation
import ParameterKit
import StageKit
import Testing

@Suite struct UnitProvenanceTests {
    @Test func itIsReadOffTheRecordsOfTheListedUnits() throws {
        let place = try TemporaryStore()
        let ids = ["aa01", "aa02", "bb03", "bb04", "cc05"]
        for (number, id) in ids.enumerated() where number < 4 {
            let scratch = place.folder.appendingPathComponent("scratch-\(id)")
            try DurableFile.write("picture", to: scratch.appendingPathComponent("image.png"))
            var record: [String: JSONValue] = [
                "unit": .string(id), "prompt": "a \"provenance\": {\"device\": \"moon\"}",
                "trace": ["loss": .array((0..<3000).map { .double(Double($0) / 7) })],
            ]
            // The last one was drawn without an engine.
            if number < 3 {
                record["provenance"] = ["engine": "e", "device": .string(number == 1 ? "cuda:0" : "cpu"), "threads": 2]
            }
            _ = try place.store.unit(id).commit(.object(record), files: ["image.png"], from: scratch)
        }
        let list = place.folder.appendingPathComponent("list.jsonl")
        struct Line: Encodable { let unit: String, source: String, record: String }
        try JSONLines.write(ids.map { Line(unit: $0, source: "a\"unit\":\"zz", record: "r") }, to: list)
        let found = try UnitProvenance(list: list, store: place.store)
        #expect(found.units == 5 && found.unread == 1)
        #expect(
            found.kinds == [
                #"{"device":"cpu","engine":"e","threads":2}"#, #"{"device":"cuda:0","engine":"e","threads":2}"#,
            ])
        try DurableFile.write("{}\n", to: list)
        #expect(throws: Failure.self) { try UnitProvenance(list: list, store: place.store) }
    }
}
