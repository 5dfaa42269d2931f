/// The keys of all pixels added so far, in the width of one floating-point type.
struct PixelScores<Score: RankedScore>: Sendable {
    /// Keys of good pixels, one array a map.
    var good: [[Score.Key]] = []
    /// Key and region of each defect pixel, one array a map.
    var defective: [[Score.Place]] = []
    /// The same for pixels in regions' holes; kept only when a variant asks for them.
    var holes: [Score.Place] = []

    /// Takes the pixels of one map.
    ///
    /// - Parameters:
    ///   - map: `[height, width]` row-major.
    ///   - regions: of its mask; nil for a good image.
    ///   - firstRegion: the number of the first of these regions among those of all masks.
    /// - Returns: false, with nothing kept, when a score is NaN or infinite.
    mutating func add(map: [Score], regions: DefectRegions?, width: Int, firstRegion: Int, keepsHoles: Bool) -> Bool {
        let runs = regions?.runs ?? []
        let defects = (regions?.areas ?? []).reduce(0, +)
        var magnitude: Score.Key = 0
        var places: [Score.Place] = []
        places.reserveCapacity(defects)
        let keys = map.withUnsafeBufferPointer { scores in
            [Score.Key](unsafeUninitializedCapacity: map.count - defects) { keys, count in
                var next = 0
                for run in runs {
                    let start = run.row * width + run.start
                    magnitude = max(magnitude, Self.convert(scores[next..<start], to: &keys, at: &count))
                    for index in start..<start + run.end - run.start {
                        magnitude = max(magnitude, scores[index].magnitudeBits)
                        places.append(scores[index].place(region: firstRegion + run.region))
                    }
                    next = start + run.end - run.start
                }
                magnitude = max(magnitude, Self.convert(scores[next...], to: &keys, at: &count))
            }
        }
        guard magnitude < Score.infinity.bits else { return false }

        good.append(keys)
        if !places.isEmpty { defective.append(places) }
        if keepsHoles, let regions {
            for region in regions.areas.indices {
                regions.forEachHolePixel(of: region) { row, column in
                    holes.append(map[row * width + column].place(region: firstRegion + region))
                }
            }
        }
        return true
    }

    /// Appends the keys of scores side by side; returns the largest magnitude among them, as bits. A loop without
    /// branches, so that it runs on vectors.
    private static func convert(
        _ scores: Slice<UnsafeBufferPointer<Score>>, to keys: inout UnsafeMutableBufferPointer<Score.Key>,
        at count: inout Int
    ) -> Score.Key {
        let source = UnsafeBufferPointer(rebasing: scores)
        guard let input = source.baseAddress, let output = keys.baseAddress.map({ $0 + count }) else { return 0 }
        var magnitude: Score.Key = 0
        for index in 0..<source.count {
            magnitude = max(magnitude, input[index].magnitudeBits)
            output[index] = input[index].key
        }
        count += source.count
        return magnitude
    }
}

extension PixelScores<Double> {
    /// The same scores at twice the width. Parts of `scores` are released as they are copied.
    init(widening scores: inout PixelScores<Float>) {
        for index in scores.good.indices {
            good.append(scores.good[index].map { Double(Float(key: $0)).key })
            scores.good[index] = []
        }
        defective = scores.defective.map { $0.map(Self.widened) }
        holes = scores.holes.map(Self.widened)
        scores = PixelScores<Float>()
    }

    private static func widened(_ place: UInt64) -> UInt128 {
        Double(Float(key: Float.key(of: place))).place(region: Float.region(of: place))
    }
}
