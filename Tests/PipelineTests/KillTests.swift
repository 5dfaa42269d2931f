import Foundation
import Glibc
import Testing

/// Kills the real programs while they run a small manifest through all seven stages, and checks the result of the next
/// run.
extension ProgramTests {
    @Suite(.serialized) struct KillTests {
        let place: Workplace
        init() throws { place = try Workplace() }

        /// Points spread over the whole run: the tool is killed when so many files are on disk.
        private static let kills = 24

        /// An undisturbed run with one engine and killed runs with two: the results must not depend on which engine
        /// made what.
        @Test(.timeLimit(.minutes(10)))
        func aRunThatIsKilledAgainAndAgainEndsWithTheSameBytes() throws {
            let reference = place.folder.appendingPathComponent("reference")
            let whole = try Program.run(["run", place.manifest, "--output", reference.path, "--device", "cpu"])
            try #require(whole.status == 0, "\(whole.errors)")
            let total = Tree.paths(reference).count

            let output = place.folder.appendingPathComponent("killed")
            var marks: [String: String] = [:]
            var killed = 0, enginesKilled = 0
            for point in 1...Self.kills {
                let goal = total * point / (Self.kills + 1)
                let running = try Program.start(["run", place.manifest, "--output", output.path, "--device", "cpu,cpu"])
                while running.process.isRunning, Tree.paths(output).count < goal { usleep(500) }
                // Every third time a signal that can be caught, every fourth the engine instead of the tool.
                if point % 4 == 0, let engine = running.children.first {
                    kill(engine, SIGKILL)
                    enginesKilled += 1
                    // The tool goes on with a fresh engine; it is killed a moment later.
                    usleep(50_000)
                }
                running.kill(point % 3 == 0 ? SIGTERM : SIGKILL)
                let outcome = try running.wait()
                if outcome.status == 0 { break }
                #expect([128 + SIGKILL, 128 + SIGTERM].contains(outcome.status), "\(outcome.errors)")
                killed += 1
                // What was finished before this run must not have been written again by it.
                let now = Tree.finished(output)
                for (path, mark) in marks { #expect(now[path] == mark, "\(path) was written again") }
                marks = now
            }
            #expect(killed >= 20)
            #expect(enginesKilled >= 1)

            let last = try Program.run(["run", place.manifest, "--output", output.path, "--device", "cpu,cpu"])
            #expect(last.status == 0, "\(last.errors)")
            let now = Tree.finished(output)
            #expect(marks.count > 50, "hardly anything was finished before the last run")
            for (path, mark) in marks { #expect(now[path] == mark, "\(path) was written again") }
            expectSame(try Tree(output), try Tree(reference))
        }

        @Test(.timeLimit(.minutes(5)))
        func anEngineThatDiesCostsNothingButTime() throws {
            let reference = place.folder.appendingPathComponent("reference")
            let whole = try Program.run(["run", place.manifest, "--output", reference.path, "--device", "cpu"])
            try #require(whole.status == 0, "\(whole.errors)")

            let output = place.folder.appendingPathComponent("dying")
            let running = try Program.start(["run", place.manifest, "--output", output.path, "--device", "cpu"])
            var killed: Set<pid_t> = []
            while running.process.isRunning, killed.count < 2 {
                let made = Tree.paths(output)
                // While it draws the second picture. The next kill comes in another stage, because two deaths during one
                // request give a failed unit.
                let isTime = made.contains { $0.contains(killed.isEmpty ? "units/" : "objects/fit-") }
                if isTime, let engine = running.children.first, !killed.contains(engine) {
                    kill(engine, SIGKILL)
                    killed.insert(engine)
                }
                usleep(1000)
            }
            let outcome = try running.wait()
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(killed.count >= 1)
            #expect(outcome.errors.contains("trying once more on a fresh one"))
            expectSame(try Tree(output), try Tree(reference))
        }

        private func expectSame(_ one: Tree, _ other: Tree) {
            #expect(other.files.count > 100, "nothing to compare with")
            #expect(one.files.keys.sorted() == other.files.keys.sorted())
            for (path, content) in one.files { #expect(content == other.files[path], "\(path) differs") }
        }
    }
}
