import Foundation
import Forecasting
import ManifestSections
import MethodKit
import ParameterKit
import StageKit

/// The speeds from which a plan's hours are computed.
struct PlanSpeed {
    /// nil if the diffusion model has a size for which there are no measurements.
    let parts: PartSeconds?
    /// Seconds for a multiply-accumulate of the detector, at the UNet's speed; nil if the UNet isn't SD 1.5's.
    let detectorSeconds: Double?
    /// For the foot of the price.
    let sentence: String

    /// - Throws: `Failure` 66 when the bench file is missing, 65 when it isn't a bench file.
    init(secondsPerPass: Double?, bench: String?, manifest: Manifest) throws {
        let isKnownSize = manifest.models.diffusion.map { Self.isSD15($0.absolute) } ?? true
        if let bench {
            let (title, measured) = try Self.read(bench)
            (parts, sentence) = (measured, "Hours: from \(bench) (\(title)); one device.")
        } else if let secondsPerPass {
            parts = PartSeconds(secondsPerPass: secondsPerPass)
            sentence =
                "Hours: from the given \(secondsPerPass) s for a pass of the UNet, the other parts in the proportions of Tests/Benchmarks; one device."
        } else if isKnownSize {
            let type = manifest.generation.generator.numberType ?? "float32", measured = PartSeconds.twoCores(type)
            parts = measured
            sentence =
                "Hours: \(measured.forward) s for a pass of the UNet, as measured on two CPU cores at SD 1.5's size\(type == "float16" ? " in float32" : ""); GPUs are many "
                + "times faster. Give your own: --bench FILE, from `flawsmith bench --format json`, or --seconds-per-pass S."
        } else {
            parts = nil
            sentence =
                "Hours: the diffusion model isn't of SD 1.5's size; measure it with `flawsmith bench --format json`, and give --bench FILE."
        }
        detectorSeconds = isKnownSize ? parts.map { $0.forward / PartSeconds.multiplications } : nil
    }

    private static func read(_ path: String) throws -> (title: String, parts: PartSeconds) {
        guard try DurableFile.exists(URL(fileURLWithPath: path)) else {
            throw Failure(.inputMissing, "no such file", at: path)
        }
        let json = try? JSONValue(parsing: try DurableFile.read(URL(fileURLWithPath: path)))
        let medians = (json?["medians_per_picture"]?.object ?? [:]).compactMapValues { value in
            switch value {
            case .int(let number): Double(number)
            case .double(let number): number
            default: nil
            }
        }
        guard let parts = PartSeconds(parts: medians) else {
            throw Failure(
                .badData, "names no seconds for the parts of a picture", at: path,
                remedy: "Write it with `flawsmith bench --model DIR --format json`.")
        }
        return (json?["title"]?.string ?? "untitled", parts)
    }

    /// Whether the folder's UNet has SD 1.5's shape; true for a missing folder.
    private static func isSD15(_ folder: String) -> Bool {
        let file = URL(fileURLWithPath: folder).appendingPathComponent("unet/config.json")
        guard let config = (try? DurableFile.read(file)).flatMap({ try? JSONValue(parsing: $0) }) else { return true }
        return config["block_out_channels"] == [320, 640, 1280, 1280] && config["sample_size"] == 64
    }
}

extension TrunkShape {
    /// Reads the shape from a CLIP's folder in open_clip's or Hugging Face's layout. Missing values, and all values of
    /// a missing folder, are ViT-L/14's.
    ///
    /// - Parameter path: of the weights; nil where the manifest names none.
    init(of path: ManifestPath?) {
        let folder = path?.absolute ?? ""
        func config(_ name: String) -> JSONValue? {
            (try? DurableFile.read(URL(fileURLWithPath: folder).appendingPathComponent(name))).flatMap {
                try? JSONValue(parsing: $0)
            }
        }
        let own = Self.vitL14
        if let model = config("open_clip_config.json")?["model_cfg"] {
            let vision = model["vision_cfg"]
            self.init(
                width: vision?["width"]?.int ?? own.width, patch: vision?["patch_size"]?.int ?? own.patch,
                embedding: model["embed_dim"]?.int ?? own.embedding,
                // open_clip's own default.
                layers: vision?["layers"]?.int ?? 12)
        } else if let model = config("config.json") {
            let vision = model["vision_config"]
            self.init(
                width: vision?["hidden_size"]?.int ?? own.width, patch: vision?["patch_size"]?.int ?? own.patch,
                embedding: model["projection_dim"]?.int ?? own.embedding,
                layers: vision?["num_hidden_layers"]?.int ?? own.layers)
        } else {
            self = own
        }
    }
}
