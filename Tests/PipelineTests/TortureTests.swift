import Foundation
import Glibc
import StageKit
import Testing

/// The promises of Output/README.md under fire: single faults of system calls, kills, simultaneous runs, damage. `make
/// test` tries some of each, `make torture` all.
extension ProgramTests {
    @Suite(.serialized) struct TortureTests {
        private var dice = TortureDice(state: TortureLevel.seed)
        private static let documented: Set<Int32> = [1, 64, 65, 66, 69, 70, 73, 74, 75, 78]

        private func reference(_ ground: TortureGround) throws -> (tree: Tree, calls: UInt64) {
            let whole = try ground.run("reference", SystemFault(call: 0, kind: 0))
            try #require(whole.status == 0, "\(whole.errors)")
            try #require(whole.calls > 200, "the library counted \(whole.calls) calls")
            let tree = try Tree(ground.output("reference"))
            try #require(tree.files.count > 15)
            return (tree, whole.calls)
        }

        /// Another run mends what is left: the same bytes, and nothing that `verify` finds.
        private func mended(_ ground: TortureGround, _ output: String, _ expected: Tree) throws -> String? {
            let next = try ground.run(output)
            guard next.status == 0 else { return "the next run ended with \(next.status): \(next.errors.suffix(300))" }
            guard try Tree(ground.output(output)).files == expected.files else { return "other bytes" }
            let verified = try ground.verify(output)
            return verified.status == 0 ? nil : "verify: \(verified.output.suffix(300))"
        }

