import ArgumentParser
import Foundation
import StageKit
import StarterData

/// Writes the starter archives and, through the engine, small models with random weights for tests. Existing files are
/// kept. Or drawn photos of one kind of part, in plain folders.
struct StarterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starter", abstract: "Write the starter archives, and small models with random weights.",
        shouldDisplay: false)

    @Option(name: .customLong("to"), help: ArgumentHelp("The folder.", valueName: "dir"))
    var target: String

    @Flag(help: "Write the archives alone.")
    var archives = false

    @Option(
        help: ArgumentHelp(
            "Write this many drawn photos of hex nuts, 320 × 240 pixels, and a later delivery, instead.",
            valueName: "count"))
    var photos: Int?

    func validate() throws {
        guard photos.map((1...1000).contains) != false else {
            throw ValidationError("--photos: expected a number from 1 to 1000")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: target)
        try DurableFile.makeFolder(folder)
        if let photos {
            let files = try StarterPhotos.files(of: "hex_nut", count: photos, width: 320, height: 240)
            for (name, bytes) in files { try DurableFile.write(Data(bytes), to: folder.appendingPathComponent(name)) }
            print("wrote \(photos) photos and a delivery of \(files.count - photos)")
            return
        }
        print(try StarterArchives.write(to: folder.path) ? "wrote the archives" : "the archives are there")
        if archives { return }
        let program = EngineProgram(device: .cpu)
        try program.writeStarterModels(to: folder)
    }
}
