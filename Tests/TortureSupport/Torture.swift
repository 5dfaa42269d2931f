import Dispatch
package import Foundation
import Glibc
import Synchronization

/// How much is tried, and what of it: a short sweep with new random numbers each time, or everything.
///
/// `Tests/README.md` says which variables of the environment decide.
package enum Torture {
    private static let environment = ProcessInfo.processInfo.environment
    package static let isFull = environment["FLAWSMITH_TORTURE"] == "1"
    package static let seed = environment["FLAWSMITH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
    package static let workers =
        environment["FLAWSMITH_WORKERS"].flatMap { Int($0) } ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// `<row>:<number>`, this case alone, or `<row>`, this row alone.
    private static let only: (row: Substring, number: Int?)? = environment["FLAWSMITH_CASE"].map { text in
        guard let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]) else {
            return (text[...], nil)
        }
        return (text[..<colon], number)
    }

    /// A file system in memory where there is one: what is tried is the program, not the disk.
    package static let scratch: URL = {
        let memory = URL(fileURLWithPath: "/dev/shm")
        return FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    }()

    /// Tries cases 0 to `count` of a row, as many at a time as there are workers, and prints what came of them.
    ///
    /// - Parameter body: gets the case's own random numbers, which depend on seed, row and number alone, and the number
    ///   of its worker, whose folders are its own. What it throws is a failure of the case.
    package static func row(
        _ name: String, count: Int, _ body: @escaping @Sendable (inout TortureDice, Int, Int) throws -> TortureOutcome
    ) -> TortureRow {
        let numbers = (0..<count).filter { number in
            guard let only else { return true }
            return only.row == name && (only.number == nil || only.number == number)
        }
        let state = Mutex(State(row: TortureRow(name: name)))
        let group = DispatchGroup()
        for worker in 0..<min(workers, numbers.count) {
            group.enter()
            // Threads like those that the program has.
            Thread.detachNewThread {
                let file =
                    folder.map { open("\($0)/case-\(worker)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) } ?? -1
                defer { if file >= 0 { close(file) } }
                while let number = state.withLock({ $0.next(of: numbers) }) {
                    var dice = TortureDice(state: start(name, number))
                    say(name, number, in: file)
                    let outcome: TortureOutcome
                    do {
                        outcome = try body(&dice, number, worker)
                    } catch {
                        outcome = .failed("\(error)")
                    }
                    state.withLock { $0.row.add(outcome, number) }
                }
                group.leave()
            }
        }
        group.wait()
        let row = state.withLock(\.row)
        report(row)
        return row
    }

    private struct State {
        var row: TortureRow
        private var begun = 0

        init(row: TortureRow) { self.row = row }

        mutating func next(of numbers: [Int]) -> Int? {
            guard begun < numbers.count else { return nil }
            begun += 1
            if begun.isMultiple(of: 500) { print("  \(row.name): \(begun) of \(numbers.count)") }
            return numbers[begun - 1]
        }
    }

    /// FNV-1a over the case's name.
    private static func start(_ row: String, _ number: Int) -> UInt64 {
        "\(seed)/\(row)/\(number)".utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Prints the row with its failures; adds it to the table that `make torture` shows at its end.
    private static func report(_ row: TortureRow) {
        guard row.tried > 0 else { return }
        print(([TortureRow.header, row.line] + row.failureLines).joined(separator: "\n"))
        guard let folder, let file = fopen("\(folder)/table", "a") else { return }
        for line in [row.line] + row.failureLines { fputs(line + "\n", file) }
        fclose(file)
    }

    /// Where rows are collected (`table`), and where each worker says what it is about to try (`case-0`, …): readers
    /// that are tried in this process would take it along if they crashed.
    private static let folder = environment["FLAWSMITH_TORTURE_FOLDER"]

    private static func say(_ row: String, _ number: Int, in file: Int32) {
        guard file >= 0 else { return }
        let text = "\(row):\(number), seed \(seed)"
        let line = Array((text + String(repeating: " ", count: max(0, 80 - text.count)) + "\n").utf8)
        _ = pwrite(file, line, line.count, 0)
    }
}

/// What came of one case.
package enum TortureOutcome: Sendable {
    /// As if nothing had happened.
    case unharmed(_ statuses: [Int32] = [])
    /// A message and an exit code or a typed error, and nothing lost.
    case told(_ statuses: [Int32] = [])
    case failed(String)
}
