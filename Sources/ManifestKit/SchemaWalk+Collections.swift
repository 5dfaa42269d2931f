// Sections, lists and mappings from categories.

extension SchemaWalk {
    mutating func section(_ node: Node, as type: SectionType, at path: String) -> Setting? {
        var pairs: [Node.Pair]
        switch node.content {
        case .mapping(let written): pairs = written
        case .scalar(let text, let plain) where !type.shorthand.isEmpty && !(plain && text.isEmpty):
            // All keys of a shorthand are of one type: what is wrong is said once, of the section.
            guard let first = type.keys.first(where: { $0.name == type.shorthand.first }),
                value(node, as: first.type, at: path) != nil
            else { return nil }
            pairs = type.shorthand.map { Node.Pair(key: $0, keyLocation: node.location, value: node) }
        default:
            let what =
                path.isEmpty
                ? "a \(document.noun) is a mapping of sections"
                : "\(path): expected \(ValueType.section(type).expected)"
            report("\(what), found \(node.summary)", at: node.location)
            return nil
        }
        for pair in pairs where !type.keys.contains(where: { $0.name == pair.key }) {
            unknown(pair, in: type, at: path)
        }
        var entries: [Setting.Entry] = []
        for key in type.keys {
            let inner = path.isEmpty ? key.name : path + "." + key.name
            let setting: Setting?
            if let pair = pairs.first(where: { $0.key == key.name }) {
                setting = value(pair.value, as: key.type, at: inner)
            } else {
                setting = fallback(key, in: path, section: node.location)
                if let setting { settings[inner] = setting }
            }
            if let setting { entries.append(.init(key: key.name, value: setting)) }
        }
        return .table(entries)
    }

    private mutating func fallback(_ key: SchemaKey, in section: String, section location: SourceLocation) -> Setting? {
        let path = section.isEmpty ? key.name : section + "." + key.name
        switch key.fallback {
        case .required:
            report("\(path) is missing: \(key.doc)", at: location)
            return nil
        case .absent: return nil
        case .value(let setting): return setting
        case .section:
            guard case .section(let type) = key.type else { return nil }
            return self.section(Node(content: .mapping([]), location: location), as: type, at: path)
        case .computed(_, let compute):
            return compute(Scope(settings: settings, section: section))
        }
    }

    private mutating func unknown(_ pair: Node.Pair, in type: SectionType, at path: String) {
        let place = path.isEmpty ? "a \(document.noun)" : "`\(path)`"
        var hint = Suggestion.text(for: pair.key, among: type.keys.map(\.name))
        if hint.isEmpty, let home = Schema.paths(ofKey: pair.key, in: document.root).first {
            hint = "; there is a key `\(home)`"
        }
        report("unknown key \(shown(pair.key)) in \(place)\(hint)", at: pair.keyLocation)
    }

    mutating func mapping(_ node: Node, from names: NameRule, to element: ValueType, at path: String) -> Setting? {
        guard case .mapping(let pairs) = node.content else {
            report("\(path): expected a mapping from \(names.plural), found \(node.summary)", at: node.location)
            return nil
        }
        var entries: [Setting.Entry] = []
        for pair in pairs {
            guard names.rule.accepts(pair.key) else {
                report("\(path): expected \(names.rule.expected), found \(shown(pair.key))", at: pair.keyLocation)
                continue
            }
            if let setting = value(pair.value, as: element, at: path + "." + pair.key) {
                entries.append(.init(key: pair.key, value: setting))
            }
        }
        return entries.count == pairs.count ? .table(entries) : nil
    }

    mutating func list(_ node: Node, of element: ValueType, _ rule: ListRule, at path: String) -> Setting? {
        guard case .sequence(let nodes) = node.content else {
            report(
                "\(path): expected \(ValueType.list(of: element, rule).expected), found \(node.summary)\(node.listHint)",
                at: node.location)
            return nil
        }
        guard rule.count.contains(nodes.count) else {
            report(
                "\(path): expected \(ValueType.list(of: element, rule).expected), found a list of \(nodes.count)",
                at: node.location
            )
            return nil
        }
        var elements: [Setting] = []
        for (index, node) in nodes.enumerated() {
            let place = "\(path)[\(index)]"
            guard let setting = value(node, as: element, at: place) else { continue }
            if let twin = elements.first(where: { rule.distinct.same($0, setting) }) {
                report("\(place): \(rule.distinct.name(of: twin)) is here a second time", at: node.location)
                continue
            }
            if rule.ascending, case .integer(let number) = setting, case .integer(let last)? = elements.last,
                number <= last
            {
                report("\(path): expected ascending numbers, found \(number) after \(last)", at: node.location)
                continue
            }
            elements.append(setting)
        }
        return elements.count == nodes.count ? .list(elements) : nil
    }
}

extension ListRule.Distinct {
    func same(_ left: Setting, _ right: Setting) -> Bool {
        switch self {
        case .no: false
        case .elements: left == right
        case .key(let key): left[key] != nil && left[key] == right[key]
        }
    }

    func name(of setting: Setting) -> String {
        if case .key(let key) = self, let value = setting[key] { return "the \(key) " + shown(value.inline) }
        return shown(setting.inline)
    }
}

extension Setting {
    /// A key of a table.
    subscript(key: String) -> Setting? {
        guard case .table(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
