package import Detectors
import NeuralNet
package import TensorCore

extension VisionTransformer {
    /// Loads a network from a safetensors file, or from a folder with `model.safetensors`.
    ///
    /// - Parameter block: the deepest that will be asked for, counted from 1.
    /// - Throws: `WeightsError`: `inputMissing`; `badData` that names the family whose weights these are, or lists
    ///   every missing, misshaped and unknown tensor; `TensorError`.
    package static func load(_ path: String, family: TransformerFamily, to block: Int, device: Device = .cpu) throws
        -> VisionTransformer
    {
        let (weights, files) = try TrunkFile.open(path)
        do {
            return try VisionTransformer(
                weights, family.shape, name: family.rawValue, to: block, digest: try TrunkFile.digest(of: files),
                device: device)
        } catch let error as WeightsError where error.kind == .badData {
            for other in TransformerFamily.allCases where other != family {
                let shape = other.shape
                guard
                    (try? VisionTransformer(weights, shape, name: other.rawValue, to: shape.depth, digest: "")) != nil
                else { continue }
                throw WeightsError(
                    .badData, error.path,
                    "weights of \(other.rawValue), not of \(family.rawValue); name others, or set the detector's `trunk` to \(other.rawValue)"
                )
            }
            throw error
        }
    }
}
