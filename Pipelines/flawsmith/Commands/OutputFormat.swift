import ArgumentParser

/// How a command writes its result: for people, or for programs (the keys: Pipelines/flawsmith/README.md).
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    static let help: ArgumentHelp = "text or json."
}
