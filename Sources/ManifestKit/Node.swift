import OrderedCollections

/// YAML as it was written: no types yet, every part with its place.
struct Node: Equatable {
    indirect enum Content: Equatable {
        /// `plain`: written without quotes.
        case scalar(String, plain: Bool)
        case sequence([Node])
        /// In the order of the file; no key stands there twice.
        case mapping(OrderedDictionary<String, Member>)
        /// Something that has already been reported (an alias), so it must not be reported again.
        case refused
    }
    struct Member: Equatable {
        var keyLocation: SourceLocation
        var value: Node
    }
    var content: Content
    var location: SourceLocation

    /// The node in a few words, for "expected ..., found ...".
    var summary: String {
        switch content {
        case .scalar("", plain: true): "nothing"
        case .scalar(let text, plain: true): shown(text)
        case .scalar(let text, plain: false): "the quoted text " + shown(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .refused: "something refused"
        }
    }
}

extension Node {
    /// What to write where a list is expected and a single value was found.
    var listHint: String {
        guard case .scalar(let text, _) = content, !text.isEmpty, text.count <= 40,
            !text.contains(where: { ",[]{}:#\"'".contains($0) })
        else { return "" }
        return "; write [\(text)]"
    }

    /// Sets the value at a path given on the command line. Creates missing mappings on the way and replaces anything
    /// that isn't a mapping.
    mutating func set(_ value: Node, at path: ArraySlice<String>) {
        guard let key = path.first else {
            self = value
            return
        }
        var members: OrderedDictionary<String, Member> = [:]
        if case .mapping(let present) = content { members = present } else { location = value.location }
        let made = Member(
            keyLocation: value.location, value: Node(content: .mapping([:]), location: value.location))
        members[key, default: made].value.set(value, at: path.dropFirst())
        content = .mapping(members)
    }
}
