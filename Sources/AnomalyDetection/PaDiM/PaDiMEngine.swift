import ClipModels
package import Detectors
package import EngineLink
import Foundation
import Imaging
import MethodKit
import NumpyFiles
import ParameterKit
import TensorCore

/// PaDiM as a detector of the engine.
package struct PaDiMEngine: EngineDetector {
    private let half: PaDiM
    private let clip: CLIPModel

    package init(_ half: PaDiM, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        clip = try shelf.clip(try call.model(.clip))
    }

    /// What was fitted: for each place a mean and the Cholesky factor of its covariance.
    private struct Gaussians: Codable {
        var channels: [Int]
        var means: [[Double]]
        var factors: [[Double]]
    }

    private static let file = "gaussians.json"

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }
        let width = clip.configuration.vision.shape.width, count = min(half.settings.channels, width)
        var stream = RandomStream(seed: UInt64(request.seed), purpose: "padim")
        var left = Array(0..<width), channels: [Int] = []
        while channels.count < count { channels.append(left.remove(at: stream.index(left.count))) }
        var sums: [[Double]] = [], squares: [[Double]] = []
        for (done, sample) in normals.enumerated() {
            let places = try tokens(sample.image, channels)
            if sums.isEmpty {
                sums = places.map { _ in [Double](repeating: 0, count: count) }
                squares = places.map { _ in [Double](repeating: 0, count: count * count) }
            }
            for (place, token) in places.enumerated() {
                for i in 0..<count {
                    sums[place][i] += token[i]
                    for j in 0...i { squares[place][i * count + j] += token[i] * token[j] }
                }
            }
            try report.progress(done + 1, normals.count, sample.image)
        }
        let n = Double(normals.count)
        let means = sums.map { $0.map { $0 / n } }
        let factors = zip(squares, means).map { square, mean in
            var covariance = square
            for i in 0..<count {
                for j in 0...i {
                    let scatter = square[i * count + j] - n * mean[i] * mean[j]
                    covariance[i * count + j] = scatter / max(1, n - 1) + (i == j ? 0.01 : 0)
                }
            }
            return cholesky(covariance, count)
        }
        try JSONEncoder().encode(Gaussians(channels: channels, means: means, factors: factors))
            .write(to: URL(fileURLWithPath: request.output).appendingPathComponent(Self.file))
        return FitResult(facts: ["normals": .int(normals.count)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        guard let artefact = request.artefact else {
            throw EngineFailure(kind: .internalError, message: "PaDiM is asked to score without what it was fitted to")
        }
        let fitted = try JSONDecoder().decode(
            Gaussians.self, from: Data(contentsOf: URL(fileURLWithPath: artefact).appendingPathComponent(Self.file)))
        return try request.items.enumerated().map { done, item in
            let distances = try tokens(item.image, fitted.channels).enumerated().map { place, token in
                distance(token, fitted.means[place], fitted.factors[place])
            }
            let side = Int(Double(distances.count).squareRoot())
            try NumpyFile(width: side, height: side, values: distances.map(Float.init)).write(to: item.output)
            let largest = distances.max() ?? 0
            try report.progress(done + 1, request.items.count, item.image)
            return AppliedItem(score: largest, parts: ["distance": largest])
        }
    }

    /// For each place of the grid the chosen channels of its token.
    private func tokens(_ path: String, _ channels: [Int]) throws -> [[Double]] {
        let pixels = try clip.preprocessor(size: half.settings.imageSize)(PictureFile(path).image())
        let found = try withoutGradients {
            try clip.vision(pixels.to(device: clip.device), blocks: [half.settings.stage])
        }
        let grid = try found.patchTokens[0].select(0, 0).to(.float32, device: .cpu).contiguous()
        let width = try grid.size(1), values = try grid.floats()
        return (0..<values.count / width).map { place in channels.map { Double(values[place * width + $0]) } }
    }

    /// The lower factor of a symmetric positive matrix of which the lower half is given.
    private func cholesky(_ matrix: [Double], _ n: Int) -> [Double] {
        var factor = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0...i {
                var sum = matrix[i * n + j]
                for k in 0..<j { sum -= factor[i * n + k] * factor[j * n + k] }
                factor[i * n + j] = i == j ? sum.squareRoot() : sum / factor[j * n + j]
            }
        }
        return factor
    }

    private func distance(_ token: [Double], _ mean: [Double], _ factor: [Double]) -> Double {
        var solved = [Double](repeating: 0, count: mean.count)
        for i in mean.indices {
            var sum = token[i] - mean[i]
            for k in 0..<i { sum -= factor[i * mean.count + k] * solved[k] }
            solved[i] = sum / factor[i * mean.count + i]
        }
        return solved.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
