import Foundation
import Imaging
import Testing

/// What a second call does, and what `plan` says before it.
extension ProgramTests {
    @Suite(.serialized) struct RerunTests {
        let place: Workplace
        let output: String
        init() throws {
            place = try Workplace(name: "small") { $0.replacingOccurrences(of: "shots: [1, 2]", with: "shots: [1]") }
            output = place.folder.appendingPathComponent("out").path
        }

        private func run(_ arguments: String...) throws -> Program.Outcome {
            let outcome = try Program.run(["run", place.manifest, "--output", output, "--device", "cpu"] + arguments)
            try #require(outcome.status == 0, "\(outcome.errors)")
            return outcome
        }

        /// The jobs that would run, e.g. `generate/hex_nut/1shot-s0`, with the reason behind.
        private func plan(_ arguments: String...) throws -> [String: String] {
            let outcome = try Program.run(["plan", place.manifest, "--output", output] + arguments)
            try #require(outcome.status == 0, "\(outcome.errors)")
            var due: [String: String] = [:]
            for line in outcome.output.split(separator: "\n") where line.hasPrefix("run ") {
                let words = line.dropFirst(4).split(separator: " ", maxSplits: 1)
                due[String(words[0])] = words.count > 1 ? words[1].trimmingCharacters(in: .whitespaces) : ""
            }
            return due
        }

        private func stages(_ plan: [String: String]) -> Set<String> {
            Set(plan.keys.map { String($0.prefix { $0 != "/" }) })
        }

