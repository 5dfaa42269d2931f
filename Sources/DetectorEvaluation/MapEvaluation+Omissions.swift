extension MapEvaluation {
    /// What the figures leave out, a line each: categories with only maps or only truth, and maps and scores that
    /// belong to no test picture.
    package func omissions() throws -> [String] {
        var lines: [String] = []
        let scored = try maps.categories()
        // If there is nothing to evaluate at all, `run` throws.
        guard scored.contains(where: { truth.categories[$0]?.isEmpty == false }) else { return [] }
        let others = scored.filter { truth.categories[$0]?.isEmpty ?? true }.sorted()
        if !others.isEmpty {
            lines.append("left out, being no category of \(datasetName): \(others.joined(separator: ", "))")
        }
        let missing = truth.otherCategories.union(truth.categories.keys).subtracting(scored).sorted()
        if !missing.isEmpty { lines.append("without maps, so not in the mean: \(missing.joined(separator: ", "))") }

        let pictures = truth.categories.values.joined()
        let known = Set(pictures.flatMap { maps.names(for: $0, layout: truth.layout) })
        let surplus = try scored.subtracting(others).sorted().flatMap { try maps.names(in: $0) }.filter {
            !known.contains($0)
        }
        if let first = surplus.first { lines.append("maps of no test picture: \(surplus.count), \(first) among them") }
        // The pictures of other categories have not been listed.
        let unread = others + truth.otherCategories
        let strangers = (maps.scores ?? [:]).keys.filter { name in
            !known.contains(name) && !unread.contains { name.hasPrefix("\($0)/") }
        }
        if let first = strangers.min() {
            lines.append("lines of scores.csv for no test picture: \(strangers.count), \(first) among them")
        }
        return lines
    }
}
