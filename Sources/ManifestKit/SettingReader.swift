/// Takes the fields of the typed sections out of checked settings.
///
/// The settings have been through the schema; a key that isn't there, or of another type, is a mistake in this module.
struct SettingReader {
    private let setting: Setting
    private let directory: String

    init(_ setting: Setting, directory: String) { (self.setting, self.directory) = (setting, directory) }

    func has(_ key: String) -> Bool { setting[key] != nil }

    /// Whether a key holds this word.
    func isKeyword(_ key: String, _ word: String) -> Bool { setting[key] == .keyword(word) }

    private func value(_ key: String) -> Setting {
        guard let value = setting[key] else { preconditionFailure("the schema has no setting for \(key)") }
        return value
    }

    private func mismatch(_ key: String) -> Never { preconditionFailure("the schema gives \(key) another type") }

    func section(_ key: String) -> SettingReader { SettingReader(value(key), directory: directory) }

    func text(_ key: String) -> String {
        if case .text(let text) = value(key) { text } else { mismatch(key) }
    }

    func boolean(_ key: String) -> Bool {
        if case .boolean(let flag) = value(key) { flag } else { mismatch(key) }
    }

    func integer(_ key: String) -> Int {
        if case .integer(let number) = value(key) { number } else { mismatch(key) }
    }

    func decimal(_ key: String) -> DecimalNumber {
        if case .decimal(let number) = value(key) { number } else { mismatch(key) }
    }

    func number(_ key: String) -> Double { decimal(key).value }

    func bytes(_ key: String) -> Int {
        if case .bytes(let count) = value(key) { count } else { mismatch(key) }
    }

    func choice<Word: RawRepresentable<String>>(_ key: String, as type: Word.Type = Word.self) -> Word {
        guard case .keyword(let word) = value(key), let choice = Word(rawValue: word) else { mismatch(key) }
        return choice
    }

    func path(_ key: String) -> ManifestPath {
        let written = text(key)
        // `..` is left to the system: behind a symbolic link it is not what the text looks like.
        return ManifestPath(written: written, absolute: written.hasPrefix("/") ? written : directory + "/" + written)
    }

    func seed(_ key: String) -> SeedSource {
        isKeyword(key, "sampling") ? .sampling : .fixed(UInt32(clamping: integer(key)))
    }

    // MARK: lists and tables

    private func elements(_ key: String) -> [Setting] {
        if case .list(let elements) = value(key) { elements } else { mismatch(key) }
    }

    func texts(_ key: String) -> [String] {
        elements(key).map { if case .text(let text) = $0 { text } else { mismatch(key) } }
    }

    func integers(_ key: String) -> [Int] {
        elements(key).map { if case .integer(let number) = $0 { number } else { mismatch(key) } }
    }

    func numbers(_ key: String) -> [Double] {
        elements(key).map { if case .decimal(let number) = $0 { number.value } else { mismatch(key) } }
    }

    func choices<Word: RawRepresentable<String>>(_ key: String, as type: Word.Type = Word.self) -> [Word] {
        elements(key).map {
            guard case .keyword(let word) = $0, let choice = Word(rawValue: word) else { mismatch(key) }
            return choice
        }
    }

    func shots(_ key: String) -> [Shots] { elements(key).map { shots($0, key) } }

    func shotCount(_ key: String) -> Shots { shots(value(key), key) }

    private func shots(_ setting: Setting, _ key: String) -> Shots {
        switch setting {
        case .integer(let count): .count(count)
        case .keyword: .full
        default: mismatch(key)
        }
    }

    func tables(_ key: String) -> [SettingReader] { elements(key).map { SettingReader($0, directory: directory) } }

    func dictionary<Value>(_ key: String, _ make: (SettingReader) -> Value) -> [String: Value] {
        guard case .table(let entries) = value(key) else { mismatch(key) }
        return Dictionary(entries.map { ($0.key, make(SettingReader($0.value, directory: directory))) }) { $1 }
    }

    /// A table of lists of texts, in its order.
    func orderedTexts(_ key: String) -> [(key: String, texts: [String])] {
        guard case .table(let entries) = value(key) else { mismatch(key) }
        let reader = section(key)
        return entries.map { ($0.key, reader.texts($0.key)) }
    }

    /// This setting itself, where it is no table.
    var ownText: String {
        if case .text(let text) = setting { text } else { mismatch("it") }
    }
}
