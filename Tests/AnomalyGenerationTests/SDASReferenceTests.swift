import AnomalyGeneration
import DiffusionModels
import Foundation
import Generators
import GoldenSupport
import Imaging
import NeuralNet
import ParameterKit
import StarterWorld
import TensorCore
import Testing

/// `sdas_reference.py`'s runs.
private struct SDASReference: Decodable {
    struct Run: Decodable {
        var picture: String
        var seed: UInt32
        var steps, share: Int
        var inflation: Double
        var timesteps: [Int]

        var half: SDAS {
            var settings = SDASSettings()
            settings.steps = steps
            settings.gamma = DecimalNumber(millionths: share * 1_000_000 / steps)
            settings.noise = [inflation, inflation]
            return SDAS(settings)
        }
    }
    var runs: [String: Run]

    static func run(_ name: String) throws -> Run {
        let all = try JSONDecoder().decode(SDASReference.self, from: Goldens.data("sdas_reference.json"))
        return try #require(all.runs[name])
    }
}

extension EngineTests {
    /// Strength-controlled diffusion.
    @Suite struct SDASReferenceTests {
        private func outputs(_ bench: ThinBench, _ name: String, _ count: Int) -> [String] {
            (0..<count).map { bench.path("\(name)-\($0)") }
        }

        private func bytes(_ folder: String) throws -> [Data] {
            try ["image.png", "soft.png", "mask.png"].map { try Data(contentsOf: URL(filePath: "\(folder)/\($0)")) }
        }

