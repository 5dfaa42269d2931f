package import ParameterKit

/// The request that an object on disk answers: a text that can be diffed, and its hash.
///
/// It holds the stage's name and version, the parameters that affect the result, and the names of the objects it is
/// built on. It never holds devices, thread counts, times or paths of the machine: those are provenance.
package struct ObjectIdentity: Sendable, Equatable {
    package var stage: String
    /// Goes up when the stage's output changes for the same request.
    package var version: Int
    package var asked: JSONValue
    /// Role → name of the input object.
    package var inputs: [String: String]
    /// Requested units that are absent. An object built on a gap (`--keep-going`) has another identity.
    package var missing: [String]

    package init(stage: String, version: Int, asked: JSONValue, inputs: [String: String] = [:], missing: [String] = [])
    {
        (self.stage, self.version, self.asked, self.inputs) = (stage, version, asked, inputs)
        self.missing = missing.sorted()
    }

    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "stage": .string(stage), "version": .int(version), "asked": asked,
            "inputs": .object(inputs.mapValues { .string($0) }),
        ]
        if !missing.isEmpty { members["missing"] = .array(missing.map { .string($0) }) }
        return .object(members)
    }

    /// `<stage>-v<version>-<12 hex>`: the folder's name under `objects/`.
    package var name: String {
        "\(stage)-v\(version)-\(Digest.sha256(json.canonicalText).prefix(12))"
    }
}

extension ObjectIdentity {
    /// Reads `identity.json` back; nil when it isn't one.
    package init?(json: JSONValue) {
        guard let stage = json["stage"]?.string, let version = json["version"]?.int, let asked = json["asked"] else {
            return nil
        }
        self.init(
            stage: stage, version: version, asked: asked,
            inputs: (json["inputs"]?.object ?? [:]).compactMapValues(\.string),
            missing: (json["missing"]?.array ?? []).compactMap(\.string))
    }

    /// What differs from `old`, in the words of the manifest: `steps: 200 → 50`.
    package func changes(since old: ObjectIdentity) -> [String] {
        var lines: [String] = []
        if version != old.version { lines.append("stage version: \(old.version) → \(version)") }
        Self.compare(old.asked, asked, path: "", into: &lines)
        for role in Set(inputs.keys).union(old.inputs.keys).sorted() where inputs[role] != old.inputs[role] {
            lines.append("its input \(role) changed")
        }
        if missing != old.missing { lines.append("missing units: \(old.missing.count) → \(missing.count)") }
        return lines
    }

    private static func compare(_ old: JSONValue?, _ new: JSONValue?, path: String, into lines: inout [String]) {
        // A number may be 0 on disk and 0.0 in a parameter; equal canonical text means no change.
        if old == new || old?.canonicalText == new?.canonicalText { return }
        if case .object(let before)? = old, case .object(let after)? = new {
            for key in Set(before.keys).union(after.keys).sorted() {
                compare(before[key], after[key], path: path.isEmpty ? key : "\(path).\(key)", into: &lines)
            }
        } else {
            let (before, after) = (brief(old), brief(new))
            guard before == after, let old, let new else {
                lines.append("\(path): \(before) → \(after)")
                return
            }
            // Long values that begin alike: the place where they differ.
            let (left, right) = IdentityDifference.windows(old.canonicalText, new.canonicalText)
            lines.append("\(path): \(left) → \(right)")
        }
    }

    private static func brief(_ value: JSONValue?) -> String {
        guard let text = value?.canonicalText else { return "absent" }
        return text.count > 60 ? text.prefix(57) + "…" : text
    }
}
