package import Detectors
package import FeatureTrunks
package import TensorCore

/// A picture's label at the patches of a grid: the damaged share of each.
package enum PatchLabel {
    /// - Parameters:
    ///   - soft: `[H, W]`, 0…1, of the whole picture.
    ///   - preprocessor: which part of it the network sees; nil: all.
    /// - Returns: `[height · width]`, float32.
    package static func pooled(
        _ soft: Tensor, _ labels: ProbeSettings.Labels, height: Int, width: Int, seen preprocessor: TrunkPreprocessor?
    ) throws(TensorError) -> Tensor {
        var label = soft
        if labels == .binary {
            let largest = try soft.max().item()
            label = largest > 0 ? try (soft .>= largest / 2).to(.float32) : try soft.zerosLike()
        }
        var plane = try label.reshape([1, 1, label.size(0), label.size(1)])
        if let preprocessor, preprocessor.geometry == .original {
            let frame = preprocessor.frame(width: try label.size(1), height: try label.size(0)),
                size = preprocessor.size
            plane = try plane.interpolate(height: frame.height, width: frame.width, .bilinear, antialias: true)
                .narrow(2, start: frame.top, length: size).narrow(3, start: frame.left, length: size)
        }
        return try plane.adaptiveAvgPool2d(height: height, width: width).reshape([height * width])
    }
}
