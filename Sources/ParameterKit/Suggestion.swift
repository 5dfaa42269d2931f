/// "Did you mean": the nearest known word by edit distance.
package enum Suggestion {
    /// Longer texts are not typing errors of a key.
    private static let longest = 40

    /// `; did you mean ...?`, or nothing where no word is near.
    package static func text(for word: String, among known: [String]) -> String {
        nearest(to: word, among: known).map { "; did you mean `\($0)`?" } ?? ""
    }

    /// The nearest known word, the first of equally near ones; nil if more than a third of the letters differ. One
    /// letter may always differ.
    package static func nearest(to word: String, among known: [String]) -> String? {
        guard !word.isEmpty, word.unicodeScalars.count <= longest else { return nil }
        let letters = Array(word.lowercased().unicodeScalars)
        let limit = max(1, letters.count / 3)
        let near = known.map { ($0, distance(letters, Array($0.lowercased().unicodeScalars))) }.filter {
            $0.1 <= limit && $0.0 != word
        }
        return near.min { $0.1 < $1.1 }?.0
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                row.append(cost)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
