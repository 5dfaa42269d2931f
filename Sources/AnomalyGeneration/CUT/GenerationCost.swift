import DiffusionModels
import Generators

/// Estimates how many forward passes of the UNet are still to come, so that the time left can be shown.
///
/// Guided passes are known beforehand; evaluations are estimated. A picture counts one evaluation a step until it stops
/// early, assumed to be soon after it may, and half of the refinements at each place that lies ahead.
struct GenerationCost {
    private let settings: CUTSettings
    private let steps: SamplingGrid
    /// Pictures of the group that aren't in this piece.
    private let others: Int

    init(_ scene: GenerationScene, others: Int) {
        (settings, steps, self.others) = (scene.settings, scene.run.steps, others)
    }

    /// Passes of a whole picture; decoding it costs about three.
    var whole: Int { guidedPasses(from: 0) + evaluations(from: -1) + Self.decoding }

    /// - Parameter step: the step that the pictures are at or have just finished.
    func left(_ samples: [GuidedSample], at step: SamplingStep) -> Int {
        let guided = guidedPasses(from: step.index + 1)
        return samples.reduce(whole * others) { sum, sample in
            guard sample.failure == nil else { return sum }
            let evaluations = sample.guidance.stoppedAt == nil ? evaluations(from: step.index) : 0
            return sum + guided + evaluations + Self.decoding
        }
    }

    static let decoding = 3

    private func guidedPasses(from index: Int) -> Int {
        steps.enumerated().reduce(0) {
            $0 + ($1.element.index < index ? 0 : $1.offset % settings.guidanceEvery == 0 ? 2 : 1)
        }
    }

    private func evaluations(from index: Int) -> Int {
        guard settings.guidance.attention else { return 0 }
        let last = min(
            Int(settings.guidance.until * Double(steps.timestepCount)),
            settings.guidance.earlyStop ? max(index + 1, settings.guidance.stopAfter + 2) : steps.timestepCount,
            steps.timestepCount)
        let places = settings.guidance.places.filter { $0 > index && $0 < last }.count
        return max(0, last - index - 1) + places * settings.guidance.refinements / 2
    }
}
