/// A value that replaces a manifest's: `key.path=value` from the command line or a comparison.
package struct Override: Sendable, Equatable {
    /// `key.path=value`.
    package var text: String
    /// Where it was written, for messages: `--set`, or `file:line:column: set`.
    package var origin: String

    package init(_ text: String, origin: String = "--set") { (self.text, self.origin) = (text, origin) }
}

/// Replaces a manifest's values by overrides before the tree is checked.
enum Overrides {
    /// Applies the overrides to the tree in order; the last one for a key wins.
    static func apply(_ overrides: [Override], to root: inout Node, _ diagnostics: inout Diagnostics) {
        for override in overrides {
            let text = override.text
            guard let equals = text.firstIndex(of: "=") else {
                diagnostics.add("expected key.path=value", at: .option("\(override.origin) \(text)"))
                continue
            }
            let key = text[..<equals]
            let option = "\(override.origin) \(key)"
            let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard path.allSatisfy({ !$0.isEmpty }), path.count < NodeParser.mostDepth else {
                diagnostics.add("expected a key path as generation.cut.steps before `=`", at: .option(option))
                continue
            }
            let written = String(text[text.index(after: equals)...])
            guard !written.isEmpty else {
                diagnostics.add("no value after `=`", at: .option(option))
                continue
            }
            guard let value = NodeParser.parse(Array(written.utf8), option: option, into: &diagnostics) else {
                continue
            }
            root.set(value, at: path[...])
        }
    }
}
