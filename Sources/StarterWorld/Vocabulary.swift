/// The words of captions.
enum Vocabulary {
    /// The words for a damage.
    struct Words {
        /// The first is the manifests' word.
        var adjectives: [String]
        /// With article, as after "with".
        var nouns: [String]
    }

    static let damages: [String: Words] = [
        "scratch": Words(
            adjectives: ["scratched", "scored"], nouns: ["a scratch", "a deep scratch", "a long scratch"]),
        "crack": Words(adjectives: ["cracked", "fractured"], nouns: ["a crack", "a jagged crack", "cracks"]),
        "stain": Words(adjectives: ["stained", "soiled"], nouns: ["a stain", "a dark stain", "stains"]),
        "hole": Words(adjectives: ["punctured", "pierced"], nouns: ["a hole", "a ragged hole"]),
        "dent": Words(adjectives: ["dented", "bashed"], nouns: ["a dent", "a deep dent"]),
        "chip": Words(
            adjectives: ["chipped", "splintered"], nouns: ["a chip", "a chipped edge", "a piece broken off"]),
        "contamination": Words(
            adjectives: ["contaminated", "dirty"],
            nouns: ["contamination", "foreign particles", "dirt", "foreign matter on it"]),
        "discolouration": Words(
            adjectives: ["discoloured", "faded"], nouns: ["discolouration", "a discoloured patch"]),
        "burn": Words(adjectives: ["burnt", "scorched"], nouns: ["a burn", "a burn mark", "a scorched patch"]),
    ]

    /// Words that fit any damage.
    static let generic = Words(
        adjectives: ["damaged", "damaged", "broken", "defective", "faulty"],
        nouns: ["a defect", "defect", "damage", "flaw", "a flaw", "an anomaly"])

    /// States of undamaged parts: before the name, and after "without".
    static let sound = ["flawless", "perfect", "unblemished", "intact", "undamaged", "good"]
    static let absent = ["flaw", "defect", "damage"]

    /// Names of a category's objects; the first is the usual one.
    static func names(of category: String) -> [String] {
        let usual = String(category.map { $0 == "_" ? " " : $0 })
        return [usual] + (synonyms[category] ?? [])
    }

    private static let synonyms: [String: [String]] = [
        "hex_nut": ["nut", "steel nut"], "brushed_metal": ["metal sheet", "metal"], "cloth": ["fabric", "woven cloth"],
        "plank": ["wood", "wooden plank"], "tablet": ["pill"], "board": ["circuit board", "pcb"],
        "tile": ["ceramic tile"],
        "bottle": ["bottle mouth", "glass bottle"], "capsule": ["gelatine capsule"],
        "gear": ["cog wheel", "gear wheel"],
    ]

    /// Sentences around a name with its state: those of APRIL-GAN, which the detector's prompt ensemble has too.
    static let templates = [
        "a bad photo of a {}.", "a low resolution photo of the {}.", "a bad photo of the {}.",
        "a cropped photo of the {}.",
        "a bright photo of a {}.", "a dark photo of the {}.", "a photo of my {}.", "a photo of the cool {}.",
        "a close-up photo of a {}.",
        "a black and white photo of the {}.", "a bright photo of the {}.", "a cropped photo of a {}.",
        "a jpeg corrupted photo of a {}.",
        "a blurry photo of the {}.", "a photo of the {}.", "a good photo of the {}.", "a photo of one {}.",
        "a close-up photo of the {}.",
        "a photo of a {}.", "a low resolution photo of a {}.", "a photo of a large {}.", "a blurry photo of a {}.",
        "a jpeg corrupted photo of the {}.", "a good photo of a {}.", "a photo of the small {}.",
        "a photo of the large {}.",
        "a black and white photo of a {}.", "a dark photo of a {}.", "a photo of a cool {}.", "a photo of a small {}.",
        "there is a {} in the scene.", "there is the {} in the scene.", "this is a {} in the scene.",
        "this is the {} in the scene.",
        "this is one {} in the scene.",
    ]
    /// Shorter ones, as people write them.
    static let frames = [
        "{}", "a {}", "a {}", "the {}", "a close-up of the {}", "a close-up of a {}", "a picture of a {}",
        "a photo of a {}",
        "a photo of a {}",
        "an industrial photo of a {}", "a macro shot of a {}", "a view of the {} from above",
        "an inspection picture of a {}",
    ]
}
