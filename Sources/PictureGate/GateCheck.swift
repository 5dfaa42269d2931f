/// What a picture is checked for, in this order.
///
/// *Source*: what released generators' users found wrong with their pictures: nothing visible, changes without a label,
/// labels without a change, labels of an impossible size or beside the part, black and white pictures.
package enum GateCheck: String, Sendable, Codable, CaseIterable {
    /// Something is to be seen inside the label.
    case change
    /// Nothing has changed outside of it.
    case outside
    /// The label is where the change is.
    case overlap
    /// The label has a size that damage has.
    case area
    /// The label lies on the part.
    case part
    /// The damage looks like real damage.
    case real
    /// The picture isn't of one colour.
    case blank

    /// The keys under `quality` that hold its thresholds.
    package var keys: [String] {
        switch self {
        case .change: ["change"]
        case .outside: ["outside", "contrast"]
        case .overlap: ["overlap"]
        case .area: ["smallest", "largest", "cells"]
        case .part: ["on_part"]
        case .real: []
        case .blank: ["deviation"]
        }
    }

    /// Why it isn't made; nil: it is.
    package var absence: String? {
        self == .real ? "it compares with pictures of real damage to learn from, and none are taken in" : nil
    }

    /// What a user is to know of checks that aren't made, in a sentence each.
    package static var absences: [String] {
        allCases.compactMap { check in
            check.absence.map { "quality: the check `\(check.rawValue)` is not made: \($0)" }
        }
    }
}
