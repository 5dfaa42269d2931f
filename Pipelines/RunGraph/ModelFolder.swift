package import Foundation
import ParameterKit
package import StageKit

/// A folder of weights as the tool sees it: its digest and what it says of itself. Weights are read by the engine
/// alone.
package struct ModelFolder: Sendable {
    package let url: URL
    /// As the manifest or the command line has it.
    package let written: String
    /// SHA-256 over the sorted digests of everything that decides what the networks compute.
    package let digest: String
    /// False where `flawsmith.json` says that the weights are random.
    package let isTrained: Bool
    /// The terms of use as the folder's `flawsmith.json` states them.
    package let terms: String?

    /// - Throws: `Failure` 66 when there is no such folder, 65 when it holds no weights.
    package init(_ path: String, written: String? = nil, digests: DigestCache) throws {
        (url, self.written) = (URL(fileURLWithPath: path), written ?? path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(
                .inputMissing, "no such model folder", at: path,
                remedy: "README.md says how to bring SD 1.5 and CLIP weights; small ones are in Manifests/starter.")
        }
        let files = try StoredObject.files(under: url)
        guard files.contains(where: { $0.hasSuffix(".safetensors") }) else {
            let pickles = files.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".ckpt") || $0.hasSuffix(".pt") }
            throw Failure(
                .badData, pickles.isEmpty ? "no safetensors in it" : "holds pickles (\(pickles[0])), not safetensors",
                at: path,
                remedy: "Convert: load the weights in PyTorch and write them with safetensors.torch.save_file.")
        }
        digest = try digests.sha256(folder: url, include: Self.decides)
        let card = try? JSONValue(parsing: try DurableFile.read(url.appendingPathComponent("flawsmith.json")))
        isTrained = card?["trained"] != .bool(false)
        terms = card?["license"]?.string
    }

    /// Weights, configurations and vocabularies; not model cards, samples or pickles beside them.
    private static func decides(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        if name == "flawsmith.json" || name.hasPrefix(".") { return false }
        return name.hasSuffix(".safetensors") || name.hasSuffix(".json") || name == "merges.txt"
    }
}
