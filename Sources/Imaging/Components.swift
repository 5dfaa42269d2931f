/// The connected parts of a mask: pixels that touch by side or corner (8 neighbours).
package struct Components: Sendable {
    package struct Part: Equatable, Sendable {
        package var area: Int
        /// Bounding box; all four bounds are inclusive.
        package var left: Int
        package var top: Int
        package var right: Int
        package var bottom: Int
    }
    package let width: Int
    package let height: Int
    /// `[height, width]`: 0 outside, else 1 + the part's index in `parts`.
    package let labels: [Int32]
    /// In the order of their first pixels, row by row.
    package let parts: [Part]

    package init(_ mask: Mask) { self.init(mask, corners: true) }

    /// - Parameter corners: whether pixels that touch by a corner alone are connected.
    init(_ mask: Mask, corners: Bool) {
        let (width, height) = (mask.width, mask.height)
        var labels = [Int32](repeating: 0, count: width * height)
        var parents: [Int32] = [0]
        labels.withUnsafeMutableBufferPointer { labels in
            mask.values.withUnsafeBufferPointer { values in
                for y in 0..<height {
                    for x in 0..<width where values[y * width + x] != 0 {
                        let at = y * width + x
                        var label: Int32 = 0
                        func join(_ neighbour: Int32) {
                            if neighbour == 0 || neighbour == label { return }
                            label = label == 0 ? neighbour : Self.union(&parents, label, neighbour)
                        }
                        if x > 0 { join(labels[at - 1]) }
                        if y > 0 {
                            join(labels[at - width])
                            if corners && x > 0 { join(labels[at - width - 1]) }
                            if corners && x + 1 < width { join(labels[at - width + 1]) }
                        }
                        if label == 0 {
                            label = Int32(parents.count)
                            parents.append(label)
                        }
                        labels[at] = label
                    }
                }
            }
        }
        var parts: [Part] = []
        var numbers = [Int32](repeating: 0, count: parents.count)
        let roots = parents.indices.map { Self.root(parents, Int32($0)) }
        labels.withUnsafeMutableBufferPointer { labels in
            for y in 0..<height {
                for x in 0..<width where labels[y * width + x] != 0 {
                    let root = Int(roots[Int(labels[y * width + x])])
                    if numbers[root] == 0 {
                        parts.append(Part(area: 0, left: x, top: y, right: x, bottom: y))
                        numbers[root] = Int32(parts.count)
                    }
                    let number = numbers[root]
                    labels[y * width + x] = number
                    parts[Int(number) - 1].grow(x, y)
                }
            }
        }
        (self.width, self.height, self.labels, self.parts) = (width, height, labels, parts)
    }

    /// The pixels of the parts for which `keep` is true.
    package func mask(where keep: (Part) -> Bool) -> Mask {
        let kept = [0] + parts.map { keep($0) ? UInt8(1) : 0 }
        return Mask(width: width, height: height, values: labels.map { kept[Int($0)] })
    }

    private static func root(_ parents: [Int32], _ label: Int32) -> Int32 {
        var label = label
        while parents[Int(label)] != label { label = parents[Int(label)] }
        return label
    }

    private static func union(_ parents: inout [Int32], _ a: Int32, _ b: Int32) -> Int32 {
        let (a, b) = (root(parents, a), root(parents, b))
        let (low, high) = (min(a, b), max(a, b))
        parents[Int(high)] = low
        return low
    }
}

extension Components.Part {
    fileprivate mutating func grow(_ x: Int, _ y: Int) {
        area += 1
        (left, right, bottom) = (min(left, x), max(right, x), y)
    }
}

extension Mask {
    package var components: Components { Components(self) }

    /// Without the parts of fewer than `pixels` pixels.
    package func droppingComponents(smallerThan pixels: Int) -> Mask {
        let components = components
        return components.parts.contains { $0.area < pixels } ? components.mask { $0.area >= pixels } : self
    }

    /// The mask with its holes filled. Holes are parts of the outside that do not reach the picture's edge; they
    /// connect only by sides, since the mask's parts also connect by corners.
    ///
    /// - Parameter pixels: holes of more pixels stay open; nil to fill all.
    package func fillingHoles(upTo pixels: Int? = nil) -> Mask {
        let outside = Components(inverted, corners: false)
        let holes = outside.mask { part in
            part.left > 0 && part.top > 0 && part.right < width - 1 && part.bottom < height - 1
                && pixels.map { part.area <= $0 } ?? true
        }
        return union(holes)
    }
}
