/// Scores against thresholds, in words.
package struct GateVerdict: Sendable {
    private let settings: GateSettings

    package init(_ settings: GateSettings) { self.settings = settings }

    /// What a check demands: "at least 0.2 % of the part".
    package func demand(_ check: GateCheck) -> String {
        switch check {
        case .change: "at least \(Self.percent(settings.change)) of the part"
        case .outside: "at most \(Self.percent(settings.outside)) of the picture"
        case .overlap: "at least \(Self.number(settings.overlap))"
        case .area:
            "\(Self.percent(settings.smallest)) to \(Self.percent(settings.largest)) of the part, and one cell of \(settings.cells) × \(settings.cells)"
        case .part: "at least \(Self.percent(settings.onPart))"
        case .real: "not made"
        case .blank: "a deviation above \(Self.number(settings.deviation))"
        }
    }

    /// What a picture has: "3.1 %".
    package func score(_ check: GateCheck, _ scores: GateScores) -> String {
        switch check {
        case .change: Self.percent(scores.change)
        case .outside: Self.percent(scores.outside)
        case .overlap: Self.number(scores.overlap)
        case .area: "\(Self.percent(scores.area)), \(scores.pixels) px"
        case .part: Self.percent(scores.part)
        case .real: "–"
        case .blank: Self.number(scores.deviation)
        }
    }

    /// All of them in a line: "change 3.1 %, outside 0 %, …".
    package func line(_ scores: GateScores) -> String {
        GateCheck.allCases.filter { $0.absence == nil }.map { "\($0.rawValue) \(score($0, scores))" }
            .joined(separator: ", ")
    }

    /// Why none of these passed, a check each: how many tries failed it, what the nearest of them had, what it takes.
    package func reasons(_ accounts: [GateAccount]) -> String {
        let tries = accounts.flatMap(\.tries)
        let parts = GateCheck.allCases.compactMap { check -> String? in
            let failed = tries.filter { $0.failed.contains(check) }.compactMap(\.scores)
            guard let nearest = failed.min(by: { distance(check, $0) < distance(check, $1) }) else { return nil }
            let keys = check.keys.map { "quality.\($0)" }.joined(separator: ", ")
            return
                "\(check.rawValue) failed \(failed.count), the nearest had \(score(check, nearest)), it takes \(demand(check)) (\(keys))"
        }
        let undrawn = tries.filter { $0.scores == nil }
        let why = undrawn.lazy.compactMap(\.reason).first.map { " (\($0))" } ?? ""
        return (parts + (undrawn.isEmpty ? [] : ["\(undrawn.count) could not be drawn\(why)"])).joined(separator: "; ")
    }

    /// How far a picture is from passing a check.
    private func distance(_ check: GateCheck, _ scores: GateScores) -> Double {
        switch check {
        case .change: -scores.change
        case .outside: scores.outside
        case .overlap: -scores.overlap
        case .area: abs(scores.area - min(max(scores.area, settings.smallest), settings.largest))
        case .part: -scores.part
        case .real: 0
        case .blank: -scores.deviation
        }
    }

    private static func percent(_ share: Double) -> String { number(share * 100) + " %" }

    /// At most two decimals.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        var text = "\(hundredths / 100)"
        if hundredths % 100 != 0 {
            text += "." + "\(100 + hundredths % 100)".dropFirst()
            if text.hasSuffix("0") { text.removeLast() }
        }
        return text
    }
}
