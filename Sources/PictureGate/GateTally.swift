/// How many pictures passed, of one category, kind and generator, or of several together.
package struct GateTally: Sendable, Equatable {
    /// Pictures that were asked for.
    package var asked = 0
    /// Of them passed with their first try.
    package var atOnce = 0
    /// Passed with a later one.
    package var again = 0
    /// Tries of all.
    package var tries = 0
    /// Tries that couldn't be drawn.
    package var undrawn = 0
    /// Tries by the check that they failed first.
    package var firstFailures: [GateCheck: Int] = [:]

    package init(_ accounts: some Sequence<GateAccount>) {
        for account in accounts {
            asked += 1
            tries += account.tries.count
            if let chosen = account.chosen { if chosen == 0 { atOnce += 1 } else { again += 1 } }
            for attempt in account.tries {
                if attempt.scores == nil { undrawn += 1 }
                if let first = attempt.failed.first { firstFailures[first, default: 0] += 1 }
            }
        }
    }

    package var passed: Int { atOnce + again }
    /// Left out, because no try passed.
    package var givenUp: Int { asked - passed }
    /// Of all that was drawn, the share that passed, 0...1; nil where nothing was tried.
    package var yield: Double? { tries > 0 ? Double(passed) / Double(tries) : nil }

    /// "118 of 120 pictures passed (96 at once, 22 drawn again), 2 were given up; 31 tries failed: outside 20, change 11".
    package var sentence: String {
        var text =
            "\(passed) of \(asked) \(asked == 1 ? "picture" : "pictures") passed (\(atOnce) at once, \(again) drawn again)"
        if givenUp > 0 { text += ", \(givenUp) \(givenUp == 1 ? "was" : "were") given up" }
        text += ", yield \(percent(yield ?? 0))"
        let reasons = failures
        return reasons.isEmpty ? text : text + "; tries failed by " + reasons
    }

    /// "outside 20, change 11": first failed checks, in the checks' order.
    package var failures: String {
        var parts = GateCheck.allCases.compactMap { check in firstFailures[check].map { "\(check.rawValue) \($0)" } }
        if undrawn > 0 { parts.append("not drawn \(undrawn)") }
        return parts.joined(separator: ", ")
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

/// Accounts of one category, kind and generator.
package struct GateGroup: Sendable, Hashable {
    package var category: String
    package var anomaly: String
    package var generator: String

    package init(_ account: GateAccount) {
        (category, anomaly, generator) = (account.category, account.anomaly, account.generator)
    }
}
