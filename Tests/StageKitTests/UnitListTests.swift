import Foundation
import ParameterKit
import StageKit
import Testing

@Suite struct UnitListTests {
    let place: TemporaryStore
    let list: UnitList
    init() throws {
        place = try TemporaryStore()
        for (id, files) in [("aa01", ["image", "mask"]), ("aa02", ["image"]), ("bb03", ["mask"])] {
            let scratch = place.folder.appendingPathComponent("scratch-\(id)")
            for file in files { try DurableFile.write(file, to: scratch.appendingPathComponent(file)) }
            _ = try place.store.unit(id).commit(["unit": .string(id)], files: files, from: scratch)
        }
        struct Line: Encodable { let anomaly: String, label: String?, labelRecord: String?, unit: String }
        let file = place.folder.appendingPathComponent("list.jsonl")
        try JSONLines.write(
            [
                Line(anomaly: #"a "label":"zz" b"#, label: nil, labelRecord: nil, unit: "aa01"),
                Line(anomaly: "hole", label: "bb03", labelRecord: "r", unit: "aa02"),
            ], to: file)
        list = try UnitList(contentsOf: file)
    }

    private func gap() throws -> String? {
        try list.gap(in: place.store, whole: ["image", "mask"], picture: ["image"], label: ["mask"])
    }

    @Test func itNamesPicturesAndTheirLabels() throws {
        #expect(list.entries.map(\.unit) == ["aa01", "aa02"] && list.entries.map(\.label) == [nil, "bb03"])
        #expect(try gap() == nil)
    }

    @Test(arguments: ["aa01/record.json", "aa01/mask", "aa02/image", "bb03/mask", "bb03/record.json"])
    func aFileThatIsMissingOrEmptyIsAGap(_ path: String) throws {
        let parts = path.split(separator: "/").map(String.init)
        let file = place.store.unit(parts[0]).file(parts[1])
        try Data().write(to: file)
        #expect(try gap() == "\(parts[1]) of unit \(parts[0]) is empty")
        try FileManager.default.removeItem(at: file)
        #expect(try gap() == "\(parts[1]) of unit \(parts[0]) is missing")
    }

    @Test func gapsAreCounted() throws {
        try FileManager.default.removeItem(at: place.store.units)
        #expect(try gap() == "record.json of unit aa01 is missing; 2 of its 2 units are not whole")
    }

    /// A link to itself can be looked at by nobody.
    @Test func whatCannotBeLookedAtIsNoGap() throws {
        let file = place.store.unit("aa01").file("mask")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.path)
        let failure = try #require(throws: Failure.self) { try gap() }
        #expect(failure.status == .io && failure.place == file.path)
    }
}
