import DiffusionModels
import Foundation
import GoldenSupport
import NeuralNet
import TensorCore
import Testing

/// Against diffusers (Tests/Goldens/diffusion_vae.py); the tolerance is that of Tests/Goldens/README.md.
@Suite struct AutoencoderKLTests {
    static func check(_ golden: Golden, _ folder: URL) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let vae = try AutoencoderKL.load(folder, dtype: .float32, device: .cpu)
        let posterior = try vae.encode(golden.seeded.inputs("picture", [2, 3, 24, 24]))
        #expect(try relativeError(posterior.mean, golden.output("mean")) < 1e-4)
        #expect(try relativeError(posterior.logVariance, golden.output("logvar")) < 1e-4)
        let decoded = try vae.decode(golden.seeded.inputs("latents", [2, 4, 6, 6]))
        #expect(try relativeError(decoded, golden.output("decoded")) < 1e-4)
        #expect(vae.configuration.scalingFactor == 0.18215)
        #expect(vae.configuration.downsamplingFactor == 4)
    }

    @Test func `Posterior and pictures agree with diffusers`() throws {
        let golden = try Golden("diffusion_vae")
        try Self.check(golden, golden.writeNetwork())
    }

    @Test func `Older names of the attention are read as well`() throws {
        let golden = try Golden("diffusion_vae")
        let older = ["to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"]
        let folder = try golden.writeNetwork { tensors in
            var renamed = 0
            for (name, tensor) in tensors {
                guard let (new, old) = older.first(where: { name.contains(".attentions.0.\($0.key).") }) else {
                    continue
                }
                tensors[name] = nil
                tensors[name.replacingOccurrences(of: ".\(new).", with: ".\(old).")] = tensor
                renamed += 1
            }
            #expect(renamed == 16)
        }
        try Self.check(golden, folder)
    }

    @Test func `Every missing, extra and misshaped weight is in one error`() throws {
        let golden = try Golden("diffusion_vae")
        let folder = try golden.writeNetwork { tensors in
            tensors["encoder.conv_in.bias"] = nil
            tensors["decoder.conv_out.weight"] = nil
            tensors["quant_conv.bias"] = try .zeros([9])
            tensors["loss.discriminator"] = try .zeros([2])
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: WeightsError.self) { try AutoencoderKL.load(folder, dtype: .float32, device: .cpu) }
        for name in [
            "encoder.conv_in.bias", "decoder.conv_out.weight", "quant_conv.bias: [9], expected [8]",
            "loss.discriminator",
        ] {
            #expect(error?.description.contains(name) == true)
        }
    }
}
