import DiffusionModels
import Generators
import Imaging
package import TensorCore

/// What the pictures of a group share: the start, the prompt, and how the run goes.
package struct GenerationScene {
    package let normal: NormalPicture
    /// z₀, `[1, C, h, w]` float32.
    package let latent: Tensor
    let settings: CUTSettings
    package var run: CUTRun
    private let device: Device

    init(
        model: LatentDiffusionModel, normal: NormalPicture, latent: Tensor, prompt: AnomalyPrompt,
        settings: CUTSettings,
        keepsMaps: Bool, pictured: Int = 0, observer: NetworkPass.Observer?
    ) throws {
        let device = model.device
        (self.normal, self.latent, self.settings, self.device) = (normal, latent, settings, device)
        let grid = try SamplingGrid(schedule: model.schedule, steps: settings.steps, sampler: Sampler(settings.sampler))
        // t_start = T(1 − γ); without image guidance the whole grid
        let stepCount = settings.denoisingSteps
        let map = try AttentionMap(
            positions: prompt.positions, softmaxScale: settings.guidance.softmaxScale, phrase: settings.guidance.phrase,
            sigma: settings.guidance.sigma,
            side: UNet2DConditionModel.attentionSide, device: device)
        let cells = normal.cells
        func mask(_ values: [UInt8], _ shape: [Int]) throws -> Tensor {
            try Tensor(settings.guidance.mask ? values.map { Float($0) } : values.map { _ in 1 }, shape).to(
                device: device)
        }
        let objective = AttentionObjective(
            unet: model.unet, prompt: prompt.conditional, map: map,
            mask: try mask(cells.attention.values, [1, cells.attention.height, cells.attention.width]),
            objective: settings.guidance.objective)
        let guidance = AttentionGuidance(
            objective: objective, scheduler: LocalisationScheduler(settings: settings, stepCount: stepCount),
            mask: try mask(cells.latent.values, [1, 1, cells.latent.height, cells.latent.width]), observer: observer)
        let freeGuidance = ClassifierFreeGuidance(
            unet: model.unet, empty: prompt.unconditional, prompt: prompt.conditional, scale: settings.guidanceScale,
            map: map)
        let blend =
            try settings.localBlend
            ? LocalBlend(
                normal: latent,
                foreground: Tensor(
                    cells.latent.values.map { Float($0) }, [1, 1, cells.latent.height, cells.latent.width]
                ).to(device: device)) : nil
        run = CUTRun(
            settings: settings, steps: grid.last(stepCount), guidance: guidance, freeGuidance: freeGuidance,
            blend: blend, keepsMaps: keepsMaps,
            picturedSteps: Self.spread(pictured, over: stepCount), observer: observer)
    }

    /// `count` step indices, first and last among them, at equal distances.
    static func spread(_ count: Int, over steps: Int) -> Set<Int> {
        guard count > 1, steps > 1 else { return count > 0 && steps > 0 ? [steps - 1] : [] }
        return Set((0..<count).map { ($0 * (steps - 1) + (count - 1) / 2) / (count - 1) })
    }

    /// The timestep of each pass of the run.
    package var timesteps: [Int] { run.steps.map(\.timestep) }

    /// One picture at its start: z = √ᾱ_t z₀ + √(1−ᾱ_t) ε, or ε itself without image guidance.
    package func sample(seed: UInt32) throws -> GuidedSample {
        let noise = try CUTRun.noise(seed: seed, shape: latent.shape, device: device)
        let start = settings.imageGuidance ? try run.steps.start(from: latent, noise: noise) : noise
        return GuidedSample(seed: seed, noise: noise, start: start)
    }

    func picture(_ guidance: GuidanceRecord, together: Int, failure: GenerationError?) -> GeneratedPicture {
        GeneratedPicture(
            width: normal.letterbox.sourceWidth, height: normal.letterbox.sourceHeight, timesteps: timesteps,
            guidance: guidance,
            warnings: settings.guidance.mask ? normal.cells.warnings : [], together: together,
            isCheckpointed: run.guidance.objective.isCheckpointed, failure: failure)
    }
}

extension Sampler {
    init(_ setting: CUTSettings.Sampler) {
        self =
            switch setting {
            case .ddim: .ddim
            case .pndm: .pndm
            case .dpmsolver: .dpmSolver
            }
    }
}
