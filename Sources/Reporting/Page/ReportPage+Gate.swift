import PictureGate

// Which pictures passed the gate, and what it changed.

extension ReportPage {
    var gateSection: Section? {
        guard let gate else { return nil }
        let groups = gate.groups
        guard !groups.isEmpty else { return nil }
        let verdict = GateVerdict(gate.settings)
        let checks = GateCheck.allCases.filter { $0.absence == nil }
        let rows = groups.map { Self.row($0.name, GateTally($0.accounts), checks) }
        let all = groups.count > 1 ? Self.row(nil, GateTally(gate.pictures), checks) : ""
        let heads = checks.map { check -> Markup in
            "<th scope=\"col\" class=\"number\" title=\"\(verdict.demand(check))\">\(check.rawValue)</th>"
        }
        let demands = checks.map { "\($0.rawValue): \(verdict.demand($0))" }
        let tries = gate.settings.tries
        return Section(
            id: "gate", short: "Gate", title: "Which pictures passed",
            body: """
                <p class="note">Each picture was checked, and drawn again with other noise where it failed, \
                \(tries) \(tries == 1 ? "time" : "times") at most. What failed is in no data set and no detector \
                learnt from it. Yield: of all tries those that passed. Under the checks: tries by the check that they \
                failed first.</p>
                <div class="scroll" tabindex="0" role="region" aria-label="Which pictures passed"><table class="wide">
                <thead><tr><th scope="col">category</th><th scope="col">kind</th><th scope="col">generator</th>\
                <th scope="col" class="number">asked for</th><th scope="col" class="number">passed at once</th>\
                <th scope="col" class="number">drawn again</th><th scope="col" class="number">given up</th>\
                <th scope="col" class="number">tries</th><th scope="col" class="number">yield</th>\(heads)</tr></thead>
                <tbody>
                \(rows)\(all)</tbody></table></div>
                \(Self.list(demands + GateCheck.absences, style: "plain"))\
                <p class="note">Every try with its scores: <a href="\(GateSheet.fileName)">\(GateSheet.fileName)</a>, in \
                the folder of this page.</p>
                \(Self.difference(gate, groups))
                """)
    }

    private static func row(_ name: GateGroup?, _ tally: GateTally, _ checks: [GateCheck]) -> Markup {
        let yield = tally.yield.map { "\(PlainNumber.decimal($0 * 100, places: 0)) %" } ?? "–"
        let counts = [tally.asked, tally.atOnce, tally.again, tally.givenUp, tally.tries].map { count -> Markup in
            "<td class=\"number\">\(PlainNumber.grouped(count))</td>"
        }
        let failures = checks.map { check -> Markup in
            "<td class=\"number\">\(PlainNumber.grouped(tally.firstFailures[check] ?? 0))</td>"
        }
        return """
            <tr class="\(name == nil ? "own average" : "own")"><th scope="row">\(name?.category ?? "all")</th>\
            <td>\(name?.anomaly ?? "")</td><td>\(name?.generator ?? "")</td>\(counts)<td class="number">\(yield)</td>\
            \(failures)</tr>

            """
    }

    /// The first tries, which a run without the gate keeps, beside the pictures that were kept.
    private static func difference(_ gate: GateSheet, _ groups: [(name: GateGroup, accounts: [GateAccount])]) -> Markup
    {
        let names: [(String, (GateScores) -> Double)] = [
            ("change, %", { $0.change * 100 }), ("outside, %", { $0.outside * 100 }), ("overlap", { $0.overlap }),
            ("area, %", { $0.area * 100 }), ("on the part, %", { $0.part * 100 }),
        ]
        func cells(_ scores: [GateScores]) -> [Markup] {
            names.map { _, value in
                let mean = scores.isEmpty ? nil : scores.map(value).reduce(0, +) / Double(scores.count)
                return "<td class=\"number\">\(mean.map { PlainNumber.decimal($0, places: 2) } ?? "–")</td>"
            }
        }
        var generators: [String] = []
        for group in groups where !generators.contains(group.name.generator) { generators.append(group.name.generator) }
        let rows = generators.map { generator -> Markup in
            let own = gate.pictures.filter { $0.generator == generator }
            let first = own.compactMap { $0.tries.first?.scores }
            let kept = own.filter { $0.chosen != nil }.compactMap { $0.tries.last?.scores }
            return """
                <tr class="own"><th scope="row">\(generator)</th><td>without the gate</td>\
                <td class="number">\(first.count)</td>\(cells(first))</tr>
                <tr class="own"><th scope="row"></th><td>with it</td><td class="number">\(kept.count)</td>\
                \(cells(kept))</tr>

                """
        }
        let heads = names.map { name, _ -> Markup in "<th scope=\"col\" class=\"number\">\(name)</th>" }
        return """
            <h3>Without the gate and with it</h3>
            <p class="note">Mean scores of the first tries, which are the pictures of a run without the gate, and of those \
            that were kept. What detectors make of both says a comparison with a row for each \
            (<code>flawsmith compare</code>).</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Without the gate and with it"><table class="wide">
            <thead><tr><th scope="col">generator</th><th scope="col"></th><th scope="col" class="number">pictures</th>\
            \(heads)</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>

            """
    }
}
