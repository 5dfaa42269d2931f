import Foundation
import ManifestKit
import ManifestSections
import Testing

/// The two documents made from the schema: both must have every key of a resolved manifest.
@Suite struct SchemaDocumentTests {
    /// Key paths of the whole manifest, from its canonical text.
    private static func keyPaths() throws -> [[String]] {
        let text = try Manifest.load(path: snapshots.appendingPathComponent("whole.yaml").path).resolvedText
        var path: [String] = []
        var paths: [[String]] = []
        for line in text.split(separator: "\n") where !line.contains("- ") {
            let indent = line.prefix { $0 == " " }.count / 2
            guard let colon = line.firstIndex(of: ":"), indent < 3, path.count >= indent else { continue }
            path = Array(path[..<indent]) + [line[..<colon].trimmingCharacters(in: .whitespaces)]
            if !path.contains("overrides"), !path.contains("anomalies") { paths.append(path) }
        }
        return paths
    }

    @Test func markdownListsEveryKey() throws {
        let page = Manifest.document.keysInMarkdown
        let paths = try Self.keyPaths()
        #expect(paths.count > 70)
        for path in paths {
            // A method's table has no row of its own, but a chapter.
            let chapter = "# `\(path.joined(separator: "."))`\n"
            #expect(page.contains("\n| `\(path[path.count - 1])` | ") || page.contains(chapter), "\(path)")
        }
        for title in [
            "dataset", "foreground.overrides.CATEGORY", "generation.anomalies[]",
            "generation.overrides.CATEGORY.anomalies[]",
            "generation.cut.guidance", "detectors.vlad",
        ] {
            #expect(page.contains("# `\(title)`\n"))
        }
        // Every row has its four cells.
        for row in page.split(separator: "\n") where row.hasPrefix("|") {
            #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 5)
        }
        #expect(
            page.contains("| `steps` | a whole number from 1 to 1000 | `200`; at `fast` `40`, at `draft` `32` |"))
        #expect(page.contains("| `overrides` | a mapping from categories, each a mapping | `{}` |"))
        #expect(page.contains("`perlin`: Perlin masks filled with texture, without a network (DRAEM's)."))
        #expect(page.contains("# `auxiliary`\n\n| Key |"))
    }

    @Test func jsonSchemaDescribesEveryKey() throws {
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(Manifest.document.jsonSchema.utf8)) as? [String: Any])
        #expect(root["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        for path in try Self.keyPaths() {
            var schemas: [[String: Any]] = [root]
            for key in path {
                schemas = schemas.flatMap { schema in
                    ([schema] + (schema["anyOf"] as? [[String: Any]] ?? [])).compactMap {
                        ($0["properties"] as? [String: Any])?[key] as? [String: Any]
                    }
                }
            }
            #expect(!schemas.isEmpty, "\(path)")
            #expect(schemas.allSatisfy { ($0["description"] as? String)?.isEmpty == false })
        }
        let dataset = try #require((root["properties"] as? [String: Any])?["dataset"] as? [String: Any])
        #expect(dataset["additionalProperties"] as? Bool == false)
        #expect(dataset["required"] as? [String] == ["path"])
    }
}
