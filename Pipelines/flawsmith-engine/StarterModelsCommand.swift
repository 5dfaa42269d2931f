import ArgumentParser
import Foundation

/// Writes small models with random weights.
struct StarterModelsCommand: WorkbenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "starter-models", abstract: "Write small models with random weights.")

    @Option(name: .customLong("to"), help: "The folder they go to.") var target: String
    @Option(help: "The same seed gives the same bytes.", transform: wholeNumber(0...Int(UInt32.max))) var seed = 0

    func carryOut() throws -> EngineCommand.Status {
        do {
            try StarterModels(folder: URL(fileURLWithPath: target), seed: UInt32(seed)).write()
            return .done
        } catch {
            EngineCommand.complain("flawsmith-engine: \(target): \(error)\n")
            return error is CocoaError || error is POSIXError ? .cannotCreate : .io
        }
    }
}
