// Sections, tables of methods, lists and mappings from names.

import OrderedCollections
import ParameterKit

extension SchemaWalk {
    mutating func section(_ node: Node, as type: SectionType, at path: String) -> JSONValue? {
        let written: OrderedDictionary<String, Node.Member>
        switch node.content {
        case .mapping(let members): written = members
        case .scalar(let text, let plain) where !type.shorthand.isEmpty && !(plain && text.isEmpty):
            // All keys of a shorthand have one type, so an error is reported once, for the section.
            guard let first = type.shorthand.first.flatMap(type.key), value(node, as: first.type, at: path) != nil
            else {
                return nil
            }
            let member = Node.Member(keyLocation: node.location, value: node)
            written = OrderedDictionary(uniqueKeysWithValues: type.shorthand.map { ($0, member) })
        default:
            let what =
                path.isEmpty
                ? "a \(document.noun) is a mapping of sections"
                : "\(path): expected \(ValueType.section(type).expected)"
            var hint = ""
            if case .scalar(let text, _) = node.content, let moved = document.moved["\(path): \(text)"] {
                hint = "; \(moved)"
            }
            report("\(what), found \(node.summary)\(hint)", at: node.location)
            return nil
        }
        for (name, member) in written where type.key(name) == nil {
            unknown(name, at: member.keyLocation, in: type, at: path)
        }
        var members: [String: JSONValue] = [:]
        for (name, member) in written {
            guard let key = type.key(name) else { continue }
            if let value = value(member.value, as: key.type, at: inner(path, key.name)) { members[key.name] = value }
        }
        for key in type.keys where key.isRequired && written[key.name] == nil {
            report("\(inner(path, key.name)) is missing: \(key.doc)", at: node.location)
            spoil(inner(path, key.name))
        }
        return .object(members)
    }

    private func inner(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }

    private mutating func unknown(
        _ name: String, at location: SourceLocation, in type: SectionType, at path: String
    ) {
        let place = path.isEmpty ? "a \(document.noun)" : "`\(path)`"
        var hint = Suggestion.text(for: name, among: type.keys.map(\.name))
        if let moved = document.moved[inner(path, name)] {
            hint = "; \(moved)"
        } else if hint.isEmpty, let homes = homes(of: name) {
            hint = "; there is a key " + homes.map { "`\($0)`" }.joined(separator: " and a key ")
        } else if hint.isEmpty, document.root.paths(ofKey: name).isEmpty,
            let near = Suggestion.nearest(to: name, among: document.root.allNames.sorted()),
            let home = document.root.paths(ofKey: near).first,
            name.count > 4 || !path.isEmpty && home.hasPrefix(path + ".")
        {
            hint = "; did you mean `\(home)`?"
        }
        report("unknown key \(shown(name)) in \(place)\(hint)", at: location)
    }

    /// The one key of this name, wherever it is. Names that several sections have, and short ones deep inside, say
    /// nothing of what was meant.
    private func homes(of name: String) -> [String]? {
        let homes = document.root.paths(ofKey: name)
        guard (1...2).contains(homes.count) else { return nil }
        return name.count > 5 || homes.allSatisfy { $0.split(separator: ".").count < 4 } ? homes : nil
    }

    /// Tables with the keys of their methods.
    mutating func methods(_ node: Node, _ choices: MethodChoices, at path: String) -> JSONValue? {
        guard case .mapping(let written) = node.content else {
            report("\(path): expected \(ValueType.methods(choices).expected), found \(node.summary)", at: node.location)
            return nil
        }
        var members: [String: JSONValue] = [:]
        for (name, member) in written {
            let place = path + "." + name
            guard TextRule.name.accepts(name) else {
                report("\(path): expected \(TextRule.name.expected), found \(shown(name))", at: member.keyLocation)
                continue
            }
            guard let method = method(of: name, member, choices, at: path) else {
                spoil(place)
                continue
            }
            var keys = method.settings
            let saysMethod =
                if case .mapping(let own) = member.value.content {
                    own[MethodChoices.methodKey] != nil
                } else {
                    false
                }
            if choices.takesOwnNames, saysMethod { keys.keys.insert(choices.methodSchema, at: 0) }
            if let table = value(member.value, as: .section(keys), at: place) { members[name] = table }
        }
        return members.count == written.count ? .object(members) : nil
    }

