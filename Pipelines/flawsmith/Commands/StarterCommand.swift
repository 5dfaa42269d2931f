import ArgumentParser
import Foundation
import StageKit
import StarterData

/// Writes the starter archives and, through the engine, small models with random weights for tests. Existing files are
/// kept.
struct StarterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starter", abstract: "Write the starter archives, and small models with random weights.",
        shouldDisplay: false)

    @Option(name: .customLong("to"), help: ArgumentHelp("The folder.", valueName: "dir"))
    var target: String

    @Flag(help: "Write the archives alone.")
    var archives = false

    func run() throws {
        let folder = URL(fileURLWithPath: target)
        try DurableFile.makeFolder(folder)
        print(try StarterArchives.write(to: folder.path) ? "wrote the archives" : "the archives are there")
        if archives { return }
        let program = EngineProgram(device: .cpu)
        try program.writeStarterModels(to: folder)
    }
}
