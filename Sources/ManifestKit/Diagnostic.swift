/// Where a value of a manifest stands.
package enum SourceLocation: Sendable, Hashable {
    /// Line and column count from 1; columns count Unicode scalars.
    case file(line: Int, column: Int)
    /// An option of the command line, as a user would write it again: `--set generation.cut.steps`.
    case option(String)
}

/// One thing that is wrong with a manifest.
package struct Diagnostic: Sendable, Equatable {
    package var location: SourceLocation
    package var message: String

    /// `file:line:col: message`, or `--set key.path: message`.
    package func text(file: String) -> String {
        switch location {
        case .file(let line, let column): "\(file):\(line):\(column): \(message)"
        case .option(let option): "\(option): \(message)"
        }
    }
}

/// Why there is no manifest, or no comparison.
package enum ManifestError: Error, Equatable, CustomStringConvertible {
    /// There is no such file.
    case missing(path: String)
    /// The file can't be read, and why.
    case unreadable(path: String, reason: String)
    /// Everything that is wrong with it, in the order of the file, then of the options.
    case invalid(file: String, [Diagnostic])

    /// The most lines shown for one manifest; more errors mean that it is the wrong file.
    static let mostShown = 50

    package var description: String {
        switch self {
        case .missing(let path):
            return "\(path): no such file"
        case .unreadable(let path, let reason):
            return "\(path): can't be read: \(reason)"
        case .invalid(let file, let diagnostics):
            var lines = diagnostics.prefix(Self.mostShown).map { $0.text(file: file) }
            if diagnostics.count > Self.mostShown {
                lines.append("\(file): and \(diagnostics.count - Self.mostShown) more")
            }
            return lines.joined(separator: "\n")
        }
    }
}

/// Collects errors, so that a user sees all of them at once.
struct Diagnostics {
    private(set) var all: [Diagnostic] = []

    mutating func add(_ message: String, at location: SourceLocation) {
        let diagnostic = Diagnostic(location: location, message: message)
        all.append(diagnostic)
    }

    /// In the order of the file, then of the options; stable, and each once.
    var sorted: [Diagnostic] {
        func rank(_ location: SourceLocation) -> (Int, Int, Int) {
            switch location {
            case .file(let line, let column): (0, line, column)
            case .option: (1, 0, 0)
            }
        }
        let ordered = all.enumerated().sorted {
            let (left, right) = (rank($0.element.location), rank($1.element.location))
            return left == right ? $0.offset < $1.offset : left < right
        }
        var result: [Diagnostic] = []
        for (_, diagnostic) in ordered where result.last != diagnostic { result.append(diagnostic) }
        return result
    }
}

/// A user's text inside a message: on one line, not too long.
func shown(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(60) {
        result +=
            scalar.properties.generalCategory == .control ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return "`" + result + (text.unicodeScalars.count > 60 ? "…" : "") + "`"
}
