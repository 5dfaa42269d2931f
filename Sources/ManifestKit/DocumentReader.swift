import Glibc
package import ParameterKit

/// A file that has been read: its sections, and the place of every value.
package struct ReadDocument<Root: Parameters>: Sendable {
    package let root: Root
    private let locations: [String: SourceLocation]

    fileprivate init(root: Root, locations: [String: SourceLocation]) {
        (self.root, self.locations) = (root, locations)
    }

    /// Where a key stands, or the nearest section around it that was written.
    package func location(_ path: String) -> SourceLocation { nearestLocation(path, locations) }

    /// Where the value of a key was written; nil where it wasn't.
    package func written(_ path: String) -> SourceLocation? { locations[path] }
}

/// Turns a file's text into its sections, or throws all its errors at once.
package enum DocumentReader {
    /// The bytes of a file, at most one more than the parser accepts.
    ///
    /// - Throws: `ManifestError.missing`, `.unreadable`.
    package static func bytes(path: String) throws(ManifestError) -> [UInt8] {
        let file = uninterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .missing(path: path) }
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        // One byte more than a manifest may have tells the parser that there is too much.
        let most = NodeParser.mostBytes + 1
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, filled in
            while filled < most {
                let got = uninterrupted { Glibc.read(file, buffer.baseAddress.map { $0 + filled }, most - filled) }
                if got < 0 { code = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard code != EISDIR else { throw .unreadable(path: path, reason: "it is a folder") }
        guard code == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(code))) }
        return bytes
    }

    /// What a call of the operating system gives; asked again as often as a signal interrupts it.
    private static func uninterrupted<Number: SignedInteger>(_ call: () -> Number) -> Number {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }

    /// - Parameters:
    ///   - file: what messages call it.
    ///   - directory: relative paths of the file begin there.
    ///   - overrides: values that replace the file's.
    ///   - hint: adds to the diagnostics of a text that can't be parsed.
    /// - Throws: `ManifestError.invalid` with everything that is wrong.
    package static func read<Root: Parameters>(
        _ text: [UInt8], file: String, directory: String, overrides: [Override] = [], as document: DocumentType,
        hint: ([Diagnostic]) -> [Diagnostic] = { $0 }
    ) throws(ManifestError) -> ReadDocument<Root> {
        var diagnostics = Diagnostics()
        guard var node = NodeParser.parse(text, noun: document.noun, into: &diagnostics) else {
            throw .invalid(file: file, hint(diagnostics.sorted))
        }
        Overrides.apply(overrides, to: &node, &diagnostics)
        var walk = SchemaWalk(diagnostics, document: document)
        guard let written = walk.whole(node) else { throw .invalid(file: file, walk.diagnostics.sorted) }
        let issues = IssueLog(spoiled: walk.spoiled)
        let root = Root.read(written, Reading(directory: directory, issues: issues))
        diagnostics = walk.diagnostics
        for issue in issues.all { diagnostics.add(issue.message, at: walk.location(issue.path)) }
        guard let root, diagnostics.all.isEmpty else { throw .invalid(file: file, diagnostics.sorted) }
        return ReadDocument(root: root, locations: walk.locations)
    }
}

/// Where a key stands, or the nearest section around it that was written.
func nearestLocation(_ path: String, _ locations: [String: SourceLocation]) -> SourceLocation {
    var parts = path.split(separator: ".")
    while !parts.isEmpty {
        if let location = locations[parts.joined(separator: ".")] { return location }
        parts.removeLast()
    }
    return .file(line: 1, column: 1)
}
