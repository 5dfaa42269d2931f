package import EngineLink
import Forecasting
import Foundation
package import ManifestSections
import Generators
import MethodKit
import ParameterKit
package import StageKit

// What is looked at: the engine and its devices, the processor, memory, the disk, weights and data.

extension HealthReport {
    /// - Parameter ready: starts the engines and gives what they say of themselves.
    package mutating func addEngines(_ ready: () throws(EngineFailure) -> [EngineReady]) {
        do throws(EngineFailure) {
            for engine in try ready() {
                var text = "\(engine.device): \(engine.engine)"
                var facts: [String: JSONValue] = [
                    "device": .string(engine.device), "engine": .string(engine.engine),
                    "threads": .int(engine.threads),
                ]
                if let memory = engine.memory {
                    text += ", \(DiskSpace.text(Double(memory))) of memory"
                    facts["memory"] = .int(memory)
                } else {
                    text += ", \(engine.threads) thread\(engine.threads == 1 ? "" : "s")"
                }
                if let free = engine.freeMemory {
                    text += ", \(DiskSpace.text(Double(free))) free"
                    facts["free_memory"] = .int(free)
                }
                add(Check("engine", .ok, text, facts: facts))
            }
        } catch {
            add(
                Check(
                    "engine", .failed, error.message,
                    remedy: error.kind == .unavailable
                        ? "Is flawsmith-engine beside flawsmith, and the device there? --device cpu needs none."
                        : nil,
                    status: ExitStatus(code: error.kind.exitCode)))
        }
    }

    /// - Parameters:
    ///   - cpuinfo: the text of `/proc/cpuinfo`.
    ///   - meminfo: the text of `/proc/meminfo`.
    package mutating func addMachine(cpuinfo: String, meminfo: String, processors: Int) {
        let model = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.split(separator: " ").joined(separator: " ") }
        let halves = ProcessorFeatures(cpuinfo: cpuinfo).support(of: "bfloat16") == .native
        let plural = processors == 1 ? "" : "s"
        add(
            Check(
                "processor", .ok,
                "\(processors) thread\(plural)\(model.map { ", \($0)" } ?? "")"
                    + (halves ? "" : "; bfloat16 is emulated, so that float32 is faster"),
                facts: ["threads": .int(processors), "bfloat16": .bool(halves)]))
        func bytes(_ name: String) -> Int? {
            let line = meminfo.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        guard let total = bytes("MemTotal"), let free = bytes("MemAvailable") else { return }
        // SD 1.5 in float32 with its gradients takes about 8 GB (Tests/Benchmarks).
        let isLittle = free < 4_000_000_000
        add(
            Check(
                "memory", isLittle ? .warning : .ok,
                "\(DiskSpace.text(Double(total))), \(DiskSpace.text(Double(free))) free",
                remedy: isLittle ? "Stable Diffusion 1.5 wants about 8 GB on a processor." : nil,
                facts: ["total": .int(total), "free": .int(free)]))
    }

    /// - Parameters:
    ///   - output: where results are kept, as it was given.
    ///   - needed: bytes that the manifest's results may take; nil: not known.
    package mutating func addDisk(output: String, needed: Double?) {
        do throws(Failure) {
            let space = try DiskSpace(at: URL(fileURLWithPath: output))
            let verdict = needed.map { space.verdict(needed: $0) } ?? .enough
            let needs = needed.map { ", about \(DiskSpace.text($0)) needed" } ?? ""
            add(
                Check(
                    "disk", verdict == .short ? .failed : verdict == .tight ? .warning : .ok,
                    "\(output): \(DiskSpace.text(Double(space.free))) free\(needs)",
                    remedy: verdict == .enough ? nil : "Make room, or put --output elsewhere.",
                    facts: ["free": .int(space.free), "total": .int(space.total)],
                    status: verdict == .short ? .io : nil))
        } catch {
            add(Check("disk", failed: error))
        }
    }

    /// Weights that the manifest's methods need, and everything else it names.
    package mutating func addInputs(of manifest: Manifest, store: ArtifactStore) {
        for input in MissingInputs(manifest).inputs {
            add(
                Check(
                    input.key, .failed, "\(input.written): not there",
                    remedy: input.remedy ?? "Relative paths are relative to the manifest.",
                    status: .inputMissing))
        }
        let digests = DigestCache(store: store)
        var roles = Set(type(of: manifest.generation.generator).models)
        for (_, detector) in manifest.namedDetectors { roles.insert(detector.role) }
        for role in ModelRole.allCases where roles.contains(role) && role != .lpips {
            guard let path = manifest.models[role], FileManager.default.fileExists(atPath: path.absolute) else {
                continue
            }
            let name = "models.\(role.rawValue)"
            do {
                let folder = try ModelFolder(path.absolute, written: path.written, digests: digests)
                add(
                    Check(
                        name, folder.isTrained ? .ok : .warning,
                        "\(path.written)\(folder.isTrained ? "" : ": random weights, which show that the program runs and nothing else")",
                        facts: ["path": .string(path.written), "sha256": .string(folder.digest)]))
            } catch let error as Failure {
                add(Check(name, failed: error))
            } catch {
                add(Check(name, failed: Failure(.io, "\(error)", at: path.written)))
            }
        }
    }

    /// What the manifest asks for and this machine is slow at.
    package mutating func addNumberType(of manifest: Manifest, cpuinfo: String) {
        guard let type = manifest.generation.generator.numberType else { return }
        let key = "generation.\(manifest.generation.generator.methodName).dtype"
        if let warning = ProcessorFeatures(cpuinfo: cpuinfo).warning(about: type, key: key) {
            add(Check("numbers", .warning, warning))
        }
    }
}
