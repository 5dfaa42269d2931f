package import MethodKit
package import ParameterKit

/// The generators that manifests can name, one line each.
package enum Generators: MethodRegistry {
    package static let noun = "generator"
    package static let all: [any Generator.Type] = [
        CUT.self, SDAS.self, CutPaste.self, PerlinTexture.self, NSA.self, External.self,
    ]
    package static var methods: [any Method.Type] { all }
}

/// The name of a registered generator.
package struct GeneratorName: KeyValue, SelfTyped {
    package var name: String
    package init(_ type: any Generator.Type) { name = type.name }

    package static var valueType: ValueType { .choice(Generators.all.map { Choice($0.name, $0.doc) }) }
    package static func read(_ json: JSONValue, _ reading: Reading) -> GeneratorName? {
        json.string.flatMap { name in Generators.all.first { $0.name == name } }.map { GeneratorName($0) }
    }
    package var json: JSONValue { .string(name) }
}
