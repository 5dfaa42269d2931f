import Foundation
import Testing

extension ProgramTests {
    /// All seven stages on archives of both layouts; on real pictures where they are (`FLAWSMITH_TEST_DATA`, default
    /// `../shared/data`).
    @Suite(.serialized) struct WholeRunTests {
        let place: Workplace
        init() throws { place = try Workplace() }

        private static let data = URL(
            fileURLWithPath: ProcessInfo.processInfo.environment["FLAWSMITH_TEST_DATA"]
                ?? Program.checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path)
        private static let screw = data.appendingPathComponent("mvtec/screw.tar.xz").path
        private static let tile = data.appendingPathComponent("visa/VisA_magnetic_tile.tar").path

        private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

        /// Runs one archive and reads the metrics that the report left.
        private func run(kind: String, archive: String, category: String, method: String) throws -> [String: Any] {
            let text = place.text()
                .replacing(
                    /dataset: .*/, with: "dataset: { kind: \(kind), path: \"\(archive)\", categories: [\(category)] }"
                )
                .replacing("shots: [1, 2]", with: "shots: [1]")
                .replacing("generation:\n", with: "generation:\n  method: \(method)\n")
            try place.write(text)
            let output = place.folder.appendingPathComponent("out")
            let outcome = try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.hasPrefix("Untrained weights:"))
            let runs = try FileManager.default.contentsOfDirectory(atPath: output.appendingPathComponent("runs").path)
            let report = output.appendingPathComponent("runs/\(try #require(runs.first))/report")
            let page = try String(contentsOf: report.appendingPathComponent("report.html"), encoding: .utf8)
            #expect(page.contains("Untrained weights") && page.contains("data:image/"))
            let metrics = try JSONSerialization.jsonObject(
                with: Data(contentsOf: report.appendingPathComponent("metrics.json")))
            let categories = try #require((metrics as? [String: Any])?["categories"] as? [String: Any])
            return try #require(categories[category] as? [String: Any])
        }

        private func expectFiveMetrics(_ metrics: [String: Any]) {
            for key in ["i_auroc", "i_f1max", "p_auroc", "p_f1max", "pro"] {
                let value = metrics[key] as? Double
                #expect(value.map { (0...1).contains($0) } == true, "\(key): \(String(describing: value))")
            }
        }

        @Test func theStarterInVisAsLayoutWithCutAndPaste() throws {
            expectFiveMetrics(
                try run(
                    kind: "visa", archive: place.starter.appendingPathComponent("starter_visa.tar").path,
                    category: "board",
                    method: "cutpaste"))
        }

        @Test(.enabled(if: exists(screw), "MVTec AD's screw isn't here"))
        func realScrewsWithCUT() throws {
            expectFiveMetrics(try run(kind: "auto", archive: Self.screw, category: "screw", method: "cut"))
        }

        @Test(.enabled(if: exists(tile), "the magnetic tiles aren't here"))
        func realMagneticTilesWithCUT() throws {
            expectFiveMetrics(try run(kind: "visa", archive: Self.tile, category: "magnetic_tile", method: "cut"))
        }
    }
}
