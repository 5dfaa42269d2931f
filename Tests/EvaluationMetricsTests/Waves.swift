import EvaluationMetrics
import Foundation

/// The formula of kid.py and region_distance.py: rows that differ, the same in both languages.
func waves(_ count: Int, _ width: Int, phase: Double, amplitude: Double) throws -> FeatureRows {
    try FeatureRows(
        (0..<count * width).map { k in
            let (i, j) = (Double(k / width), Double(k % width))
            return amplitude * sin(0.7 * i * (j + 1) + 1.3 * j + phase) + 0.2 * phase
        }, width: width, name: "features")
}
