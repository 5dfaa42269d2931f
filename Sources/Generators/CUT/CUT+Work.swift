package import MethodKit

extension CUT {
    /// Passes of the UNet: at least with the earliest possible stop, at most with every refinement and no stop. Done
    /// once for a normal and its prompt: both prompts, its latent and its reconstruction.
    package var work: PictureWork? {
        let guidance = settings.guidance, count = settings.denoisingSteps
        let steps = count + (settings.sampler == .pndm && count > 1 ? 1 : 0)
        let whole = (steps + settings.guidanceEvery - 1) / settings.guidanceEvery
        let guided = min(count, Int((guidance.until * Double(count)).rounded(.up)))
        let fewest = min(guided, guidance.earlyStop ? guidance.stopAfter + 1 : guided)
        let most = guided + guidance.places.filter { $0 < guided }.count * guidance.refinements
        let evaluations = guidance.attention ? fewest...max(fewest, most) : 0...0
        return PictureWork(
            once: ["text": 2, "encode": 1, "decode": 1],
            each: [
                "guided": whole...whole, "forward": steps - whole...steps - whole, "evaluation": evaluations,
                "decode": 1...1,
            ])
    }
}