        private func report(_ title: String, _ rows: [TortureTally]) {
            print(TortureTally.table(title, rows, seed: TortureLevel.seed))
            for row in rows { #expect(row.failures.isEmpty, "\(row.name), seed \(TortureLevel.seed)") }
        }

        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        mutating func singleFaults() throws {
            let ground = try TortureGround()
            let (tree, calls) = try reference(ground)
            var rows: [TortureTally] = []
            for (name, kind) in SystemFault.names {
                var row = TortureTally(name: name)
                let points =
                    TortureLevel.isFull ? Array(1...calls) : (0..<12).map { _ in .random(in: 1...calls, using: &dice) }
                for point in points {
                    let fault = SystemFault(call: point, kind: kind)
                    try? FileManager.default.removeItem(at: ground.output("out"))
                    let ended = try ground.run("out", fault)
                    row.tried += 1
                    if ended.hung || ended.status != 0 && !Self.documented.contains(ended.status) {
                        row.failures.append("\(fault): ended with \(ended.status)\(ended.hung ? ", hung" : "")")
                    } else if [ENOSPC, EDQUOT, EIO].contains(kind), ended.status != 0, ended.status != 74 {
                        row.failures.append("\(fault): \(ended.status), not 74: \(ended.errors.suffix(300))")
                    } else if kind == EINTR || kind == SystemFault.short, ended.status != 0 {
                        row.failures.append("\(fault): \(ended.status): \(ended.errors.suffix(300))")
                    } else if let trouble = try mended(ground, "out", tree) {
                        row.failures.append("\(fault): \(trouble)")
                    } else if ended.status == 0 {
                        row.unharmed += 1
                    } else {
                        row.told += 1
                    }
                }
                rows.append(row)
            }
            report("single faults over \(calls) calls", rows)
        }

        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        mutating func killsAtRandomCalls() throws {
            let ground = try TortureGround()
            let (tree, calls) = try reference(ground)
            var row = TortureTally(name: "no engine")
            for _ in 0..<(TortureLevel.isFull ? 300 : 20) {
                try? FileManager.default.removeItem(at: ground.output("out"))
                // Killed, and killed again on the way back.
                let faults = (0..<2).map { _ in
                    SystemFault(call: .random(in: 1...calls, using: &dice), kind: SystemFault.kill)
                }
                for fault in faults { _ = try ground.run("out", fault) }
                row.tried += 1
                if let trouble = try mended(ground, "out", tree) {
                    row.failures.append("\(faults): \(trouble)")
                } else {
                    row.told += 1
                }
            }
            report("kills", [row])
        }

        /// The tool or its engine, whichever makes the call.
        @Test(.enabled(if: SystemFault.library != nil && TortureLevel.isFull, "one of `make torture`"))
        mutating func killsAtRandomCallsWithTheEngine() throws {
            let place = try Workplace()
            func run(_ name: String, _ fault: SystemFault) throws -> TortureGround.Ended {
                try TortureGround.run(
                    [
                        "run", place.manifest, "--device", "cpu", "--output",
                        place.folder.appendingPathComponent(name).path,
                    ], under: place.folder.path, fault, in: place.folder)
            }
            let whole = try run("reference", SystemFault(call: 0, kind: 0))
            try #require(whole.status == 0, "\(whole.errors)")
            let tree = try Tree(place.folder.appendingPathComponent("reference"))
            var row = TortureTally(name: "engine")
            var round = 0
            while row.tried < 300 {
                // One output is killed until it is done: each run goes on where the last one was.
                var isDone = false
                while !isDone, row.tried < 300 {
                    let fault = SystemFault(
                        call: .random(in: 1...(whole.calls / 6), using: &dice), kind: SystemFault.kill)
                    let ended = try run("out\(round)", fault)
                    row.tried += 1
                    isDone = ended.status == 0
                    if !isDone, ended.status != 128 + SIGKILL, !Self.documented.contains(ended.status) || ended.hung {
                        row.failures.append("\(fault): ended with \(ended.status)")
                    }
                }
                let last = try run("out\(round)", SystemFault(call: 0, kind: 0))
                let made = try Tree(place.folder.appendingPathComponent("out\(round)"))
                if last.status == 0, made.files == tree.files {
                    row.told += 1
                } else {
                    row.failures.append("round \(round): other bytes, or \(last.status)")
                }
                round += 1
            }
            report("kills with the engine, \(round) runs", [row])
        }

        @Test(.enabled(if: TortureLevel.isFull, "one of `make torture`; TogetherTests has a few"))
        mutating func pairsOfRuns() throws {
            let ground = try TortureGround()
            let (tree, _) = try reference(ground)
            var row = TortureTally(name: "pairs")
            for _ in 0..<100 {
                try? FileManager.default.removeItem(at: ground.output("out"))
                let arguments = ["run", ground.manifest, "--output", ground.output("out").path]
                let one = try Program.start(arguments)
                usleep(.random(in: 0...60_000, using: &dice))
                let other = try Program.start(arguments)
                let outcomes = [try one.wait(), try other.wait()]
                let statuses = outcomes.map(\.status).sorted()
                row.tried += 1
                if statuses != [0, 0], statuses != [0, 75] {
                    row.failures.append("\(statuses): \(outcomes.map { String($0.errors.suffix(200)) })")
                } else if let trouble = try mended(ground, "out", tree) {
                    row.failures.append(trouble)
                } else if statuses == [0, 0] {
                    row.unharmed += 1
                } else {
                    row.told += 1
                }
            }
            report("simultaneous runs", [row])
        }

        /// Either the same bytes at the end, or a message that names the damage.
        @Test mutating func damageToWhatStandsThere() throws {
            let ground = try TortureGround()
            let (tree, _) = try reference(ground)
            let paths = Tree.paths(ground.output("reference"))
            var rows = ["cut", "zeroed", "flipped", "removed", "replaced", "a folder"].map { TortureTally(name: $0) }
            for number in 0..<(TortureLevel.isFull ? 1000 : 48) {
                let kind = number % rows.count
                try? FileManager.default.removeItem(at: ground.output("out"))
                try FileManager.default.copyItem(at: ground.output("reference"), to: ground.output("out"))
                guard let path = paths.randomElement(using: &dice) else { continue }
                try damage(ground.output("out").appendingPathComponent(path), rows[kind].name)
                rows[kind].tried += 1
                let ended = try ground.run("out")
                let isSame = try Tree(ground.output("out")).files == tree.files
                if ended.status == 0, isSame {
                    rows[kind].unharmed += 1
                    continue
                }
                let verified = try ground.verify("out")
                let words = ended.errors + verified.output + verified.errors
                // The unit or object that it belongs to.
                let place =
                    path.split(separator: "/").prefix(path.hasPrefix("units") ? 3 : 2).last.map(String.init) ?? path
                if ended.status != 0 && !Self.documented.contains(ended.status) {
                    rows[kind].failures.append("\(path): ended with \(ended.status)")
                } else if ended.status != 0 || verified.status != 0, words.contains(place) {
                    rows[kind].told += 1
                } else {
                    rows[kind].failures.append(
                        "\(path): \(ended.status), verify \(verified.status): \(words.suffix(300))")
                }
            }
            report("damage", rows)
        }

        private mutating func damage(_ file: URL, _ kind: String) throws {
            var bytes = try Data(contentsOf: file)
            try FileManager.default.removeItem(at: file)
            switch kind {
            case "cut": bytes = bytes.prefix(bytes.count / 2)
            case "zeroed":
                let start = bytes.count / 3
                bytes.replaceSubrange(start..., with: Data(count: bytes.count - start))
            case "flipped":
                if !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &dice)] ^= 1 << Int.random(in: 0..<8, using: &dice)
                }
            case "replaced": bytes = Data("{\"files\": {}}\n".utf8)
            case "a folder": return try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            default: return
            }
            try bytes.write(to: file)
        }
    }
}
