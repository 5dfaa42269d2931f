import Crypto
package import Detectors
import Foundation
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
        let (weights, files) = try open(path)
        do {
            return try CNNTrunk(weights, family, to: cut, digest: try digest(of: files), device: device)
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

    /// The weights, and the files that hold them.
    private static func open(_ path: String) throws -> (any WeightSource, [String]) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return (try SafetensorsFile(path), [path])
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw WeightsError(.io, path, "can't be listed (\(error.localizedDescription))")
        }
        let files = names.filter { $0.hasSuffix(".safetensors") }.sorted().map { "\(path)/\($0)" }
        return (try SafetensorsFolder(path, stems: ["model"]), files)
    }

    /// SHA-256 over the files' bytes.
    private static func digest(of files: [String]) throws -> String {
        var hash = SHA256()
        for file in files {
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw WeightsError(.io, file, "can't be read")
            }
            defer { try? handle.close() }
            do {
                while let bytes = try handle.read(upToCount: 1 << 22), !bytes.isEmpty { hash.update(data: bytes) }
            } catch {
                throw WeightsError(.io, file, "can't be read (\(error.localizedDescription))")
            }
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
