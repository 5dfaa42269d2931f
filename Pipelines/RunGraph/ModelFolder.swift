import FileSigns
package import Foundation
import ParameterKit
package import StageKit

/// A folder of weights or a single-file checkpoint, for the tool: its digest and its own description. Only the engine
/// reads weights.
package struct ModelFolder: Sendable {
    package let url: URL
    /// As the manifest or the command line has it.
    package let written: String
    /// SHA-256 over the sorted digests of all files that affect what the networks compute; links are followed.
    package let digest: String
    /// False where `flawsmith.json` says that the weights are random.
    package let isTrained: Bool
    /// The terms of use as the folder's `flawsmith.json` states them.
    package let terms: String?
    /// A checkpoint that holds averaged weights of its UNet (`model_ema.…`) beside the trained ones, which are used.
    package let hasAveragedBeside: Bool

    /// - Throws: `Failure` 66 when there is no such folder or file, or a link in it leads to nothing; 65 when it holds
    ///   no weights, or a pointer or web page in their place.
    package init(_ path: String, written: String? = nil, digests: DigestCache) throws {
        (url, self.written) = (URL(fileURLWithPath: path), written ?? path)
        guard let isFolder = try DurableFile.isFolder(url) else {
            throw Failure(
                .inputMissing, "no such model folder", at: path,
                remedy: """
                    `flawsmith fetch sd15` and `flawsmith fetch clip-vit-l-14` bring them; small ones are in \
                    Manifests/starter.
                    """)
        }
        guard isFolder else {
            guard path.hasSuffix(".safetensors") else {
                throw Self.noWeights(Self.isPickle(path) ? path : nil, at: path)
            }
            try Self.check(url)
            // A fixed name is hashed, because the file's own name doesn't affect what is computed.
            digest = Digest.sha256("\(try digests.sha256(url))  checkpoint.safetensors\n")
            (isTrained, terms) = (true, nil)
            hasAveragedBeside = Self.header(url).contains("\"model_ema.diffusion_model")
            return
        }
        let files = try Self.files(under: url)
        guard files.contains(where: { $0.hasSuffix(".safetensors") }) else {
            throw Self.noWeights(files.first(where: Self.isPickle), at: path)
        }
        var listing = ""
        for file in files where Self.decides(file) {
            let place = url.appendingPathComponent(file)
            if file.hasSuffix(".safetensors") { try Self.check(place) }
            listing += "\(try digests.sha256(place.resolvingSymlinksInPath()))  \(file)\n"
        }
        digest = Digest.sha256(listing)
        let card = try? JSONValue(parsing: try DurableFile.read(url.appendingPathComponent("flawsmith.json")))
        isTrained = card?["trained"] != .bool(false)
        terms = card?["license"]?.string
        hasAveragedBeside = false
    }

    /// The names in a safetensors file, as JSON; empty where there are none: the engine says what is wrong with it.
    private static func header(_ file: URL) -> String {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
        defer { try? handle.close() }
        guard let length = try? handle.read(upToCount: 8), length.count == 8 else { return "" }
        let count = length.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard count <= 100_000_000, let names = try? handle.read(upToCount: Int(count)) else { return "" }
        return String(decoding: names, as: UTF8.self)
    }

    /// Relative paths of all files below a folder, sorted by their bytes. Links are followed, because snapshots in a
    /// Hugging Face cache consist of links; a file behind a link counts under the link's name.
    static func files(under folder: URL) throws -> [String] {
        var found: [String] = []
        var pending = [(path: "", real: [folder.resolvingSymlinksInPath().path])]
        while let (path, around) = pending.popLast() {
            let place = path.isEmpty ? folder : folder.appendingPathComponent(path)
            for name in try FolderListing.entries(of: place).map(\.name) where !name.hasPrefix(".") {
                let below = path.isEmpty ? name : "\(path)/\(name)", full = folder.appendingPathComponent(below)
                guard let isFolder = try DurableFile.isFolder(full) else {
                    let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: full.path)) ?? "nothing"
                    throw Failure(
                        .inputMissing, "a link to \(target), which isn't there", at: full.path,
                        remedy: "Download the model again, or give the folder that the links were made for.")
                }
                guard isFolder else {
                    found.append(below)
                    continue
                }
                let real = full.resolvingSymlinksInPath().path
                guard !around.contains(real) else {
                    throw Failure(.badData, "a link to a folder around itself", at: full.path)
                }
                pending.append((below, around + [real]))
            }
        }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Throws: `Failure` 65 for a file that a failed download left in place of weights.
    private static func check(_ file: URL) throws {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return }
        defer { try? handle.close() }
        guard let start = try handle.read(upToCount: 256), let standIn = StandIn(start) else { return }
        throw Failure(.badData, standIn.sentence, at: file.path)
    }

    private static func noWeights(_ pickle: String?, at path: String) -> Failure {
        guard let pickle else {
            return Failure(
                .badData, "no safetensors in it", at: path,
                remedy: """
                    Name the folder that holds the model's .safetensors files, for diffusion models the one with unet/, vae/ \
                    and text_encoder/. `flawsmith fetch sd15` and `flawsmith fetch clip-vit-l-14` bring models.
                    """)
        }
        let stem = pickle.lastIndex(of: ".").map { String(pickle[..<$0]) } ?? "model"
        return Failure(
            .badData, "a pickle (\(pickle)), not safetensors: loading one runs whatever code stands in it", at: path,
            remedy: """
                Convert it once, in Python with torch and safetensors:
                  import torch, safetensors.torch; weights = torch.load("\(pickle)", map_location="cpu", weights_only=True); weights = weights.get("state_dict", weights)
                  safetensors.torch.save_file({k: v.contiguous().clone() for k, v in weights.items() if isinstance(v, torch.Tensor)}, "\(stem).safetensors")
                """)
    }

    private static func isPickle(_ path: String) -> Bool {
        [".bin", ".ckpt", ".pt", ".pth"].contains { path.hasSuffix($0) }
    }

    /// Weights, configurations and vocabularies; not model cards, samples or pickles beside them.
    private static func decides(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        if name == "flawsmith.json" || name.hasPrefix(".") { return false }
        return name.hasSuffix(".safetensors") || name.hasSuffix(".json") || name == "merges.txt"
    }
}
