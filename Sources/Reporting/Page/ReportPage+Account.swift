// What differs from run to run: the price, and how to do it again. Added to the copy of the page in the run's folder.

extension ReportPage {
    /// The page with what a run cost and how it is done again.
    ///
    /// - Parameters:
    ///   - page: what ``html()`` returned.
    ///   - cost: nil where no run wrote it down.
    /// - Returns: the page as it was where it has no place for them.
    package static func filled(_ page: String, cost: RunCost?, recipe: RunRecipe) -> String {
        let sections = [cost.map(costSection), againSection(cost, recipe)].compactMap(\.self)
        let time: Markup = cost.map { fact("time", PlainNumber.span($0.seconds)) } ?? ""
        let links: Markup = "\(sections.map(\.link))"
        let bodies: Markup = "\(sections.map(\.markup))"
        return page.replacing(Slot.facts, with: time.text, maxReplacements: 1)
            .replacing(Slot.links, with: links.text, maxReplacements: 1)
            .replacing(Slot.sections, with: bodies.text, maxReplacements: 1)
    }

    private static func costSection(_ cost: RunCost) -> Section {
        var facts = [fact("time of all stages", PlainNumber.span(cost.seconds))]
        if let speed = cost.picturesPerHour {
            facts.append(
                fact(
                    "pictures per hour", PlainNumber.grouped(Int(speed.rounded())),
                    note: "\(PlainNumber.grouped(cost.drawn)) in \(PlainNumber.span(cost.drawnSeconds))"))
        }
        if let engine = cost.engineMemory {
            facts.append(fact("memory, engine", PlainNumber.bytes(engine), note: "at its peak"))
        }
        if let tool = cost.toolMemory {
            facts.append(fact("memory, tool", PlainNumber.bytes(tool), note: "at its peak"))
        }
        let total = cost.objectBytes + cost.unitBytes
        facts.append(
            fact("on disk", PlainNumber.bytes(total), note: "\(PlainNumber.bytes(cost.exportBytes)) of it the data set")
        )
        let longest = cost.stages.map(\.seconds).max() ?? 0
        let rows = cost.stages.map { stage -> Markup in
            let share = cost.seconds > 0 ? stage.seconds / cost.seconds : 0
            let bar = longest > 0 ? stage.seconds / longest * 100 : 0
            return """
                <tr class="own"><th scope="row">\(stage.name)</th><td class="number">\(stage.objects)</td>\
                <td class="number">\(PlainNumber.span(stage.seconds))</td>\
                <td class="number">\(PlainNumber.decimal(share * 100, places: 0)) %</td>\
                <td><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="bar" width="\(PlainNumber.coordinate(bar))" height="4"/></svg></td></tr>

                """
        }
        let interrupted =
            cost.interrupted == 0
            ? "" : " \(cost.interrupted) interrupted attempts are not counted: nobody saw them end."
        return Section(
            id: "cost", short: "Cost", title: "What it cost",
            body: """
                <dl class="facts">\(facts)</dl>
                <h3>Time by stage</h3>
                <div class="scroll" tabindex="0" role="region" aria-label="Time by stage"><table class="wide bars">
                <thead><tr><th scope="col">stage</th><th scope="col" class="number">objects</th>\
                <th scope="col" class="number">time</th><th scope="col" class="number">share</th><td></td></tr></thead>
                <tbody>
                \(rows)</tbody></table></div>
                <p class="note">The time that finished objects took, whichever run made them; several at once count \
                each. Pictures that an earlier run had left in the pool cost nothing here.\(interrupted) Memory is \
                resident memory; a graphics card's own isn't recorded.</p>

                """)
    }

    private static func againSection(_ cost: RunCost?, _ recipe: RunRecipe) -> Section {
        let command: Markup = cost.map { "<pre tabindex=\"0\"><code>\($0.command)</code></pre>\n" } ?? ""
        let engines = (cost?.engines ?? []).map { RunRecipe.Item("drawn by", $0) }
        return Section(
            id: "again", short: "Do it again", title: "How to do it again",
            body: """
                \(command)<p class="note">The same versions, weights and data with the same number of threads give the \
                same bytes. What is done already is not done again.</p>
                \(table("Versions", recipe.versions + engines))\(table("What went in, SHA-256", recipe.inputs))\
                \(table("What came out, SHA-256", recipe.outputs))
                <details><summary>The manifest with every default: \(recipe.manifestPath)</summary>
                <pre tabindex="0"><code>\(recipe.manifest)</code></pre></details>
                <details><summary>Objects: \(recipe.objects.count)</summary>
                \(table("", recipe.objects))</details>

                """)
    }

    private static func table(_ title: String, _ items: [RunRecipe.Item]) -> Markup {
        guard !items.isEmpty else { return "" }
        let rows = items.map { item -> Markup in
            "<tr class=\"own\"><th scope=\"row\">\(item.name)</th><td class=\"digest\"><code>\(item.value)</code></td></tr>\n"
        }
        let heading: Markup = title.isEmpty ? "" : "<h3>\(title)</h3>\n"
        return "\(heading)<table class=\"wide digests\"><tbody>\n\(rows)</tbody></table>\n"
    }
}
