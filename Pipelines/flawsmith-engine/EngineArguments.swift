/// The words of the command line, taken out one option at a time.
struct EngineArguments {
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    private var words: [String]

    init(_ words: [String]) { self.words = words }

    var first: String? { words.first }

    /// Whether the word is there; it is taken out.
    mutating func take(_ word: String) -> Bool {
        guard let place = words.firstIndex(of: word) else { return false }
        words.remove(at: place)
        return true
    }

    /// The value of `--option value` or `--option=value`; nil when the option is absent.
    mutating func value(_ option: String) throws(Problem) -> String? {
        if let place = words.firstIndex(where: { $0.hasPrefix(option + "=") }) {
            return String(words.remove(at: place).dropFirst(option.count + 1))
        }
        guard let place = words.firstIndex(of: option) else { return nil }
        guard place + 1 < words.count else { throw Problem(description: "\(option) needs a value") }
        words.remove(at: place)
        return words.remove(at: place)
    }

    mutating func integer(_ option: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = try value(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                description:
                    "\(option) is “\(text)”; a whole number from \(range.lowerBound) to \(range.upperBound) is expected"
            )
        }
        return number
    }

    /// Refuses what is left over.
    func finish() throws(Problem) {
        if let word = words.first { throw Problem(description: "“\(word)” is not known here") }
    }
}
