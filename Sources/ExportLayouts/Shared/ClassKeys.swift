import ParameterKit

/// What the classes of a layout with classes are.
package enum ClassNames: String, KeyChoice {
    case kind, category, one

    package var doc: String {
        switch self {
        case .kind: "the kind of damage, whatever part it is on"
        case .category: "the part and the kind of damage, as in `screw/scratch`"
        case .one: "one class, `damage`"
        }
    }

    func name(_ category: ExportSet.Category, _ picture: ExportSet.Picture) -> String? {
        guard let kind = picture.kind else { return nil }
        switch self {
        case .kind: return kind
        case .category: return "\(category.name)/\(kind)"
        case .one: return "damage"
        }
    }

    /// The classes of a set, in the order of their numbers.
    func all(in set: ExportSet) -> [String] {
        switch self {
        case .kind: return set.kinds
        case .one: return set.kinds.isEmpty ? [] : ["damage"]
        case .category:
            return set.categories.flatMap { category in
                var seen: Set<String> = []
                let damage = category.pictures.sorted { ($0.origin == .real ? 1 : 0) < ($1.origin == .real ? 1 : 0) }
                return damage.compactMap { name(category, $0) }.filter { seen.insert($0).inserted }
            }
        }
    }
}