        /// Against the step-by-step program, latents to 1e-4.
        @Test(arguments: ["plain", "strong"])
        func theRunAgrees(name: String) throws {
            let run = try SDASReference.run(name), tensors = try Goldens.tensors("sdas_reference")
            let bench = try ThinBench()
            let generator = try SDASGenerator(run.half, model: bench.model)
            _ = try generator.generate(
                .init(
                    image: Goldens.path(run.picture), masks: [nil], seeds: [run.seed],
                    outputs: outputs(bench, "out", 1), traces: [bench.path("out-0.safetensors")]))
            let trace = try bench.trace("out-0")
            #expect(try #require(trace["timesteps"]).ints() == run.timesteps)
            #expect(try difference(#require(trace["noise"]), tensors.tensor("\(name).noise")) == 0)
            for (key, most) in [("z0", 1e-4), ("z_start", 1e-5), ("z_final", 1e-4), ("image", 1e-4)] {
                let error = try relativeError(#require(trace[key]), tensors.tensor("\(name).\(key)"))
                #expect(error < most, "\(key): \(error)")
            }
        }

        /// Every picture as if it were alone, but for rounding; the same seeds the same bytes; masks of their own.
        @Test func aBatchOfThreeIsThreeSingles() throws {
            let run = try SDASReference.run("strong"), bench = try ThinBench()
            let image = Goldens.path(run.picture), seeds: [UInt32] = [11, 12, 13]
            let part = Goldens.path("cut_refined_mask.png")
            let generator = try SDASGenerator(run.half, model: bench.model)
            var passes: [NetworkPass] = []
            generator.observer = { passes.append($0) }
            var seen: [GenerationProgress] = []
            let together = try generator.generate(
                .init(
                    image: image, masks: [nil, part, nil], seeds: seeds, outputs: outputs(bench, "together", 3),
                    traces: outputs(bench, "trace", 3).map { $0 + ".safetensors" }),
                progress: { seen.append($0) })
            #expect(together.count == 3 && passes.count == run.share && passes.allSatisfy { $0.seeds == seeds })
            // A pass of each picture in each step; decoding counts for three.
            #expect(seen.last?.done == 3 * (run.share + 3) && seen.allSatisfy { $0.total == 3 * (run.share + 3) })
            for (k, seed) in seeds.enumerated() {
                _ = try generator.generate(
                    .init(
                        image: image, masks: [k == 1 ? part : nil], seeds: [seed],
                        outputs: outputs(bench, "alone\(k)", 1), traces: [bench.path("alone\(k).safetensors")]))
                let (a, b) = (try bench.trace("trace-\(k)"), try bench.trace("alone\(k)"))
                #expect(try difference(#require(a["z_start"]), #require(b["z_start"])) == 0)
                #expect(try relativeError(#require(a["z_final"]), #require(b["z_final"])) < 1e-4)
                // By seed alone: a rounding of the network is at most a grey level.
                let (one, other) = (
                    try Image(contentsOf: bench.path("together-\(k)/image.png")),
                    try Image(contentsOf: bench.path("alone\(k)-0/image.png"))
                )
                #expect(zip(one.pixels, other.pixels).count { abs(Int($0) - Int($1)) > 1 } < one.pixels.count / 100)
            }
            let again = try SDASGenerator(run.half, model: bench.model)
            _ = try again.generate(
                .init(image: image, masks: [nil, part, nil], seeds: seeds, outputs: outputs(bench, "again", 3)))
            for k in 0..<3 { #expect(try bytes(bench.path("again-\(k)")) == bytes(bench.path("together-\(k)"))) }
            #expect(try bytes(bench.path("again-0")) != bytes(bench.path("again-2")))
            let masked = try Mask(contentsOf: bench.path("together-1/mask.png"), above: 127)
            #expect(try masked.intersection(Mask(contentsOf: part, above: 127)) == masked)
        }

        @Test func whatCantBeUsedIsSaid() throws {
            let bench = try ThinBench(), image = Goldens.path("cut_refined.png")
            let generator = try SDASGenerator(SDAS(), model: bench.model)
            func failure(_ image: String, _ mask: String?) -> GenerationError? {
                #expect(throws: GenerationError.self) {
                    try generator.generate(
                        .init(image: image, masks: [mask], seeds: [1], outputs: outputs(bench, "bad", 1)))
                }
            }
            try Mask(width: 50, height: 37).write(png: bench.path("empty.png"))
            let empty = failure(image, bench.path("empty.png"))
            #expect(empty?.code == .badData && empty?.message.contains("empty.png: the mask has no foreground") == true)
            let other = failure(image, Goldens.path("cut_plain_mask.png"))
            #expect(other?.code == .badData && other?.message.contains("cut_plain_mask.png") == true)
            #expect(failure(bench.path("nowhere.png"), nil)?.code == .inputMissing)
            #expect(!FileManager.default.fileExists(atPath: bench.path("bad-0/image.png")))
            var long = SDASSettings()
            long.steps = 1000
            #expect(throws: DiffusionModelError.self) { try SDASGenerator(SDAS(long), model: bench.model) }
            // Of a picture that nothing can be seen in, the others are not the worse for it.
            var faint = SDASSettings()
            faint.opacity = [0.001, 0.001]
            let outcomes = try SDASGenerator(SDAS(faint), model: bench.model).generate(
                .init(image: image, masks: [nil], seeds: [1], outputs: outputs(bench, "faint", 1)))
            guard case .failed(let error) = outcomes[0] else { return #expect(Bool(false), "\(outcomes)") }
            #expect(error.code == .unchanged && error.message.contains("seed 1: the model changed nothing"))
            #expect(!FileManager.default.fileExists(atPath: bench.path("faint-0/image.png")))
        }

        /// The fresh noise of a step has (1 + s) times the variance that sampling needs, around the mean of DDIM with η
        /// = 1.
        @Test func theNoiseOfAStepIsInflated() throws {
            let bench = try ThinBench()
            let step = try #require(SamplingGrid(schedule: bench.model.schedule, steps: 20).last(8).steps.first)
            let stream = try Generator(seed: 5 as UInt64), count = 40_000
            let z = try Tensor.ones([1, count]) * 0.7, noise = try Tensor.ones([1, count]) * -0.3
            for inflation in [0.0, 0.5] {
                let after = try step.ancestral(
                    z, noise: noise, fresh: .randn([1, count], generator: stream), inflation: inflation
                ).floats().map(Double.init)
                let still = try step.ancestral(z, noise: noise, fresh: z.zerosLike(), inflation: inflation).floats()[0]
                let mean = after.reduce(0, +) / Double(count)
                let variance = after.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
                #expect(abs(mean - Double(still)) < 0.01)
                #expect(abs(variance / ((1 + inflation) * Double(step.ancestralVariance)) - 1) < 0.03)
            }
        }

        /// The dial on the starter world, drawn with the starter's model.
        @Test func theChangeGrowsWithTheStrength() throws {
            let folder = URL(filePath: Goldens.path("x")).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Manifests/starter/diffusion")
            let model = try LatentDiffusionModel(folder: folder, dtype: .float32, device: .cpu)
            let bench = try ThinBench()
            var means: [Double] = [], shares: [Double] = []
            for strength in [0.2, 0.4, 0.5, 0.7, 1] {
                let generator = try SDASGenerator(SDAS().dialled(to: strength), model: model)
                var (sum, pixels, drawn) = (0.0, 0, 0)
                for category in ["hex_nut", "tablet"] {
                    let normal = try StarterWorld.render(category: category, seed: 5, width: 128, height: 128).image
                    try normal.write(png: bench.path("\(category).png"))
                    let outcomes = try generator.generate(
                        .init(
                            image: bench.path("\(category).png"), masks: [nil, nil, nil], seeds: [1, 2, 3],
                            outputs: outputs(bench, "\(category)-\(strength)", 3)))
                    for case .made(let made, _, _) in outcomes {
                        drawn += 1
                        pixels += made.mask.count
                        for place in made.mask.values.indices where made.mask.values[place] != 0 {
                            for at in normal.channels * place..<normal.channels * (place + 1) {
                                sum +=
                                    Double(abs(Int(made.image.pixels[at]) - Int(normal.pixels[at])))
                                    / Double(normal.channels)
                            }
                        }
                    }
                }
                means.append(sum / Double(max(pixels, 1)))
                shares.append(Double(drawn) / 6)
            }
            #expect(means.allSatisfy { $0 >= 4 } && zip(means, means.dropFirst()).allSatisfy { $0 < $1 }, "\(means)")
            #expect(shares.dropFirst(2).allSatisfy { $0 == 1 }, "\(shares) of the pictures could be drawn")
            // Near 0 a picture stays what it is.
            let still = try SDASGenerator(SDAS().dialled(to: 1e-6), model: model).generate(
                .init(
                    image: bench.path("hex_nut.png"), masks: [nil], seeds: [1], outputs: outputs(bench, "still", 1)))
            guard case .failed(let error) = still[0] else {
                return #expect(Bool(false), "strength 0 changed a picture")
            }
            #expect(error.code == .unchanged)
        }
    }
}
