package import Imaging
package import ParameterKit

/// What a user may say about masks that can't be seen in them.
package struct MaskKeys: Parameters {
    @Key("Which values of a mask are damage; a single word or number under the key itself is this one.")
    package var levels = MaskLevels.auto
    @Key("Whether masks are drawn the other way round: white is good, black is damaged.")
    package var inverted = false

    package init() {}
    package static var shorthand: [String] { ["levels"] }

    package var reader: MaskReader { MaskReader(rule: levels.rule, inverted: inverted) }
}

/// How the values of a mask become damage.
package enum MaskLevels: SelfTyped, Hashable {
    case auto, labels, halfRange
    /// Damage is what is brighter than this, of 0...255.
    case above(Int)

    package var rule: MaskReader.Rule {
        switch self {
        case .auto: .automatic
        case .labels: .labels
        case .halfRange: .soft
        case .above(let level): .above(level)
        }
    }

    private static let words: [(name: String, value: MaskLevels, doc: String)] = [
        (
            "auto", .auto,
            "found out for each mask: label maps whatever isn't 0, soft masks and JPEG from half their range"
        ),
        ("labels", .labels, "whatever isn't 0"),
        ("half-range", .halfRange, "from half of the mask's largest value on"),
    ]

    /// - Parameter text: as a command line has it; nil for anything else than a word above or a number below 255.
    package init?(_ text: String) {
        if let word = Self.words.first(where: { $0.name == text }) {
            self = word.value
        } else if let level = Int(text), (0...254).contains(level) {
            self = .above(level)
        } else {
            return nil
        }
    }

    package var text: String {
        if case .above(let level) = self { return "\(level)" }
        return Self.words.first { $0.value == self }?.name ?? ""
    }

    package static var valueType: ValueType {
        .either([.choice(words.map { Choice($0.name, $0.doc) }), .integer(0...254)])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> MaskLevels? {
        json.int.map { .above($0) } ?? json.string.flatMap { MaskLevels($0) }
    }
    package var json: JSONValue {
        if case .above(let level) = self { return .int(level) }
        return .string(text)
    }
}
