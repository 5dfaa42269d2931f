package import ManifestKit

/// What one CUT picture costs, counted in its parts.
package struct PictureCost: Sendable, Equatable {
    /// Steps with a conditional and an unconditional pass.
    package var wholePasses: Int
    /// Steps with a conditional pass alone.
    package var conditionalPasses: Int
    /// Evaluations if guidance stops as early as it may, and if it never stops and uses every refinement.
    package var evaluations: ClosedRange<Int>

    package init(_ section: GenerationSection) {
        let steps = section.denoisingSteps + (section.sampler == .pndm && section.denoisingSteps > 1 ? 1 : 0)
        wholePasses = (steps + section.guidanceEvery - 1) / section.guidanceEvery
        conditionalPasses = steps - wholePasses
        let guidance = section.guidance
        let guided = min(section.denoisingSteps, Int((guidance.until * Double(section.denoisingSteps)).rounded(.up)))
        let fewest = min(guided, guidance.earlyStop ? guidance.stopAfter + 1 : guided)
        let most = guided + guidance.places.filter { $0 < guided }.count * guidance.refinements
        evaluations = guidance.attention ? fewest...max(fewest, most) : 0...0
    }

    /// Forward passes of the UNet in its guided steps.
    package var passes: Int { 2 * wholePasses + conditionalPasses }

    /// The steps and the decoding of one picture.
    package func seconds(_ parts: PartSeconds) -> ClosedRange<Double> {
        let guided = Double(wholePasses) * parts.guided + Double(conditionalPasses) * parts.forward + parts.decode
        return guided + Double(evaluations.lowerBound) * parts.evaluation...guided + Double(evaluations.upperBound)
            * parts.evaluation
    }

    /// What is paid once for a normal picture and its prompt: both prompts, its latent and its reconstruction.
    package static func secondsOnce(_ parts: PartSeconds) -> Double { 2 * parts.text + parts.encode + parts.decode }
}
