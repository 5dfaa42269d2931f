import ParameterKit

/// The noise schedule a model was trained with, from scheduler/scheduler_config.json; the file may be for any
/// scheduler.
///
/// Only what belongs to the *training* is read: betas, number of timesteps, prediction type. How to sample is set
/// elsewhere (`Sampler`).
/// - Source: diffusers 0.42 `DDIMScheduler.__init__` (names and defaults, the same in its other schedulers).
package struct SchedulerConfiguration: Equatable, Sendable {
    package enum BetaSchedule: String, Sendable {
        /// β grows linearly.
        case linear
        /// √β grows linearly: latent diffusion models.
        case scaledLinear = "scaled_linear"
    }

    package var numTrainTimesteps = 1000
    package var betaStart = 0.0001
    package var betaEnd = 0.02
    package var betaSchedule = BetaSchedule.linear

    package init() {}

    /// Stable Diffusion's own numbers.
    package static var stableDiffusion: SchedulerConfiguration {
        var configuration = SchedulerConfiguration()
        (configuration.betaStart, configuration.betaEnd, configuration.betaSchedule) = (0.00085, 0.012, .scaledLinear)
        return configuration
    }
}

extension SchedulerConfiguration {
    /// - Throws: `DiffusionModelError` naming file and key; another prediction type than ε is refused.
    init(_ file: ConfigurationFile) throws(DiffusionModelError) {
        try file.refuse(otherThan: [
            "prediction_type": [.string("epsilon")],
            "rescale_betas_zero_snr": [.bool(false)],
            "trained_betas": [.null],
        ])
        self.init()
        numTrainTimesteps = try file.integer("num_train_timesteps", default: numTrainTimesteps, in: 2...1_000_000)
        betaStart = try file.number("beta_start", default: betaStart)
        betaEnd = try file.number("beta_end", default: betaEnd)
        let name = try file.text("beta_schedule", default: betaSchedule.rawValue)
        guard let schedule = BetaSchedule(rawValue: name) else {
            throw file.problem("beta_schedule", "is \"\(name)\"; supported are \"linear\" and \"scaled_linear\"")
        }
        betaSchedule = schedule
        guard 0 < betaStart, betaStart <= betaEnd, betaEnd < 1 else {
            throw file.problem(
                "beta_start", "and \"beta_end\" are \(betaStart) and \(betaEnd); wanted is 0 < start <= end < 1")
        }
    }

    /// The configuration as a file's content: diffusers' DDIM scheduler with the sampling that is pinned here.
    var file: [String: JSONValue] {
        [
            "_class_name": .string("DDIMScheduler"),
            "beta_end": .double(betaEnd),
            "beta_schedule": .string(betaSchedule.rawValue),
            "beta_start": .double(betaStart),
            "clip_sample": .bool(false),
            "num_train_timesteps": .int(numTrainTimesteps),
            "prediction_type": .string("epsilon"),
            "set_alpha_to_one": .bool(false),
            "steps_offset": .int(1),
            "timestep_spacing": .string("leading"),
            "trained_betas": .null,
        ]
    }
}
