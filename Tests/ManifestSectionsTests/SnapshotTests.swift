import Foundation
import ManifestKit
import ManifestSections
import Testing

/// Wrong manifests, and everything that is said about each.
@Suite struct SnapshotTests {
    static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: snapshots.path)) ?? [])
        .filter { $0.hasSuffix(".yaml") && $0 != "whole.yaml" }.map { String($0.dropLast(5)) }.sorted()

    @Test func thereAreSome() { #expect(Self.names.count >= 20) }

    @Test(arguments: names)
    func saysWhatIsWrong(_ name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: snapshots.appendingPathComponent(name + ".yaml")))
        let said = complaints(bytes: bytes) + "\n"
        let file = snapshots.appendingPathComponent(name + ".expected")
        if ProcessInfo.processInfo.environment["FLAWSMITH_RECORD_SNAPSHOTS"] == "1" {
            try said.write(to: file, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(said == expected)
        #expect(said != "\n")
    }
}
