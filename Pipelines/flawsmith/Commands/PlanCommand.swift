import ArgumentParser
import EngineLink
import Foundation
import Generators
import ManifestSections
import MethodKit
import ParameterKit
import StageKit

/// Prints what a run would do, why, and its price, without running it.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what would run, why, and at what price, without running anything.",
        discussion: """
            Data and models need not be there: then the price alone is said, from the published counts of MVTec AD and VisA. Hours are those of one \
            device, from --bench, --seconds-per-pass, or what was measured on two CPU cores.
            """)

    @OptionGroup var options: RunOptions
    @Option(
        help: ArgumentHelp(
            "Seconds of a forward pass of the UNet for one picture, for the hours.", valueName: "seconds"))
    var secondsPerPass: Double?
    @Option(help: ArgumentHelp("What `flawsmith bench --format json` wrote, for the hours.", valueName: "file"))
    var bench: String?

    func validate() throws {
        if let secondsPerPass {
            guard secondsPerPass > 0, secondsPerPass.isFinite else {
                throw ValidationError("--seconds-per-pass: expected a number above 0")
            }
            guard bench == nil else {
                throw ValidationError("--bench and --seconds-per-pass say the same thing: give one of them")
            }
        }
    }

    func run() throws {
        let manifest = try Manifest.load(path: options.manifest, overrides: options.set)
        let speed = try PlanSpeed(secondsPerPass: secondsPerPass, bench: bench, manifest: manifest)
        let missing = MissingInputs(manifest)
        let price = try PlanPrice(manifest, options: options, speed: speed)
        guard missing.paths.isEmpty else {
            // Without its inputs no job has an identity, so it is unknown which jobs are done.
            print(missing.text)
            print(price.text, terminator: "")
            return
        }
        let engines = try DeviceList.auto.pool()
        let project = try Project(options, engines: engines) { Console.standardError("  \($0)") }
        let steps = project.runner(keepGoing: false).plan()
        let width = steps.map { $0.job.key.description.count }.max() ?? 0
        for step in steps {
            let name = step.job.key.description
            let padding = String(repeating: " ", count: width - name.count)
            let units = step.reason.runs ? project.workload(step.job.key) : nil
            print(
                "\(step.reason.runs ? "run " : "    ") \(name)\(padding)  \(step.reason)\(units.map { " · \($0)" } ?? "")"
            )
        }
        let due = steps.count { $0.reason.runs }
        print(due == 0 ? "nothing to do" : "\(due) of \(steps.count) objects would be made")
        if due > 0 { print("\nThe whole, from nothing:\n\n\(price.text)", terminator: "") }
    }
}

/// Inputs that a manifest names but that don't exist.
private struct MissingInputs {
    let paths: [(key: String, written: String)]

    init(_ manifest: Manifest) {
        let generator = manifest.generation.generator, method = manifest.generation.method.name
        var named: [(String, ManifestPath?)] = [
            ("dataset.path", manifest.dataset.path), ("auxiliary.path", manifest.auxiliary?.path),
        ]
        var roles = Set(type(of: generator).models)
        for (_, detector) in manifest.namedDetectors { roles.insert(type(of: detector).trunk) }
        if !manifest.detectors.isEmpty, manifest.training.normals == .reconstructed { roles.insert(.diffusion) }
        named += ModelRole.allCases.filter(roles.contains).map { ("models.\($0.rawValue)", manifest.models[$0]) }
        named.append(("generation.\(method)", generator.materials))
        named.append(("generation.\(method)", (generator as? any TakenGenerator)?.source))
        for (name, detector) in manifest.namedDetectors {
            named += detector.files.sorted { $0.key < $1.key }.map { ("detectors.\(name).\($0.key)", $0.value) }
        }
        paths = named.compactMap { key, path in
            guard let path, !FileManager.default.fileExists(atPath: path.absolute) else { return nil }
            return (key, path.written)
        }
    }

    var text: String {
        let width = paths.map(\.key.count).max() ?? 0
        let lines = paths.map {
            "missing  \($0.key)\(String(repeating: " ", count: width - $0.key.count))  \($0.written)"
        }
        return (lines + ["README.md says how to bring them; then `plan` says job by job what would run.", ""]).joined(
            separator: "\n")
    }
}