        @Test(.timeLimit(.minutes(5)))
        func aRerunDoesNothingAndAChangedKeyWhatItAffects() throws {
            _ = try run()
            let marks = Tree.finished(URL(fileURLWithPath: output))
            #expect(marks.keys.contains { $0.hasPrefix("units/") } && marks.keys.contains { $0.hasPrefix("objects/") })
            let again = try run()
            #expect(again.errors.contains("nothing to do: "))
            #expect(again.output.hasPrefix("Untrained weights:"))
            #expect(Tree.finished(URL(fileURLWithPath: output)) == marks)
            #expect(try plan().isEmpty)

            // Each change and the stages it may touch.
            let generated: Set = ["generate", "export", "fit", "detect", "assess", "report"]
            let cases: [(String, String, Set<String>)] = [
                ("generation.cut.steps=8", "parameters.steps: 12 → 8", generated),
                ("annotation.threshold=0.4", "annotation.threshold: 0.5 → 0.4", generated),
                ("detectors.vlad.epochs=3", "parameters.epochs: 4 → 3", ["fit", "detect", "report"]),
                ("evaluation.smoothing=1", "smoothing: 0 → 1", ["detect", "report"]),
                // Detection computes all of them.
                ("evaluation.pro=steps200-winclip", "pro: \"exact\" → \"steps200-winclip\"", ["report"]),
                ("foreground.method=triangle", "method", ["foreground"]),
            ]
            for (change, reason, expected) in cases {
                let due = try plan("--set", change)
                #expect(due.values.contains { $0.contains(reason) }, "\(change): \(due)")
                if change.hasPrefix("foreground") {
                    #expect(stages(due) == generated.union(expected), "\(change): \(due)")
                } else {
                    // The export contains the resolved manifest, so any change of the manifest makes a new tarball.
                    #expect(
                        stages(due).subtracting(["export"]) == expected.subtracting(["export"]), "\(change): \(due)")
                }
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func addingACategoryOrAShotCountRedoesOnlyWhatMustBe() throws {
            _ = try run()
            let text = place.text()
            try place.write(
                text.replacingOccurrences(of: "shots: [1, 2]", with: "shots: [1]")
                    .replacingOccurrences(of: "[hex_nut, tablet]", with: "[hex_nut, tablet, bottle]"))
            let category = try plan()
            for stage in ["ingest", "foreground", "sample", "generate"] {
                // Exactly one job of each, the new category's.
                let due = category.keys.filter { $0.hasPrefix(stage + "/") }
                #expect(due.count == 1 && due[0].hasPrefix("\(stage)/bottle"), "\(category)")
            }
            #expect(category.keys.contains("fit/1shot-s0/vlad"))

            try place.write(text)
            let shots = try plan()
            #expect(shots.keys.contains("generate/hex_nut/2shot-s0"))
            // Everything that names a shot count names the new one.
            let named = shots.keys.filter { $0.contains("shot-s0") && !$0.hasPrefix("export") }
            #expect(named.count >= 8 && named.count { $0.contains("2shot") } == named.count, "\(shots)")
            #expect(shots.keys.contains("report/small"))

            // Pictures of the 1-shot sample are listed again by the 2-shot sample, not made again.
            let before = Tree.finished(URL(fileURLWithPath: output)).filter { $0.key.hasPrefix("units/") }
            _ = try run("--until", "generate")
            let after = Tree.finished(URL(fileURLWithPath: output)).filter { $0.key.hasPrefix("units/") }
            #expect(!before.isEmpty)
            for (path, mark) in before { #expect(after[path] == mark) }
            let records = after.keys.filter { $0.hasSuffix("record.json") }.count
            #expect(records == 2 * before.keys.filter { $0.hasSuffix("record.json") }.count)
        }

        /// Another way of labelling makes labels, and no picture.
        @Test(.timeLimit(.minutes(5)))
        func anotherAnnotationMakesNoPictureAnew() throws {
            _ = try run("--until", "export")
            func units() -> [String: String] {
                Tree.finished(URL(fileURLWithPath: output)).filter { $0.key.hasPrefix("units/") }
            }
            let before = units()
            let pictures = before.keys.filter { $0.hasSuffix("/image.png") }.count
            try #require(pictures == 4)  // two categories, one normal each, two pictures of it
            _ = try run("--until", "export", "--set", "annotation.source=fused")
            let after = units()
            for (path, mark) in before { #expect(after[path] == mark, "\(path)") }
            #expect(after.keys.filter { $0.hasSuffix("/image.png") }.count == pictures)
            #expect(after.keys.filter { $0.hasSuffix("/soft.png") }.count == 2 * pictures)
            #expect(
                after.keys.filter { $0.hasSuffix("/record.json") }.count == before.keys.filter {
                    $0.hasSuffix("/record.json")
                }.count + pictures)
        }

        /// A damaged label of another size would stop the program, and one of the same size would falsify figures; both
        /// are found and can be made again.
        @Test(.timeLimit(.minutes(5)))
        func aDamagedLabelIsFoundAndMadeAgain() throws {
            _ = try run()
            let root = URL(fileURLWithPath: output)
            let masks = Tree.paths(root).filter { $0.hasPrefix("units/") && $0.hasSuffix("/mask.png") }
            let label = root.appendingPathComponent(try #require(masks.first))
            let whole = try Data(contentsOf: label)
            try Data(Mask(width: 1, height: 1, repeating: true).png()).write(to: label)
            let damaged = try Program.run([
                "run", place.manifest, "--output", output, "--device", "cpu", "--force", "report",
            ])
            #expect(
                damaged.status == 65 && damaged.errors.contains("was changed after it was made"), "\(damaged.errors)")

            try FileManager.default.removeItem(at: label.deletingLastPathComponent())
            let verified = try Program.run(["verify", "--output", output])
            #expect(verified.status == 65 && verified.output.contains("which it lists, is missing"))
            _ = try run("--force", "generate", "--until", "generate")
            #expect(try Data(contentsOf: label) == whole)
            #expect(try Program.run(["verify", "--output", output]).status == 0)
        }

        @Test func helpIsQuickToRead() throws {
            let help = try Program.run(["--help"])
            #expect(help.status == 0)
            for command in ["run", "plan", "status", "synthesize"] { #expect(help.output.contains(command)) }
        }
    }
}
