import Foundation
import Imaging
import StageKit
import Testing

extension ProgramTests {
    /// Other people's readers on exports of every layout (`Tests/Readers`): equal counts, masks equal pixel for pixel.
    ///
    /// On demand, since it wants a Python environment: `FLAWSMITH_READERS` names its `python`; without it the tests are
    /// skipped.
    @Suite(.serialized) struct ReadersTests {
        private static let python = ProcessInfo.processInfo.environment["FLAWSMITH_READERS"]
        private static let hint: Comment =
            "FLAWSMITH_READERS names no python; Tests/Readers/README.md says how to make one"

        /// Categories of VisA's, for a reader that takes no others.
        @Test(.enabled(if: python != nil, hint), arguments: [["bolt", "hex nut"], ["candle", "pcb1"]])
        func readersTakeEveryLayout(categories: [String]) throws {
            let place = try PartFolder("method: perlin, images_per_normal: 7, anomalies: [worn, dirty]")
            try FileManager.default.removeItem(at: place.url("data"))
            for (offset, category) in categories.enumerated() {
                for number in 0..<6 {
                    try place.write(
                        PartFolder.part(10 * offset + number), "data/\(category)/train/good/00\(number).png")
                }
                for number in 0..<2 {
                    let name = "00\(number)"
                    try place.write(
                        PartFolder.part(40 + 10 * offset + number), "data/\(category)/test/good/\(name).png")
                    try place.write(
                        PartFolder.part(60 + 10 * offset + number), "data/\(category)/test/bent/\(name).png")
                    try place.write(
                        PartFolder.label(at: 9 + number), "data/\(category)/ground_truth/bent/\(name)_mask.png")
                }
            }
            try #require(try place.run("--until", "generate").status == 0)
            let layouts = [
                "mvtec", "visa", "pairs", "meta-json", "coco", "yolo", "webdataset", "imagefolder", "anomalib",
            ]
            for layout in layouts {
                let outcome = try Program.run([
                    "export", place.url("parts.yaml").path, "--output", place.url("out").path, "--shots", "2",
                    "--layout", layout, "--to", place.url("to/\(layout)").path, "--set", "export.test_good=1000",
                ])
                try #require(outcome.status == 0, "\(layout): \(outcome.errors)")
            }
            let reader = Process(), output = place.url("readers.log")
            _ = FileManager.default.createFile(atPath: output.path, contents: nil)
            reader.executableURL = URL(fileURLWithPath: Self.python ?? "")
            reader.arguments = [
                Program.checkout.appendingPathComponent("Tests/Readers/readers.py").path, place.url("to").path,
            ]
            (reader.standardOutput, reader.standardError) = (
                try FileHandle(forWritingTo: output), FileHandle.nullDevice
            )
            try reader.run()
            reader.waitUntilExit()
            let text = try String(contentsOf: output, encoding: .utf8)
            #expect(reader.terminationStatus == 0, "\(text)")
            #expect(
                text.contains("all read") && text.split(separator: "\n").count { $0.hasPrefix("ok ") } >= 20, "\(text)")
            #expect(text.contains("visa: anomalib Visa") == categories.contains("candle"), "\(text)")
        }
    }
}
