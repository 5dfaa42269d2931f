import AnomalyDatasets
import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// What is shown of pictures that were drawn in a window of their photo: the whole picture, as it is exported.
    @Suite struct WindowRunTests {
        static let (width, height) = (160, 120)

        private static func photo(_ level: UInt8) -> Image {
            var photo = Image(width: width, height: height, colour: [210])
            for y in 0..<height {
                for x in 0..<width where (x - 80) * (x - 80) + (y - 60) * (y - 60) < 400 { photo[x, y] = level }
            }
            return photo
        }

        /// Two photos, two pictures.
        private func photos(_ generation: String, _ more: String = "") throws -> Workplace {
            let place = try Workplace(name: "framed")
            try place.write(
                """
                version: 2
                name: framed
                dataset: { kind: folder, path: photos }
                models: { diffusion: \(place.starter.path)/diffusion }
                sampling: { shots: [full], seeds: [0] }
                generation: { anomalies: [{ words: worn, count: 2\(more) }], cut: { steps: 12 }\(generation) }
                """)
            for level: UInt8 in [40, 60] {
                try DurableFile.write(
                    Data(Self.photo(level).png()), to: place.folder.appendingPathComponent("photos/\(level).png"))
            }
            return place
        }

        @Test(.timeLimit(.minutes(5)))
        func aPartThatFillsItsPhotosIsSaidToBeDrawnWhole() throws {
            let place = try photos("")
            let run = try Program.run([
                "run", place.manifest, "--output", place.folder.appendingPathComponent("out").path, "--device", "cpu",
                "--until", "generate", "--set", "foreground.method=whole",
            ])
            #expect(run.status == 0 && run.errors.contains("the part fills 2 of 2 pictures"), "\(run.errors)")
        }

        @Test("pictures that are computed together may have windows and spots of their own", .timeLimit(.minutes(5)))
        func together() throws {
            for (generation, more) in [(", window: 64", ""), (", window: whole", ", size: 0.2")] {
                let place = try photos(", batch: 2, images_per_normal: 2\(generation)", more)
                let run = try Program.run([
                    "run", place.manifest, "--output", place.folder.appendingPathComponent("out").path, "--device",
                    "cpu", "--until", "generate",
                ])
                #expect(run.status == 0, "\(generation)\(more): \(run.errors)")
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func thePageAndTheRecipeAreOfTheWholePicture() throws {
            let place = try photos("")
            let output = place.folder.appendingPathComponent("out")
            let run = try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu"])
            try #require(run.status == 0, "\(run.errors)")

            let store = ArtifactStore(root: output)
            let name = try #require(try FolderListing.entries(of: store.runs).first).name
            let lock = try JSONValue(parsing: try DurableFile.read(store.runs.child("\(name)/lock.json")))
            let object = try #require(lock["jobs"]?["generate/photos/full-s0"]?.string)
            let units: [ListedUnit] = try JSONLines.read(
                from: store.object(named: object).data.appendingPathComponent("list.jsonl"))
            try #require(units.count == 2)
            let page = try String(
                contentsOf: store.runs.child("\(name)/report/report.html"), encoding: .utf8)
            #expect(page.ranges(of: "\(Self.width) × \(Self.height) pixels").count == 2)
            for unit in units {
                // The drawing is smaller than the picture.
                let drawn = try Image(contentsOf: store.unit(unit.unit).file("image.png").path)
                #expect(unit.imageUnit != unit.unit && drawn.width < Self.width)
                let whole = try Program.run(["inspect", store.unit(unit.imageUnit).file("image.png").path])
                #expect(whole.status == 0 && whole.output.contains("A photo of a photos that is worn"), "\(whole)")
                #expect(whole.output.contains("the photo's own pixels"), "\(whole.output)")
            }
        }
    }
}
