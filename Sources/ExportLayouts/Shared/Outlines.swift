package import Imaging

/// Outlines of a mask's parts along the borders of pixels: a polygon for each part, exactly around its pixels.
///
/// Parts connect by sides and corners (`Components`). Corner (x, y) is the upper left of pixel (x, y), as in COCO, whose
/// box [0, 0, 1, 1] is the first pixel. A hole is joined to its part's outline by a line that is walked there and back,
/// so that a part with holes is one polygon whose inside, counted by crossings, is the part.
package struct Outlines: Sendable {
    package struct Part: Sendable {
        /// Corners in order, turns alone; the first is not repeated.
        package var corners: [Corner]
        /// Pixels.
        package var area: Int
        package var x: Int
        package var y: Int
        package var width: Int
        package var height: Int
        /// Runs of the part's pixels down the columns: start = x · height + y, and length. Ascending.
        package var runs: [(start: Int, length: Int)]
    }

    package struct Corner: Sendable, Equatable {
        package var x: Int
        package var y: Int
        package init(_ x: Int, _ y: Int) { (self.x, self.y) = (x, y) }
    }

    package let width: Int
    package let height: Int
    /// By their first pixels, row by row.
    package private(set) var parts: [Part]

    package init(_ mask: Mask) {
        (width, height) = (mask.width, mask.height)
        let components = mask.components
        parts = components.parts.map { part in
            Part(
                corners: [], area: part.area, x: part.left, y: part.top, width: part.right - part.left + 1,
                height: part.bottom - part.top + 1, runs: [])
        }
        guard !parts.isEmpty else { return }
        var loops = parts.map { _ in [[Corner]]() }
        var tracer = Tracer(components)
        for y in 0..<height {
            for x in 0..<width where tracer.begins(x, y) {
                loops[Int(components.labels[y * width + x]) - 1].append(tracer.loop(x, y))
            }
        }
        for index in parts.indices { parts[index].corners = Self.joined(loops[index]) }
        for x in 0..<width {
            for y in 0..<height {
                let label = Int(components.labels[y * width + x]) - 1
                guard label >= 0 else { continue }
                let at = x * height + y
                if let last = parts[label].runs.last, last.start + last.length == at {
                    parts[label].runs[parts[label].runs.count - 1].length += 1
                } else {
                    parts[label].runs.append((at, 1))
                }
            }
        }
    }

    /// The first loop is the outline, the others are holes. Each hole is entered from the nearest corner so far.
    private static func joined(_ loops: [[Corner]]) -> [Corner] {
        guard var outline = loops.first else { return [] }
        for hole in loops.dropFirst() {
            guard let entry = hole.first else { continue }
            func distance(_ corner: Corner) -> Int {
                let (dx, dy) = (corner.x - entry.x, corner.y - entry.y)
                return dx * dx + dy * dy
            }
            guard let nearest = outline.indices.min(by: { distance(outline[$0]) < distance(outline[$1]) }) else {
                continue
            }
            outline.insert(contentsOf: hole + [entry, outline[nearest]], at: nearest + 1)
        }
        return outline
    }
}

/// Walks along the borders of parts, the part on the right hand.
private struct Tracer {
    private let labels: [Int32]
    private let width: Int
    private let height: Int
    /// Upper sides of pixels that a loop has passed.
    private var passed: [Bool]

    private enum Heading { case right, down, left, up }

    init(_ components: Components) {
        (labels, width, height) = (components.labels, components.width, components.height)
        passed = [Bool](repeating: false, count: labels.count)
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < width && y < height && labels[y * width + x] != 0
    }

    /// Whether the pixel's upper side is a border that no loop has passed.
    func begins(_ x: Int, _ y: Int) -> Bool { isInside(x, y) && !isInside(x, y - 1) && !passed[y * width + x] }

    /// The loop that begins with the upper side of a pixel, to the right. Every loop has such a side.
    mutating func loop(_ startX: Int, _ startY: Int) -> [Outlines.Corner] {
        var (x, y, heading) = (startX, startY, Heading.right)
        var corners: [Outlines.Corner] = []
        while true {
            switch heading {
            case .right:
                passed[y * width + x] = true
                x += 1
            case .down: y += 1
            case .left: x -= 1
            case .up: y -= 1
            }
            // The pixels ahead of the corner, on the left and right hand.
            let (left, right) =
                switch heading {
                case .right: (isInside(x, y - 1), isInside(x, y))
                case .down: (isInside(x, y), isInside(x - 1, y))
                case .left: (isInside(x - 1, y), isInside(x - 1, y - 1))
                case .up: (isInside(x - 1, y - 1), isInside(x, y - 1))
                }
            let next: Heading
            // Left before right, so that pixels that touch by corners stay in one outline.
            if left {
                next = turned(heading, left: true)
            } else if right {
                next = heading
            } else {
                next = turned(heading, left: false)
            }
            if next != heading { corners.append(Outlines.Corner(x, y)) }
            heading = next
            if x == startX, y == startY, heading == .right { return corners }
        }
    }

    private func turned(_ heading: Heading, left: Bool) -> Heading {
        switch heading {
        case .right: left ? .up : .down
        case .down: left ? .right : .left
        case .left: left ? .down : .up
        case .up: left ? .left : .right
        }
    }
}
