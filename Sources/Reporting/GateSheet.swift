package import PictureGate

/// `quality.csv`: every try of every picture with its scores, and the same summed up for the page.
///
/// A line for each shot count, seed, picture and try, in the manifest's order of shot counts, seeds and categories. RFC
/// 4180, as `metrics.csv`. Pictures that samples share stand there for each.
package struct GateSheet: Sendable {
    /// One category at one shot count and seed.
    package struct Sample: Sendable {
        package var shots: String
        package var seed: Int
        package var accounts: [GateAccount]

        package init(shots: String, seed: Int, accounts: [GateAccount]) {
            (self.shots, self.seed, self.accounts) = (shots, seed, accounts)
        }
    }

    /// In the report's folder.
    package static let fileName = "quality.csv"

    package var settings: GateSettings
    package var samples: [Sample]

    package init(settings: GateSettings, samples: [Sample]) { (self.settings, self.samples) = (settings, samples) }

    /// Each picture once, whichever samples share it.
    var pictures: [GateAccount] {
        var seen: Set<String> = []
        return samples.flatMap(\.accounts).filter { seen.insert($0.account ?? $0.picture).inserted }
    }

    /// By category, kind and generator, in the order in which they appear.
    var groups: [(name: GateGroup, accounts: [GateAccount])] {
        var order: [GateGroup] = [], found: [GateGroup: [GateAccount]] = [:]
        for account in pictures {
            let name = GateGroup(account)
            if found[name] == nil { order.append(name) }
            found[name, default: []].append(account)
        }
        return order.map { ($0, found[$0] ?? []) }
    }

    /// Columns: `picture` (the unit of its first try), `unit` (of this one), `category`, `kind`, `generator`, `photo`,
    /// `shots`, `seed` (of the sample), `try`, `noise_seed`, `verdict` (`passed`, `failed`, `not_drawn`), `failed` (checks,
    /// blanks between them), and the scores; `real` is empty, since that check isn't made.
    package var csv: String {
        let heads = [
            "picture", "unit", "category", "kind", "generator", "photo", "shots", "seed", "try", "noise_seed",
            "verdict",
            "failed", "change", "outside", "overlap", "area", "area_pixels", "part", "real", "deviation",
        ]
        let body = samples.flatMap { sample in
            sample.accounts.flatMap { account in
                account.tries.enumerated().map { number, attempt in
                    [
                        account.picture, attempt.unit, account.category, account.anomaly, account.generator,
                        account.source, sample.shots, "\(sample.seed)", "\(number + 1)", "\(attempt.seed)",
                        attempt.passed ? "passed" : attempt.scores == nil ? "not_drawn" : "failed",
                        attempt.failed.map(\.rawValue).joined(separator: " "),
                    ] + Self.cells(attempt.scores)
                }
            }
        }
        return ([heads] + body).map { $0.map(ReportTable.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cells(_ scores: GateScores?) -> [String] {
        guard let scores else { return Array(repeating: "", count: 8) }
        return [
            "\(scores.change)", "\(scores.outside)", "\(scores.overlap)", "\(scores.area)", "\(scores.pixels)",
            "\(scores.part)", "", "\(scores.deviation)",
        ]
    }
}
