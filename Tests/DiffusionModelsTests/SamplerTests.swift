import DiffusionModels
import GoldenSupport
import TensorCore
import Testing

@Suite struct SamplerTests {
    let schedule = NoiseSchedule(.stableDiffusion)

    @Test(arguments: [
        ("0.25", 200, 50), ("0.25", 50, 13), ("0.35", 10, 4), ("0.3", 200, 60), ("0.001", 200, 1), ("1", 200, 200),
        ("2.5e-1", 10, 3),
        (".5", 3, 2), ("0.1349999999999999999999", 100, 13), ("0.135", 100, 14),
    ])
    func `S is rounded half up in decimal arithmetic`(gamma: String, steps: Int, expected: Int) throws {
        #expect(try SamplingGrid.stepCount(gamma: gamma, of: steps) == expected)
    }

    @Test(arguments: ["", "0", "-0.25", "1.01", "nan", "0.25x", "1e", "0,25", " 0.5"])
    func `Gamma outside (0, 1] or no decimal number is refused`(gamma: String) {
        #expect(throws: DiffusionModelError.self) { try SamplingGrid.stepCount(gamma: gamma, of: 200) }
    }

    @Test func `The paper's run has 50 steps from 246 to 1`() throws {
        let run = try SamplingGrid(schedule: schedule, steps: 200).last(50)
        #expect(run.map(\.timestep) == Array(stride(from: 246, through: 1, by: -5)))
        #expect(run.map(\.index) == Array(0..<50))
        #expect(run.steps.last?.previousAlphaBar == schedule.alphaBars[0])
    }

    @Test(arguments: [0, -1, 1000, 1001, Int.max])
    func `A grid that doesn't fit the schedule is refused`(steps: Int) {
        #expect(throws: DiffusionModelError.self) { try SamplingGrid(schedule: schedule, steps: steps) }
    }

    @Test func `Schedules equal diffusers' to the bit`() throws {
        let golden = try Golden("diffusion_ddim")
        #expect(try schedule.alphaBars == golden.output("alpha_bars").floats())
        var linear = SchedulerConfiguration()
        linear.numTrainTimesteps = 200
        #expect(try NoiseSchedule(linear).alphaBars == golden.output("linear_alpha_bars").floats())
    }

    @Test(arguments: [200, 50, 3, 999]) func `Every step agrees with diffusers' scheduler`(steps: Int) throws {
        let golden = try Golden("diffusion_ddim")
        let timesteps = (golden.description["timesteps"] as? [String: [Int]])?["\(steps)"] ?? []
        let run = try SamplingGrid(schedule: schedule, steps: steps).last(timesteps.count)
        #expect(run.map(\.timestep) == timesteps)
        var z = try golden.seeded.inputs("z \(steps)", [1, 4, 4, 4])
        var history = SamplingHistory()
        for step in run {
            z = try step.previous(
                z, noise: golden.seeded.inputs("noise \(steps) \(step.index)", [1, 4, 4, 4]), &history)
            let reference = try golden.output("trajectory_\(steps)").narrow(0, start: step.index, length: 1)
            // The same float32 operations in the same order: rounding alone, over at most 50 steps.
            #expect(try relativeError(z, reference) < 1e-5)
        }
    }

    @Test(arguments: [Sampler.pndm, .dpmSolver], [200, 12, 40, 60, 2, 1])
    func `Multistep samplers agree with diffusers' step by step`(sampler: Sampler, steps: Int) throws {
        let golden = try Golden("diffusion_samplers")
        let name = "\(sampler.rawValue)_\(steps)"
        let timesteps = try #require((golden.description["timesteps"] as? [String: [Int]])?[name])
        let run = try SamplingGrid(schedule: schedule, steps: steps, sampler: sampler).last(Set(timesteps).count)
        #expect(run.map(\.timestep) == timesteps)
        #expect(run.timestepCount == Set(timesteps).count)
        var z = try golden.seeded.inputs("\(sampler.rawValue) z \(steps)", [1, 4, 4, 4])
        var history = SamplingHistory()
        for (call, step) in run.enumerated() {
            z = try step.previous(
                z, noise: golden.seeded.inputs("\(sampler.rawValue) noise \(steps) \(call)", [1, 4, 4, 4]), &history)
            let reference = try golden.output(name).narrow(0, start: call, length: 1)
            // diffusers rounds half log-SNRs to float32, whose differences are small at 200 steps.
            #expect(try relativeError(z, reference) < 1e-4, "call \(call)")
        }
    }

    @Test func `PNDM runs its second timestep twice, the first time without keeping z`() throws {
        let run = try SamplingGrid(schedule: schedule, steps: 50, sampler: .pndm).last(13)
        #expect(run.map(\.index) == [0, 1] + Array(1..<13))
        #expect(run.map(\.lasts) == [true, false] + Array(repeating: true, count: 12))
    }

    @Test func `A short run of DPM-Solver begins and ends with the first order`() throws {
        func orders(_ count: Int) throws -> [SamplingStep.Rule] {
            try SamplingGrid(schedule: schedule, steps: 60, sampler: .dpmSolver).last(count).map(\.rule)
        }
        #expect(
            try orders(10) == [.solver(order: 1)] + Array(repeating: .solver(order: 2), count: 8) + [.solver(order: 1)])
        #expect(try orders(15) == [.solver(order: 1)] + Array(repeating: .solver(order: 2), count: 14))
    }

    @Test(arguments: Sampler.allCases) func `A perfect prediction leads back to the picture`(sampler: Sampler) throws {
        let generator = try Generator(seed: 3)
        let (z0, noise) = (
            try Tensor.randn([1, 4, 4, 4], generator: generator), try Tensor.randn([1, 4, 4, 4], generator: generator)
        )
        let run = try SamplingGrid(schedule: schedule, steps: 40, sampler: sampler).last(10)
        var z = try run.start(from: z0, noise: noise)
        var history = SamplingHistory()
        for step in run { z = try step.previous(z, noise: noise, &history) }
        let last = schedule.alphaBars[0]
        #expect(try relativeError(z, last.squareRoot() * z0 + (1 - last).squareRoot() * noise) < 1e-4)
    }

    @Test func `A run starts from the noised latent`() throws {
        let run = try SamplingGrid(schedule: schedule, steps: 200).last(50)
        let z = try run.start(from: .full([1], 2.0), noise: .full([1], -1.0)).item()
        let alphaBar = Double(schedule.alphaBars[246])
        #expect(abs(z - (2 * alphaBar.squareRoot() - (1 - alphaBar).squareRoot())) < 1e-6)
        #expect(Double(schedule.signal(at: 246)) == Double(schedule.alphaBars[246].squareRoot()))
    }
}
