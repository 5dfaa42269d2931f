package import Imaging

/// Captions of the pictures, in varied words: lower case, with or without final point.
package enum Captions {
    package struct Damaged: Equatable, Sendable {
        package var text: String
        /// The words that tell the damage; they stand contiguously in `text`.
        package var words: String
    }

    /// A caption of an undamaged part; three of five say that it is sound.
    package static func normal(of category: String, _ stream: inout RandomStream) -> String {
        let name = name(of: category, &stream)
        guard stream.chance(0.6) else { return filled(frame(&stream), name) }
        if stream.chance(0.25) {
            return filled("a photo of a {}", "\(name) that is \(stream.element(Vocabulary.sound))")
        }
        if stream.chance(0.35) { return filled(frame(&stream), "\(name) without \(stream.element(Vocabulary.absent))") }
        return filled(frame(&stream), "\(stream.element(Vocabulary.sound)) \(name)")
    }

    /// A caption of a damaged part. One of three is "a photo of a … that is …", as manifests have it.
    ///
    /// - Parameter namesKind: the share of captions that name the kind of damage; the others speak in words that fit
    ///   any.
    package static func damaged(
        _ category: String, _ damage: String, namesKind: Double, _ stream: inout RandomStream
    ) -> Damaged {
        let name = name(of: category, &stream)
        let special = Vocabulary.damages[damage] ?? Vocabulary.generic
        let words = stream.chance(1 - namesKind) ? Vocabulary.generic : special
        // The manifests' word is said most often.
        let adjective = stream.chance(0.75) ? words.adjectives[0] : stream.element(words.adjectives)
        let noun = "with \(stream.element(words.nouns))"
        if stream.chance(0.34) {
            return Damaged(text: filled("a photo of a {}", "\(name) that is \(adjective)"), words: adjective)
        }
        if stream.chance(0.40) { return Damaged(text: filled(frame(&stream), "\(name) \(noun)"), words: noun) }
        if stream.chance(0.12) { return Damaged(text: "\(name), \(adjective)", words: adjective) }
        return Damaged(text: filled(frame(&stream), "\(adjective) \(name)"), words: adjective)
    }

    /// "a photo of a hex nut that is dented": the caption that manifests ask with, in its usual words.
    package static func plain(_ category: String, _ damage: String) -> Damaged {
        let adjective = word(for: damage)
        return Damaged(
            text: filled("a photo of a {}", "\(Vocabulary.names(of: category)[0]) that is \(adjective)"),
            words: adjective)
    }

    /// The one word that the manifests use for a damage; a damage that has none stands for itself.
    package static func word(for damage: String) -> String { Vocabulary.damages[damage]?.adjectives.first ?? damage }

    private static func name(of category: String, _ stream: inout RandomStream) -> String {
        let names = Vocabulary.names(of: category)
        return stream.chance(0.75) ? names[0] : stream.element(names)
    }

    private static func frame(_ stream: inout RandomStream) -> String {
        stream.chance(0.5) ? stream.element(Vocabulary.templates) : stream.element(Vocabulary.frames)
    }

    /// The template with the phrase in its place; "a" becomes "an" before a vowel.
    private static func filled(_ template: String, _ phrase: String) -> String {
        guard let place = template.firstRange(of: "{}") else { return template }
        var before = String(template[..<place.lowerBound])
        let vowel = phrase.first.map { "aeiou".contains($0) } ?? false
        if vowel && (before == "a " || before.hasSuffix(" a ")) { before = before.dropLast() + "n " }
        return before + phrase + template[place.upperBound...]
    }
}
