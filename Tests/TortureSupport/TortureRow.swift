/// What came of many cases of one kind: a row of the table.
package struct TortureRow: Sendable {
    package let name: String
    package private(set) var tried = 0
    package private(set) var unharmed = 0
    package private(set) var told = 0
    /// Number of the case, and what was wrong.
    package private(set) var failures: [(number: Int, what: String)] = []
    /// Exit code → how often a program under fire ended with it.
    private var statuses: [Int32: Int] = [:]

    init(name: String) { self.name = name }

    mutating func add(_ outcome: TortureOutcome, _ number: Int) {
        tried += 1
        switch outcome {
        case .unharmed(let codes):
            unharmed += 1
            count(codes)
        case .told(let codes):
            told += 1
            count(codes)
        case .failed(let what): failures.append((number, what))
        }
    }

    private mutating func count(_ codes: [Int32]) { for code in codes { statuses[code, default: 0] += 1 } }

    private static func cells(_ name: String, _ numbers: [String], _ rest: String) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        return name + padded(name, 28) + numbers.map { padded($0, 9) + $0 }.joined() + "   " + rest
    }

    package static let header = cells(
        "", ["tried", "unharmed", "told", "failed", "seed"], "exit codes × how often")

    package var line: String {
        let codes = statuses.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }.joined(separator: " ")
        return Self.cells(
            name, [tried, unharmed, told, failures.count].map { "\($0)" } + ["\(Torture.seed)"], codes)
    }

    /// The first of them, with what tries them again.
    var failureLines: [String] {
        failures.sorted { $0.number < $1.number }.prefix(20).map { number, what in
            let again = (Torture.isFull ? "FLAWSMITH_TORTURE=1 " : "") + "FLAWSMITH_SEED=\(Torture.seed)"
            return "    \(again) FLAWSMITH_CASE='\(name):\(number)': \(what)"
        }
    }
}
