import Foundation
import Glibc
import StageKit
import Testing
import TortureSupport

/// Tests the promises of Output/README.md with single faults of system calls, kills, simultaneous runs and damage.
/// `make test` tries some of each, `make torture` all.
extension ProgramTests {
    @Suite(.serialized) struct TortureTests {
        private func expectNoFailures(_ row: TortureRow) {
            #expect(row.failures.isEmpty, "\(row.name), seed \(Torture.seed): \(row.failures.prefix(5))")
        }

        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        func singleFaults() throws {
            let ground = try TortureGround()
            for (name, kind) in SystemFault.names {
                // Calls that aren't writes can't come out short.
                let points = ground.calls.indices.filter { kind != SystemFault.short || ground.calls[$0] == 0x77 }
                let row = Torture.row(
                    "\(name) at call", count: Torture.isFull ? points.count : 12
                ) { dice, number, worker in
                    let point = Torture.isFull ? points[number] : points[dice.below(points.count)]
                    return try Self.fault(SystemFault(call: UInt64(point + 1), kind: kind), ground.place(worker))
                }
                expectNoFailures(row)
            }
        }

        private static func fault(_ fault: SystemFault, _ place: TorturePlace) throws -> TortureOutcome {
            place.clear()
            let ended = try place.run(fault)
            if let trouble = ended.trouble { return .failed("\(fault): \(trouble)") }
            if ended.status != 0 {
                if ended.status == 66 { return .failed("\(fault): called missing: \(ended.errors.suffix(300))") }
                if [ENOSPC, EDQUOT, EIO].contains(fault.kind), ended.status != 74 {
                    return .failed("\(fault): \(ended.status), not 74: \(ended.errors.suffix(300))")
                }
                if fault.kind == EINTR || fault.kind == SystemFault.short {
                    return .failed("\(fault): \(ended.status): \(ended.errors.suffix(300))")
                }
            }
            if let trouble = try place.trouble(hasRun: ended.status == 0) { return .failed("\(fault): \(trouble)") }
            return ended.status == 0 ? .unharmed([0]) : .told([ended.status])
        }

        /// Killed, and killed again on the way back.
        @Test(.enabled(if: SystemFault.library != nil, "needs a C compiler"))
        func killsAtRandomCalls() throws {
            let ground = try TortureGround()
            let row = Torture.row("two kills", count: Torture.isFull ? 300 : 20) { dice, _, worker in
                let place = ground.place(worker)
                place.clear()
                var statuses: [Int32] = []
                for _ in 0..<2 {
                    let call = UInt64(1 + dice.below(ground.calls.count))
                    statuses.append(try place.run(SystemFault(call: call, kind: SystemFault.kill)).status)
                }
                if let odd = statuses.first(where: { $0 != 0 && $0 != 128 + SIGKILL }) {
                    return .failed("ended with \(odd)")
                }
                if let trouble = try place.trouble() { return .failed(trouble) }
                return .told(statuses)
            }
            expectNoFailures(row)
        }

        @Test func simultaneousRuns() throws {
            let ground = try TortureGround()
            let row = Torture.row("pairs of runs", count: Torture.isFull ? 100 : 4) { dice, _, worker in
                let place = ground.place(worker)
                place.clear()
                let arguments = ["run", ground.manifest, "--output", place.output.path]
                let one = try place.start(arguments, as: "1")
                usleep(UInt32(dice.below(60_000)))
                let other = try place.start(arguments, as: "2")
                let ended = [one.wait(), other.wait()]
                let statuses = ended.map(\.status).sorted()
                if ended.contains(where: \.hung) { return .failed("hung") }
                if statuses != [0, 0], statuses != [0, 75] {
                    return .failed("\(statuses): \(["err1", "err2"].map { place.text($0).suffix(200) })")
                }
                if let trouble = try place.trouble() { return .failed(trouble) }
                return statuses == [0, 0] ? .unharmed(statuses) : .told(statuses)
            }
            expectNoFailures(row)
        }

        /// Either the same bytes at the end, or a message that names the damage.
        @Test func damageToWhatStandsThere() throws {
            let ground = try TortureGround()
            let paths = Tree.paths(ground.whole)
            for kind in Damage.allCases {
                let count = (Torture.isFull ? 1000 : 48) / Damage.allCases.count + (kind == .cut ? 4 : 0)
                let row = Torture.row("damage: \(kind.rawValue)", count: count) { dice, _, worker in
                    let place = ground.place(worker), path = paths[dice.below(paths.count)]
                    place.clear()
                    try FileManager.default.createDirectory(
                        at: place.output.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try FileManager.default.copyItem(at: ground.whole, to: place.output)
                    try kind.strike(place.output.appendingPathComponent(path), &dice)
                    return try Self.judge(path, place)
                }
                expectNoFailures(row)
            }
        }

        private static func judge(_ path: String, _ place: TorturePlace) throws -> TortureOutcome {
            let ended = try place.run()
            if let trouble = ended.trouble { return .failed("\(path): \(trouble)") }
            if ended.status == 0, try place.isWhole { return .unharmed([0]) }
            let verified = try place.call(["verify", "--output", place.output.path])
            let words = ended.errors + verified.output + verified.errors
            // The unit or object that it belongs to.
            let parts = path.split(separator: "/").prefix(path.hasPrefix("units") ? 3 : 2)
            if ended.status != 0 || verified.status != 0, words.contains(parts.last ?? "") {
                return .told([ended.status, verified.status])
            }
            return .failed("\(path): \(ended.status), verify \(verified.status): \(words.suffix(300))")
        }

        private enum Damage: String, CaseIterable {
            case cut, zeroed, flipped, removed, replaced
            case folder = "a folder"

            func strike(_ file: URL, _ dice: inout TortureDice) throws {
                var bytes = try Data(contentsOf: file)
                try FileManager.default.removeItem(at: file)
                switch self {
                case .cut: bytes = bytes.prefix(bytes.count / 2)
                case .zeroed:
                    let start = bytes.count / 3
                    bytes.replaceSubrange(start..., with: Data(count: bytes.count - start))
                case .flipped: if !bytes.isEmpty { bytes[dice.below(bytes.count)] ^= 1 << UInt8(dice.below(8)) }
                case .removed: return
                case .replaced: bytes = Data("{\"files\": {}}\n".utf8)
                case .folder:
                    return try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
                }
                try bytes.write(to: file)
            }
        }
    }
}
