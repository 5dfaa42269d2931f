package import EngineLink
import Forecasting
import Foundation
package import ManifestSections
import Generators
import MethodKit
package import StageKit

/// What can be known before the first job: whether the devices, the disk and the number type will do. A run that fails
/// at its tenth job for one of them has cost the other nine.
package struct Preflight {
    private let manifest: Manifest
    private let due: [Runner.Step]
    private let all: [Runner.Step]

    /// Stages whose jobs always ask an engine.
    private static let engineStages: Set = ["fit", "detect", "calibrate", "embed", "assess"]
    /// Stages whose results take room that is worth speaking of.
    private static let largeStages: Set = ["generate", "export", "fit"]

    /// - Parameter steps: what the run would do.
    package init(_ manifest: Manifest, steps: [Runner.Step]) {
        (self.manifest, all) = (manifest, steps)
        due = steps.filter(\.reason.runs)
    }

    /// Whether a job that is due asks an engine.
    package var needsEngine: Bool {
        let draws = !type(of: manifest.generation.generator).models.isEmpty
        return due.contains { step in
            Self.engineStages.contains(step.job.key.stage) || (draws && step.job.key.stage == "generate")
        }
    }

    /// Starts the engines where something that is due asks one, and says what is slow on them.
    ///
    /// - Throws: `EngineFailure` for a device that can't be had; `Failure` 64 where a processor is to draw in float16.
    package func checkDevices(
        _ engines: EnginePool, cpuinfo: @autoclosure () -> String, notice: (String) -> Void
    ) throws {
        guard needsEngine else { return }
        let ready = try engines.readyAll()
        guard ready.contains(where: { $0.device == "cpu" }), due.contains(where: { $0.job.key.stage == "generate" }),
            let type = manifest.generation.generator.numberType
        else { return }
        let key = "generation.\(manifest.generation.generator.methodName).dtype"
        guard type != "float16" else {
            throw Failure(
                .usage,
                "\(key): float16 on the processor would take hours; use bfloat16 or float32, or --device cuda:0")
        }
        if let warning = ProcessorFeatures(cpuinfo: cpuinfo()).warning(about: type, key: key) { notice(warning) }
    }

    /// - Parameters:
    ///   - needed: bytes of the whole, from nothing; nil: not known.
    ///   - output: where results are kept, as it was given.
    /// - Throws: `Failure` 74 where surely too little is free.
    package func checkDisk(needed: Double?, output: String, notice: (String) -> Void) throws(Failure) {
        func count(_ steps: [Runner.Step]) -> Int { steps.count { Self.largeStages.contains($0.job.key.stage) } }
        guard let needed, count(all) > 0, count(due) > 0 else { return }
        let rest = needed * Double(count(due)) / Double(count(all))
        let space = try DiskSpace(at: URL(fileURLWithPath: output))
        let sentence =
            "about \(DiskSpace.text(rest)) will be written, and \(DiskSpace.text(Double(space.free))) are free"
        switch space.verdict(needed: rest) {
        case .enough: break
        case .tight: notice("\(output): \(sentence): it may not do")
        case .short:
            throw Failure(
                .io, sentence, at: output,
                remedy: "Make room, put --output elsewhere, or ask for less; `flawsmith plan` says what takes it.")
        }
    }
}
