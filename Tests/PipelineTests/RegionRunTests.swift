import Foundation
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// Damage alone, synthetic against real, from the engine to the page.
    @Suite(.serialized) struct RegionRunTests {
        @Test(.timeLimit(.minutes(5)))
        func aMixturesGeneratorsAreComparedEach() throws {
            let place = try Workplace(name: "regions") {
                $0.replacingOccurrences(
                    of: "  images_per_normal: 2\n",
                    with:
                        "  images_per_normal: 24\n  mixture: { sdas: 1, cutpaste: 1 }\n  sdas: { steps: 4, gamma: 1 }\n"
                ).replacingOccurrences(of: "shots: [1, 2]", with: "shots: [1]")
            }
            let output = place.folder.appendingPathComponent("out")
            let outcome = try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            let store = ArtifactStore(root: output)
            let run = try #require(FileManager.default.contentsOfDirectory(atPath: store.runs.path).first)
            let report = store.runs.appendingPathComponent("\(run)/report")
            let metrics = try JSONValue(
                parsing: try DurableFile.read(report.appendingPathComponent("metrics.json")))
            let page = try String(contentsOf: report.appendingPathComponent("report.html"), encoding: .utf8)
            for category in ["hex_nut", "tablet"] {
                let found = try #require(metrics["regions"]?[category]?.array?.first?.array)
                #expect(found.map { $0["generator"]?.string } == [nil, "cutpaste", "sdas"])
                #expect(found.map { $0["pictures"]?.int } == [24, 12, 12])
                let patches = found.compactMap { $0["patches"]?.int }
                #expect(patches.count == 3 && patches[0] == patches[1] + patches[2] && patches[1] >= 12)
                for one in found {
                    #expect(one["real_pictures"]?.int ?? 0 > 1 && one["real_patches"]?.int ?? 0 > 20)
                    // One of both is there.
                    let distance = one["distance"]?.number
                    #expect((distance == nil) == (one["reason"]?.string != nil))
                    if let distance { #expect(distance > -1 && distance <= 2) }
                }
                #expect(found[0]["distance"]?.number != nil)
                #expect(metrics["pictures"]?[category]?["masked_mmd"]?.number == found[0]["distance"]?.number)
            }
            #expect(page.contains("Damage alone, synthetic against real, 1-shot") && page.contains("For looking only"))
        }
    }
}
