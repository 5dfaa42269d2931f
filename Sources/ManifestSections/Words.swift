import Foundation

/// Prompts and the words in them.
package enum Words {
    /// The template with the object's and the anomaly's words in their places.
    package static func fill(_ template: String, object: String, anomaly: String) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "[") {
            result += rest[..<open]
            rest = rest[open...]
            if rest.hasPrefix("[cls]") {
                result += object
                rest = rest.dropFirst("[cls]".count)
            } else if rest.hasPrefix("[anomaly]") {
                result += anomaly
                rest = rest.dropFirst("[anomaly]".count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }

    /// The places of the phrases that replace `[anomaly]`, in bytes of the filled prompt's UTF-8; empty for a template
    /// without it.
    package static func places(_ template: String, object: String, anomaly: String) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var rest = template[...]
        while let mark = rest.range(of: "[anomaly]") {
            let before = template[..<mark.lowerBound]
            let start = fill(String(before), object: object, anomaly: anomaly).utf8.count
            places += ranges(ofPhrasesIn: anomaly).map { start + $0.lowerBound..<start + $0.upperBound }
            rest = rest[mark.upperBound...]
        }
        return places
    }

    /// The ranges between commas, without spaces around them, in bytes.
    private static func ranges(ofPhrasesIn words: String) -> [Range<Int>] {
        words.split(separator: ",").compactMap { part in
            guard let first = part.firstIndex(where: { !$0.isWhitespace }),
                let last = part.lastIndex(where: { !$0.isWhitespace })
            else { return nil }
            let start = words.utf8.distance(from: words.startIndex, to: first)
            return start..<start + part[first...last].utf8.count
        }
    }

    /// The phrases of "cracked, bent over": split at commas, spaces trimmed, empty ones left out.
    package static func phrases(of words: String) -> [String] {
        words.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.filter {
            !$0.isEmpty
        }
    }

    /// "Bent over, cracked" as a folder's name: `bent_over_cracked`. `nil` if no letter or digit of ASCII is in it.
    package static func folderName(of words: String) -> String? {
        let parts = words.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return parts.isEmpty ? nil : String(parts.joined(separator: "_").prefix(64))
    }

    /// Whether a phrase occurs in a prompt, ignoring letter case and widths of spaces as CLIP's tokenizer does.
    package static func stands(_ phrase: String, in prompt: String) -> Bool {
        func plain(_ text: String) -> String {
            " " + text.lowercased().split { !($0.isLetter || $0.isNumber) }.joined(separator: " ") + " "
        }
        return plain(prompt).contains(plain(phrase))
    }
}
