/// What ``PixelEvaluation`` found.
package struct PixelMetrics: Sendable, Equatable {
    /// P-AUROC, P-F1max and the average precision of pixels.
    package var ranking: RankingMetrics
    /// Defect regions in all masks together.
    package var regions: Int
    /// PRO per variant asked for; a variant is absent where it is not defined.
    package var pro: [PROVariant: Double]
    /// Points of the ROC: the share of good pixels and that of defect pixels at or above a score. Empty where a class
    /// is missing.
    package var roc: [CurvePoint] = []
    /// Points of the exact PRO's curve: the share of good pixels, and the mean share of each region, at or above a
    /// score; as far as good pixels go. Empty without regions or without good pixels.
    package var overlap: [CurvePoint] = []
}

extension PixelEvaluation {
    /// Sorts what was added and computes every metric from the one order. Nil or absent where a class is missing.
    package consuming func results() -> PixelMetrics {
        if var scores = wide {
            wide = nil
            return Self.results(&scores, areas: areas, variants: variants, threads: threads)
        }
        return Self.results(&narrow, areas: areas, variants: variants, threads: threads)
    }

    private static func results<Score: RankedScore>(
        _ scores: inout PixelScores<Score>, areas: [Int], variants: [PROVariant], threads: Int
    ) -> PixelMetrics {
        let keyBits = Score.Key.bitWidth
        let defective = RadixSort.sorted(join(&scores.defective), key: keyBits..<2 * keyBits, threads: threads)
        let good = RadixSort.sorted(join(&scores.good), key: 0..<keyBits, threads: threads)
        let holes = RadixSort.sorted(scores.holes, key: keyBits..<2 * keyBits, threads: threads)

        var ranking = RankingAccumulator(positives: defective.count, negatives: good.count)
        var curve = OverlapCurve(regions: areas.count, negatives: good.count)
        var (roc, overlap) = (CurveOutline(), CurveOutline())
        func draw() {
            roc.add(
                x: Double(ranking.falsePositives) / Double(good.count),
                y: Double(ranking.truePositives) / Double(defective.count))
            overlap.add(x: curve.falsePositives / Double(good.count), y: curve.recallSum / Double(areas.count))
        }
        var (goodLeft, defectiveLeft) = (good.count, defective.count)
        while defectiveLeft > 0 {
            // The next score of a defect pixel, and the good pixels above it, over which recall is constant.
            let key = Score.key(of: defective[defectiveLeft - 1])
            let above = goodLeft
            while goodLeft > 0, good[goodLeft - 1] > key { goodLeft -= 1 }
            if goodLeft < above {
                ranking.add(positives: 0, negatives: above - goodLeft, threshold: 0)
                curve.add(negatives: above - goodLeft, gain: 0)
                draw()
            }
            let (goodBefore, defectiveBefore) = (goodLeft, defectiveLeft)
            while goodLeft > 0, good[goodLeft - 1] == key { goodLeft -= 1 }
            var gain = 0.0
            while defectiveLeft > 0, Score.key(of: defective[defectiveLeft - 1]) == key {
                defectiveLeft -= 1
                gain += 1 / Double(areas[Score.region(of: defective[defectiveLeft])])
            }
            ranking.add(
                positives: defectiveBefore - defectiveLeft, negatives: goodBefore - goodLeft,
                threshold: Double(Score(key: key)))
            curve.add(negatives: goodBefore - goodLeft, gain: gain)
            draw()
        }
        ranking.add(positives: 0, negatives: goodLeft, threshold: 0)
        curve.add(negatives: goodLeft, gain: 0)
        draw()

        var pro: [PROVariant: Double] = [:]
        for variant in variants {
            pro[variant] =
                variant == .exact
                ? curve.value
                : sampled(variant, Score.self, good: good, defective: defective, holes: holes, areas: areas)
        }
        let isDefined = !good.isEmpty && !defective.isEmpty
        return PixelMetrics(
            ranking: ranking.metrics(), regions: areas.count, pro: pro, roc: isDefined ? roc.points : [],
            overlap: isDefined ? overlap.points : [])
    }

    /// All parts in one array, in order; each part is released as soon as it was copied.
    private static func join<Word>(_ parts: inout [[Word]]) -> [Word] {
        let total = parts.reduce(0) { $0 + $1.count }
        let joined = [Word](unsafeUninitializedCapacity: total) { buffer, count in
            for index in parts.indices {
                let part = parts[index]
                parts[index] = []
                _ = UnsafeMutableBufferPointer(rebasing: buffer[count...]).update(fromContentsOf: part)
                count += part.count
            }
        }
        parts = []
        return joined
    }

    /// One of the 200-step variants, from the same sorted scores.
    private static func sampled<Score: RankedScore>(
        _ variant: PROVariant, _: Score.Type, good: [Score.Key], defective: [Score.Place], holes: [Score.Place],
        areas: [Int]
    ) -> Double? {
        guard let lowGood = good.first, let highGood = good.last, let lowBad = defective.first,
            let highBad = defective.last
        else { return nil }
        let least = Double(Score(key: min(lowGood, Score.key(of: lowBad))))
        let greatest = Double(Score(key: max(highGood, Score.key(of: highBad))))
        var (goodLeft, defectiveLeft, holesLeft) = (good.count, defective.count, holes.count)
        var recallSum = 0.0
        func take(_ places: [Score.Place], above key: Score.Key, left: inout Int) {
            while left > 0, Score.key(of: places[left - 1]) > key {
                left -= 1
                recallSum += 1 / Double(areas[Score.region(of: places[left])])
            }
        }
        var points: [SampledOverlap.Point] = []
        for threshold in SampledOverlap.thresholds(variant, least: least, greatest: greatest) {
            let key = Score.floor(threshold).key
            while goodLeft > 0, good[goodLeft - 1] > key { goodLeft -= 1 }
            take(defective, above: key, left: &defectiveLeft)
            if variant == .winCLIP { take(holes, above: key, left: &holesLeft) }
            points.append(
                .init(rate: Double(good.count - goodLeft) / Double(good.count), recall: recallSum / Double(areas.count))
            )
        }
        return SampledOverlap.value(variant, points: points)
    }
}
