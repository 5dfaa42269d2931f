import Foundation
package import ParameterKit

/// A file that has been read: its sections, and where everything stands in it.
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

/// From a file's text to its sections, or to everything that is wrong with it at once.
package enum DocumentReader {
    /// The bytes of a file, and no more than the parser takes.
    ///
    /// - Throws: `ManifestError.missing`, `.unreadable`.
    package static func bytes(path: String) throws(ManifestError) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing(path: path) }
        guard !isFolder.boolValue else { throw .unreadable(path: path, reason: "it is a folder") }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            // One byte more than a manifest may have tells the parser that there is too much.
            return Array(try file.read(upToCount: NodeParser.mostBytes + 1) ?? Data())
        } catch {
            throw .unreadable(path: path, reason: (error as NSError).localizedDescription)
        }
    }

    /// - Parameters:
    ///   - file: what messages call it.
    ///   - directory: relative paths of the file begin there.
    ///   - overrides: values in the place of the file's.
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
