package import Foundation
package import MethodKit

/// A way to lay a labelled data set out in files.
package protocol ExportLayout: Method {
    /// Which pictures the layout has room for in which split.
    static var split: SplitRule { get }
    /// The name of a category's or kind's folder in this layout: plain ASCII, and whatever else its readers ask.
    static func folder(_ name: String) -> String
    /// The files of the set, each path once, in any order.
    ///
    /// - Throws: whatever reading the set's files throws, and `DatasetError` for a set that this layout can't
    ///   represent.
    func files(of set: ExportSet) throws -> [ExportFile]
    /// How to read the files, for the data set's card: lines of Markdown.
    func explanation(of set: ExportSet) -> [String]
    /// Lines for the YAML header of the card, where readers look for settings there.
    func cardHeader(of set: ExportSet) -> [String]
}

extension ExportLayout {
    package static func folder(_ name: String) -> String { ExportSet.plainFolder(name) }
    package func cardHeader(of set: ExportSet) -> [String] { [] }
}

/// A file of an export. Bytes are had when they are written, so that one file at a time is in memory.
package struct ExportFile: Sendable {
    package enum Content: Sendable {
        case bytes(ExportSet.Bytes)
        /// Written to a file that doesn't exist yet, for contents that may be large.
        case written(@Sendable (URL) throws -> Void)
    }

    /// Below the data set's folder.
    package var path: String
    package var content: Content

    package init(_ path: String, _ bytes: @escaping ExportSet.Bytes) {
        (self.path, content) = (path, .bytes(bytes))
    }

    package init(_ path: String, written: @escaping @Sendable (URL) throws -> Void) {
        (self.path, content) = (path, .written(written))
    }
}
