package import Imaging

/// How anomaly maps are brought to the pixels of masks.
package struct MapComparison: Sendable, Equatable {
    /// Pixels a side of the square that maps and masks are resized to; nil: each mask's own size.
    package var size: Int?
    /// Standard deviation in pixels, at that size, of the Gaussian over maps; 0: none.
    package var smoothing: Double

    package init(size: Int? = nil, smoothing: Double = 0) { (self.size, self.smoothing) = (size, smoothing) }

    /// A map from the detector's grid straight to the size of comparison (bilinear, half-pixel centres), then smoothed.
    ///
    /// - Parameters:
    ///   - width: of the mask as it is, in pixels.
    ///   - height: likewise.
    package func map(_ grid: Plane, width: Int, height: Int) -> Plane {
        let map = grid.resizedBilinear(width: size ?? width, height: size ?? height)
        return smoothing > 0 ? map.gaussianSmoothed(sigma: Float(smoothing)) : map
    }

    /// A mask at the size of comparison, resized by nearest neighbour, as usual in papers that compare at a fixed size.
    package func mask(_ mask: Mask) -> Mask {
        guard let size else { return mask }
        return mask.resizedNearest(width: size, height: size)
    }

    /// For protocols: `mask`, or the pixels a side.
    package var sizeText: String { size.map { "\($0)" } ?? "mask" }
}
