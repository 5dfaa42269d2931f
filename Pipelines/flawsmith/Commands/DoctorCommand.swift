import ArgumentParser
import EngineLink
import Foundation
import ManifestSections
import ParameterKit
import RunGraph
import StageKit

/// Looks whether everything is there that a run needs.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look whether engine, devices, memory, disk and weights will do.",
        discussion: """
            With a manifest its weights, its data and the room for its results are looked at, too. The exit code is 0, or what a run would end with: 66 \
            for what is missing, 69 for an engine or device, 74 for a disk.

            Example:
              flawsmith doctor
              flawsmith doctor parts.yaml --device cuda:0 --format json
            """)

    @Argument(help: "A manifest.", completion: .file(extensions: ["yaml", "yml"]))
    var manifest: String?
    @Option(
        help: ArgumentHelp(
            "Override a key, e.g. generation.cut.steps=50; may be repeated.", valueName: "key.path=value"))
    var set: [String] = []
    @Option(help: DeviceList.help)
    var device = DeviceList.auto
    @Option(help: "Where results are kept.")
    var output = "Output"
    @Option(help: OutputFormat.help)
    var format = OutputFormat.text

    func run() throws {
        let asked = try manifest.map { try Manifest.load(path: $0, overrides: set) }
        let engines = try device.pool()
        defer { engines.close() }
        let store = ArtifactStore(root: URL(fileURLWithPath: output))
        let cpuinfo = Self.contents("/proc/cpuinfo")
        var report = HealthReport()
        report.addEngines { () throws(EngineFailure) in try engines.readyAll() }
        report.addMachine(
            cpuinfo: cpuinfo, meminfo: Self.contents("/proc/meminfo"),
            processors: ProcessInfo.processInfo.activeProcessorCount)
        let needed = asked.flatMap { manifest in (try? DiskNeed(manifest, store: store))?.bytes }
        report.addDisk(output: output, needed: needed)
        if let asked {
            report.addInputs(of: asked, store: store)
            if device.devices.contains(where: { $0 == .cpu || $0 == .auto }) {
                report.addNumberType(of: asked, cpuinfo: cpuinfo)
            }
        }
        switch format {
        case .text: print(report.text, terminator: "")
        case .json: print(report.json.prettyText, terminator: "")
        }
        if report.status != .success { throw ExitCode(report.status.rawValue) }
    }

    static func contents(_ path: String) -> String {
        (try? DurableFile.read(URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