    /// The method of a table: given by its key `method`, or by the table's name.
    private mutating func method(
        of name: String, _ member: Node.Member, _ choices: MethodChoices, at path: String
    ) -> MethodChoices.Method? {
        var (wanted, location) = (name, member.keyLocation)
        if choices.takesOwnNames, case .mapping(let own) = member.value.content,
            let named = own[MethodChoices.methodKey],
            case .scalar(let text, _) = named.value.content
        {
            (wanted, location) = (text, named.value.location)
        }
        if let method = choices.methods.first(where: { $0.name == wanted }) { return method }
        let names = choices.methods.map(\.name)
        var hint = Suggestion.text(for: wanted, among: names)
        if hint.isEmpty {
            hint = "; there is \(anyOf(names))"
            if choices.takesOwnNames { hint += ", and a table with a name of its own says `method:`" }
        }
        report("\(path): there is no \(choices.noun) \(shown(wanted))\(hint)", at: location)
        return nil
    }

    mutating func mapping(_ node: Node, from names: MappingRule, to element: ValueType, at path: String) -> JSONValue? {
        guard case .mapping(let written) = node.content else {
            report("\(path): expected a mapping from \(names.plural), found \(node.summary)", at: node.location)
            return nil
        }
        var entries: [(String, JSONValue)] = []
        for (name, member) in written {
            guard names.rule.accepts(name) else {
                report("\(path): expected \(names.rule.expected), found \(shown(name))", at: member.keyLocation)
                continue
            }
            if let value = value(member.value, as: element, at: path + "." + name) {
                entries.append((name, value))
            }
        }
        guard entries.count == written.count else { return nil }
        if names.isOrdered { return .array(entries.map { .array([.string($0), $1]) }) }
        return .object(Dictionary(entries) { first, _ in first })
    }

    mutating func list(_ node: Node, of element: ValueType, _ rule: ListRule, at path: String) -> JSONValue? {
        let type = ValueType.list(of: element, rule)
        guard case .sequence(let nodes) = node.content else {
            report("\(path): expected \(type.expected), found \(node.summary)\(node.listHint)", at: node.location)
            return nil
        }
        guard rule.count.contains(nodes.count) else {
            report("\(path): expected \(type.expected), found a list of \(nodes.count)", at: node.location)
            return nil
        }
        var elements: [JSONValue] = []
        for (index, node) in nodes.enumerated() {
            let place = "\(path)[\(index)]"
            guard let value = value(node, as: element, at: place) else { continue }
            if let twin = elements.first(where: { rule.distinct.same($0, value) }) {
                report("\(place): \(rule.distinct.name(of: twin, element)) is here a second time", at: node.location)
                continue
            }
            if rule.ascending, let number = value.number, let last = elements.last?.number, number <= last {
                let (low, high) = (element.text(of: elements[elements.count - 1]), element.text(of: value))
                report("\(path): expected ascending numbers, found \(high) after \(low)", at: node.location)
                continue
            }
            elements.append(value)
        }
        return elements.count == nodes.count ? .array(elements) : nil
    }
}

extension SchemaKey {
    fileprivate var isRequired: Bool { if case .required = fallback { true } else { false } }
}

extension ListRule.Distinct {
    fileprivate func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch self {
        case .no: false
        case .elements: left == right
        case .key(let key): left[key] != nil && left[key] == right[key]
        }
    }

    fileprivate func name(of value: JSONValue, _ type: ValueType) -> String {
        if case .key(let key) = self, case .section(let section) = type, let own = value[key],
            let type = section.key(key)?.type
        {
            return "the \(key) " + shown(type.text(of: own))
        }
        return shown(type.text(of: value))
    }
}
