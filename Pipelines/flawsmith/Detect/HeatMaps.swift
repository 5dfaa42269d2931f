import DetectionStage
import Foundation
import Imaging
import NumpyFiles
import StageKit

/// Pictures of anomaly maps: the picture with the map's colours over it, at the picture's own size.
struct HeatMaps {
    /// What the darkest and the lightest colour stand for.
    let range: ClosedRange<Float>
    /// Standard deviation in pixels of the Gaussian over maps, as the run compares them; 0: none.
    let smoothing: Double

    /// The colours' share; the rest is the picture's (own choice, as in traces).
    private static let share = 0.6

    static func map(_ file: URL) throws -> Plane {
        let map = try NumpyFile(try DurableFile.read(file), name: file.path)
        return Plane(width: map.width, height: map.height, values: map.values)
    }

    /// - Parameter picture: upright, 8 bits a sample.
    func draw(_ map: Plane, over picture: Image) -> Image {
        let sized = map.resizedBilinear(width: picture.width, height: picture.height)
        let smooth = smoothing > 0 ? sized.gaussianSmoothed(sigma: Float(smoothing)) : sized
        return picture.rgb().mixed(
            with: smooth.heatMap(low: range.lowerBound, high: range.upperBound), share: Self.share)
    }
}
