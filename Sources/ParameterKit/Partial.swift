/// Some keys of a section, to be laid over another section; missing keys have no defaults.
package struct Partial<Section: Parameters>: SelfTyped {
    /// What was written, by key.
    package let written: [String: JSONValue]
    /// Where relative paths in it begin.
    private let directory: String

    /// The section with these keys replacing its own.
    package func laid(over base: Section) -> Section {
        let members = (base.json.object ?? [:]).merging(written) { _, own in own }
        return Section.read(.object(members), Reading(directory: directory)) ?? base
    }

    package static var valueType: ValueType {
        .section(
            SectionType(
                keys: Section.section.keys.map { SchemaKey($0.name, $0.type, .absent, $0.doc, effect: $0.effect) }))
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> Partial? {
        json.object.map { Partial(written: $0, directory: reading.directory) }
    }
    package var json: JSONValue { .object(written) }
}
