import EvaluationMetrics
import Testing

/// Larger random cases, which use the parallel passes of the sort, against counting every pair and every threshold.
@Suite("Pixel metrics by brute force")
struct BruteForceTests {
    /// Four maps of 160 × 130 with few score levels, so that a direct count over levels is quick, and a handful of
    /// blobs.
    private func draw(seed: UInt64, levels: Int) -> SmallCase {
        var random = SplitMix64(seed: seed)
        var large = SmallCase(seed: seed)
        (large.width, large.height, large.maps, large.masks) = (160, 130, [], [])
        for image in 0..<4 {
            var mask = [UInt8](repeating: 0, count: 160 * 130)
            for _ in 0..<image * 3 {
                let (y, x) = (random.next(below: 120), random.next(below: 150))
                for row in y..<y + 1 + random.next(below: 10) {
                    for column in x..<x + 1 + random.next(below: 10) { mask[row * 160 + column] = 1 }
                }
            }
            large.masks.append(mask)
            large.maps.append(
                mask.map { Float(random.next(below: levels) + ($0 == 0 ? 0 : levels / 7)) - Float(levels / 3) })
        }
        return large
    }

    /// 8-neighbour regions by flood fill.
    private func regions(_ mask: [UInt8], width: Int) -> [[Int]] {
        var left = Set(mask.indices.filter { mask[$0] != 0 })
        var regions: [[Int]] = []
        while let start = left.popFirst() {
            var region = [start]
            var next = 0
            while next < region.count {
                let (y, x) = (region[next] / width, region[next] % width)
                for row in y - 1...y + 1 {
                    for column in x - 1...x + 1 where column >= 0 && column < width {
                        if left.remove(row * width + column) != nil { region.append(row * width + column) }
                    }
                }
                next += 1
            }
            regions.append(region)
        }
        return regions
    }

    @Test("AUROC, F1-max, AP and PRO of 83,200 pixels", arguments: [(1, 9), (2, 200), (3, 997)])
    func directly(seed: Int, levels: Int) throws {
        let large = draw(seed: UInt64(seed), levels: levels)
        var pixels = PixelEvaluation()
        for (map, mask) in zip(large.maps, large.masks) {
            try pixels.add(map: map, mask: mask, width: large.width, height: large.height)
        }
        let metrics = pixels.results()

        let found = large.masks.map { regions($0, width: large.width) }
        let levelsFound = Set(large.maps.joined()).sorted(by: >)
        var (hits, falseHits) = (0, 0)
        let positives = large.masks.joined().count { $0 != 0 }
        let negatives = large.masks.joined().count { $0 == 0 }
        var (auroc, f1, precision, area) = (0.0, 0.0, 0.0, 0.0)
        var last = (rate: 0.0, recall: 0.0, hits: 0)
        for level in levelsFound {
            (hits, falseHits) = (0, 0)
            for (map, mask) in zip(large.maps, large.masks) {
                for (score, defect) in zip(map, mask) where score >= level {
                    if defect != 0 { hits += 1 } else { falseHits += 1 }
                }
            }
            var recalls: [Double] = []
            for (image, list) in found.enumerated() {
                for region in list {
                    recalls.append(Double(region.count { large.maps[image][$0] >= level }) / Double(region.count))
                }
            }
            let rate = Double(falseHits) / Double(negatives)
            let recall = recalls.reduce(0, +) / Double(recalls.count)
            auroc += (rate - last.rate) * Double(hits + last.hits) / Double(2 * positives)
            f1 = max(f1, 2 * Double(hits) / Double(hits + falseHits + positives))
            precision += Double(hits - last.hits) / Double(positives) * Double(hits) / Double(hits + falseHits)
            if last.rate < 0.3, rate > last.rate {
                let end = min(rate, 0.3)
                let recallAtEnd = last.recall + (recall - last.recall) * (end - last.rate) / (rate - last.rate)
                area += (end - last.rate) * (last.recall + recallAtEnd) / 2
            }
            last = (rate, recall, hits)
        }
        #expect(metrics.regions == found.joined().count)
        #expect(abs(try #require(metrics.ranking.auroc) - auroc) < 1e-9)
        #expect(abs(try #require(metrics.ranking.f1Max) - f1) < 1e-12)
        #expect(abs(try #require(metrics.ranking.averagePrecision) - precision) < 1e-9)
        #expect(abs(try #require(metrics.pro[.exact]) - area / 0.3) < 1e-9)
    }

    @Test("Any number of threads gives the same bits")
    func threads() throws {
        let large = draw(seed: 4, levels: 1 << 22)
        var results: [PixelMetrics] = []
        for threads in [1, 2, 3, 7] {
            var pixels = PixelEvaluation(variants: PROVariant.allCases, threads: threads)
            for (map, mask) in zip(large.maps, large.masks) {
                try pixels.add(map: map, mask: mask, width: large.width, height: large.height)
            }
            results.append(pixels.results())
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }
}
