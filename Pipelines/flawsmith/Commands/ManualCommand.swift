import ArgumentParser
import Foundation
import ParameterKit

/// Prints the manual page, made of the same declarations as the help.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print the manual page, in man's own language.", shouldDisplay: false)

    func run() throws {
        print(try ManualPage(JSONValue(parsing: Data(Flawsmith._dumpHelp().utf8)), version: Flawsmith.version).text)
    }
}
