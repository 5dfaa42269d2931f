/// The pixel-level metrics of one category: fed map after map, then asked once.
///
///     var pixels = PixelEvaluation()
///     for picture in testSplit {                           // good pictures too: mask nil
///         try pixels.add(map: picture.map, mask: picture.mask, width: picture.width, height: picture.height)
///     }
///     let metrics = pixels.results()                       // uses the evaluation up
///
/// Every score is kept as a 4-byte key (good pixels) or 8-byte key with its region (defect pixels); one radix sort of
/// each gives all metrics exactly. Memory: twice those bytes while it sorts, 1.4 GB at peak for 168 million pixels of
/// which 2 % are defective. Float64 scores that float32 can't hold take keys of twice the width, from the first such
/// map on.
package struct PixelEvaluation: ~Copyable {
    /// The PRO variants that were asked for.
    package let variants: [PROVariant]
    let threads: Int
    /// The scores added so far; empty once `wide` is set.
    var narrow = PixelScores<Float>()
    /// The scores added so far, once a map needed float64.
    var wide: PixelScores<Double>?
    /// Pixels of each region of all masks.
    var areas: [Int] = []

    /// - Parameters:
    ///   - variants: the PRO variants to compute; the others cost nothing.
    ///   - threads: how many threads sort. Results don't depend on it.
    package init(variants: [PROVariant] = [.exact], threads: Int = 2) {
        self.variants = variants
        self.threads = max(1, threads)
    }

    /// Takes one image's map and mask, both at the mask's own size.
    ///
    /// - Parameters:
    ///   - map: anomaly scores, `[height, width]` row-major, any range; higher is more anomalous.
    ///   - mask: defective where not 0, of the same size; nil for a good image.
    ///   - name: which image, for error messages.
    /// - Throws: ``MetricError/sizeMismatch(_:)``; ``MetricError/notFinite(where:)`` for a NaN or infinite score.
    ///   Nothing is kept then.
    package mutating func add(
        map: [Float], mask: [UInt8]?, width: Int, height: Int, name: String = "map"
    ) throws(MetricError) {
        let regions = try Self.regions(of: mask, scores: map.count, width: width, height: height, name: name)
        let keepsHoles = variants.contains(.winCLIP)
        let isFinite =
            wide?.add(
                map: map.map(Double.init), regions: regions, width: width, firstRegion: areas.count,
                keepsHoles: keepsHoles)
            ?? narrow.add(map: map, regions: regions, width: width, firstRegion: areas.count, keepsHoles: keepsHoles)
        guard isFinite else { throw .notFinite(where: name) }
        areas.append(contentsOf: regions?.areas ?? [])
    }

    /// The same for float64 scores, which keep their full precision.
    package mutating func add(
        doubles map: [Double], mask: [UInt8]?, width: Int, height: Int, name: String = "map"
    ) throws(MetricError) {
        if wide == nil, map.allSatisfy({ Double(Float($0)) == $0 }) {
            return try add(map: map.map(Float.init), mask: mask, width: width, height: height, name: name)
        }
        let regions = try Self.regions(of: mask, scores: map.count, width: width, height: height, name: name)
        guard map.allSatisfy(\.isFinite) else { throw .notFinite(where: name) }
        var scores = wide ?? PixelScores(widening: &narrow)
        wide = nil
        _ = scores.add(
            map: map, regions: regions, width: width, firstRegion: areas.count, keepsHoles: variants.contains(.winCLIP))
        wide = scores
        areas.append(contentsOf: regions?.areas ?? [])
    }

    /// The regions of a mask that fits its map.
    private static func regions(
        of mask: [UInt8]?, scores: Int, width: Int, height: Int, name: String
    ) throws(MetricError) -> DefectRegions? {
        guard width > 0, height > 0, scores == width * height else {
            throw .sizeMismatch("\(name): \(scores) scores, but \(width) × \(height) pixels are expected")
        }
        guard let mask else { return nil }
        guard mask.count == scores else {
            throw .sizeMismatch("\(name): \(scores) scores, but the mask has \(mask.count) pixels")
        }
        return mask.withUnsafeBufferPointer { DefectRegions(mask: $0, width: width, height: height) }
    }
}
