import EvaluationMetrics

/// A small plot of lines over two numeric axes, as SVG. Colours are the page's.
struct LinePlot {
    /// Above the plot, on the left and the right.
    var title: String
    var value: String
    var width = 240.0
    var height = 96.0
    var x: ClosedRange<Double>
    var y: ClosedRange<Double>
    /// Thin lines, all alike.
    var thin: [[CurvePoint]] = []
    /// The one line to look at.
    var thick: [CurvePoint]
    /// Whether the area under it is tinted.
    var isFilled = false
    /// The diagonal of guessing.
    var hasDiagonal = false
    /// Below the axis, left and right.
    var feet: (left: String, right: String)
    /// At the upper and lower end of the vertical axis; empty: none.
    var ends: (top: String, bottom: String) = ("", "")

    /// Lines over the steps 0, 1, …, with the median of all; the vertical axis spans their values.
    static func steps(_ lines: [[Double]], title: String) -> LinePlot {
        let median = GuidanceTrace.median(lines), values = lines.flatMap(\.self)
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        if low == high { (low, high) = (low - 0.5, high + 0.5) }
        let last = max(1, (lines.map(\.count).max() ?? 1) - 1)
        func points(_ line: [Double]) -> [CurvePoint] {
            line.enumerated().map { CurvePoint(x: Double($0), y: $1) }
        }
        let ends = [median.first, median.last].compactMap { $0.map(PlainNumber.short) }
        return LinePlot(
            title: title, value: ends.joined(separator: " → "), x: 0...Double(last), y: low...high,
            thin: lines.map(points), thick: points(median), feet: ("step 0", "\(last)"),
            ends: (PlainNumber.short(high), PlainNumber.short(low)))
    }

    /// A curve from the origin over the share of false positives up to `limit`, cut there by a straight line.
    static func rates(_ points: [CurvePoint], title: String, value: String, limit: Double) -> LinePlot {
        LinePlot(
            title: title, value: value, width: 200, height: 200, x: 0...limit, y: 0...1,
            thick: points.cut(at: limit), isFilled: true, hasDiagonal: limit == 1,
            feet: ("0", limit == 1 ? "1" : PlainNumber.decimal(limit, places: 1)))
    }

    var markup: Markup {
        let diagonal: Markup =
            hasDiagonal ? "<path class=\"chance\" d=\"M0 \(number(height))L\(number(width)) 0\"/>" : ""
        let area: Markup =
            isFilled && !thick.isEmpty
            ? """
            <path class="area" d="\(path(thick))L\(number(place(thick[thick.count - 1]).x)) \(number(height))\
            L0 \(number(height))Z"/>
            """ : ""
        let lines = thin.map { line -> Markup in "<path class=\"thin\" d=\"\(path(line))\"/>" }
        // Left of the axis, where no line runs.
        let margin = ends.top.isEmpty ? 1.0 : 38
        let high: Markup = ends.top.isEmpty ? "" : "<text x=\"-5\" y=\"9\" text-anchor=\"end\">\(ends.top)</text>"
        let low: Markup =
            ends.bottom.isEmpty
            ? "" : "<text x=\"-5\" y=\"\(number(height))\" text-anchor=\"end\">\(ends.bottom)</text>"
        return """
            <figure class="plot"><figcaption><b>\(title)</b><span>\(value)</span></figcaption>\
            <svg viewBox="\(number(-margin)) -2 \(number(width + margin + 1)) \(number(height + 20))" role="img" aria-label="\(title): \(value)">\
            <path class="axis" d="M0 0V\(number(height))H\(number(width))"/>\(diagonal)\(area)\(lines)\
            <path class="thick" d="\(path(thick))"/>\(high)\(low)\
            <text x="0" y="\(number(height + 14))">\(feet.left)</text>\
            <text x="\(number(width))" y="\(number(height + 14))" text-anchor="end">\(feet.right)</text></svg></figure>

            """
    }

    /// Coordinates of a point; the vertical axis of SVG points down.
    func place(_ point: CurvePoint) -> (x: Double, y: Double) {
        (
            (point.x - x.lowerBound) / (x.upperBound - x.lowerBound) * width,
            height - (point.y - y.lowerBound) / (y.upperBound - y.lowerBound) * height
        )
    }

    private func number(_ value: Double) -> String { PlainNumber.coordinate(value) }

    private func path(_ points: [CurvePoint]) -> String {
        points.enumerated().map { index, point in
            let (x, y) = place(point)
            return (index == 0 ? "M" : "L") + "\(number(x)) \(number(y))"
        }.joined()
    }
}

extension [CurvePoint] {
    /// The part up to `limit`, its last point interpolated.
    func cut(at limit: Double) -> [CurvePoint] {
        guard let next = firstIndex(where: { $0.x > limit }), next > 0 else { return self }
        let (before, after) = (self[next - 1], self[next])
        let share = (limit - before.x) / (after.x - before.x)
        return self[..<next] + [CurvePoint(x: limit, y: before.y + share * (after.y - before.y))]
    }
}
