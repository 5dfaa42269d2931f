import ParameterKit

/// The schema for readers: people (Markdown) and editors (JSON Schema).
enum SchemaDocument {
    static func markdown(of document: DocumentType) -> String {
        var page = """
            # Keys of the \(document.noun)

            Relative paths are relative to the \(document.noun). `~` and `$NAME` are read as a shell reads them. A key that is not listed here is an error, and so is a value of another type: values
            are read as what the key expects, so that `no` or `12:30` is text where text is expected, and never a truth value or a time.
            """ + "\n"
        page += chapter(document.root, title: nil)
        for key in document.root.keys {
            for inner in key.type.innerSections { page += chapter(inner.section, title: key.name + inner.suffix) }
        }
        return page
    }

    private static func chapter(_ section: SectionType, title: String?) -> String {
        var text = "\n"
        if let title {
            text += (title.contains(".") ? "###" : "##") + " `\(title)`\n\n"
        }
        text += "| Key | Takes | Default | Meaning |\n|---|---|---|---|\n"
        for key in section.keys {
            let cells = ["`\(key.name)`", key.type.reading, key.reading, key.doc + key.type.choiceDocs]
            text +=
                "| "
                + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
                .joined(
                    separator: " | ") + " |\n"
        }
        guard let title else { return text }
        for key in section.keys {
            for inner in key.type.innerSections {
                text += chapter(inner.section, title: title + "." + key.name + inner.suffix)
            }
        }
        return text
    }
}

extension ValueType {
    /// The accepted values, for a table's cell. Sections and lists of sections have a table of their own.
    fileprivate var reading: String {
        switch self {
        case .choice(let choices): choices.map { "`\($0.name)`" }.joined(separator: ", ")
        case .section(let section):
            section.shorthand.first.flatMap { name in section.keys.first { $0.name == name } }.map {
                $0.type.reading + ", or a mapping"
            } ?? "a mapping"
        case .mapping(let names, let element): "a mapping from \(names.plural), each \(element.reading)"
        case .methods(let choices):
            "a mapping from \(choices.noun)s, each a mapping: "
                + choices.methods.map { "`\($0.name)`" }.joined(separator: ", ")
        case .or(let word, let type): "`\(word.name)`, or \(type.reading)"
        case .list(let element, let rule):
            rule.count.count == 1
                ? "a list of \(rule.count.lowerBound), each \(element.reading)" : "a list, each \(element.reading)"
        case .either(let types): types.map(\.reading).joined(separator: ", or ")
        default: expected
        }
    }

    /// What the words of a choice mean.
    fileprivate var choiceDocs: String {
        switch self {
        case .choice(let choices): choices.map { " `\($0.name)`: \($0.doc)." }.joined()
        case .list(let element, _): element.choiceDocs
        case .or(let word, let type): " `\(word.name)`: \(word.doc)." + type.choiceDocs
        case .methods(let choices): choices.methods.map { " `\($0.name)`: \($0.doc)." }.joined()
        case .either(let types): types.map(\.choiceDocs).joined()
        default: ""
        }
    }

    /// Sections inside a section's key, and how their path goes on.
    fileprivate var innerSections: [(suffix: String, section: SectionType)] {
        switch self {
        case .section(let section): [("", section)]
        case .mapping(_, let element): element.innerSections.map { (".CATEGORY" + $0.suffix, $0.section) }
        case .list(let element, _): element.innerSections.map { ("[]" + $0.suffix, $0.section) }
        case .methods(let choices): choices.methods.map { (".\($0.name)", $0.settings) }
        case .or(_, let type): type.innerSections
        case .either(let types): types.flatMap(\.innerSections)
        default: []
        }
    }
}

extension SchemaKey {
    /// The default, in a table's cell.
    fileprivate var reading: String {
        switch fallback {
        case .required: "**required**"
        case .absent: "left out"
        case .value(let value): "`" + type.text(of: value) + "`"
        case .section: "its keys' defaults"
        case .computed(let sentence): sentence
        }
    }
}
