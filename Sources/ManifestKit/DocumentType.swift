package import ParameterKit

/// A kind of file: its schema, and what messages call it.
package struct DocumentType: Sendable {
    package let root: SectionType
    /// "manifest"
    package let noun: String
    package let version: Int
    /// Keys of older versions, by their path (`generation.model`), and values, by path and text (`training: none`) →
    /// what to say of them, e.g. "it is now `models.diffusion`".
    package let moved: [String: String]

    /// What to say to an older version of the format.
    package let olderVersion: String

    package init(
        root: SectionType, noun: String, version: Int, moved: [String: String] = [:], olderVersion: String = ""
    ) {
        (self.root, self.noun, self.version, self.moved) = (root, noun, version, moved)
        self.olderVersion = olderVersion
    }

    /// What to say to another version of the format.
    func hint(forVersion text: String) -> String {
        guard let number = Int(text), number > 0 else { return "" }
        return number < version ? olderVersion : "; this program is older than that format, or the number is a slip"
    }

    /// A page that lists every key: what it takes, its default, its meaning. Without the last newline.
    package var keysInMarkdown: String { String(SchemaDocument.markdown(of: self).dropLast()) }

    /// A JSON Schema (draft 7, the one that editors know best). Without the last newline.
    ///
    /// It checks keys, types and ranges as the program does; rules between keys are the program's alone.
    package var jsonSchema: String { SchemaDocument.json(of: self) }
}
