package import Detectors
import NeuralNet
package import TensorCore

extension CNNTrunk {
    /// Loads a network from a safetensors file, or from a folder with `model.safetensors`.
    ///
    /// - Parameter cut: the deepest that will be asked for.
    /// - Throws: `WeightsError`: `inputMissing`; `badData` that names the family whose weights these are, or lists
    ///   every missing, misshaped and unknown tensor; `TensorError`.
    package static func load(_ path: String, family: CNNFamily, to cut: String, device: Device = .cpu) throws
        -> CNNTrunk
    {
        let (weights, files) = try TrunkFile.open(path)
        do {
            return try CNNTrunk(weights, family, to: cut, digest: try TrunkFile.digest(of: files), device: device)
        } catch let error as WeightsError where error.kind == .badData {
            // Whole networks of the others are tried, because a part of one may look like a part of another.
            for other in CNNFamily.allCases where other != family {
                let whole = other.cuts.last?.name ?? ""
                guard (try? CNNTrunk(weights, other, to: whole, digest: "")) != nil else { continue }
                throw WeightsError(
                    .badData, error.path,
                    "weights of \(other.rawValue), not of \(family.rawValue); name others, or set the detector's `trunk` to \(other.rawValue)"
                )
            }
            throw error
        }
    }
}
