/// What the shipped models never see damaged in training. The demo asks them for such damage, which they must transfer
/// from other objects.
package enum HeldOut {
    /// Categories of which training only sees undamaged parts.
    package static let neverDamaged: [String] = ["tile", "gear"]

    /// Damages that training sees on other categories, but not on this one.
    package static let pairs: [(category: String, damage: String)] = [
        ("plank", "stain"), ("hex_nut", "dent"), ("capsule", "scratch"), ("bottle", "contamination"),
        ("cloth", "discolouration"),
    ]

    /// Whether training may show this damage on this category.
    package static func isSeen(category: String, damage: String) -> Bool {
        !neverDamaged.contains(category) && !pairs.contains { $0.category == category && $0.damage == damage }
    }
}
