import CLibYAML
import OrderedCollections

/// Turns LibYAML's events into nodes, with limits on size, depth and number.
///
/// Aliases, anchors, tags, repeated keys and keys that aren't scalars are reported and left out; reading goes on, so
/// that all errors are reported at once. Nothing is expanded, so the tree is no larger than the text.
struct NodeParser {
    /// A thousand times a long manifest.
    static let mostBytes = 1 << 20
    /// The schema needs 7.
    static let mostDepth = 16
    /// A manifest with every key has about 150; lists of categories and anomalies add some.
    static let mostNodes = 10_000

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The location of all nodes, if the text is an option's value.
    private let option: SourceLocation?
    private let noun: String
    private var nodes = 0
    /// Anchors whose aliases have been reported; each is reported once.
    private var aliases: Set<String> = []
    private(set) var diagnostics = Diagnostics()

    /// Reads one document; `nil` if there is none or it can't be read completely. Reports into `diagnostics`.
    ///
    /// - Parameter noun: what messages call the text.
    static func parse(
        _ text: [UInt8], option: String? = nil, noun: String = "manifest", into diagnostics: inout Diagnostics
    ) -> Node? {
        let option = option.map { SourceLocation.option($0) }
        let start = option ?? .file(line: 1, column: 1)
        guard text.count <= mostBytes else {
            diagnostics.add("larger than \(mostBytes) bytes, which no \(noun) is", at: start)
            return nil
        }
        if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
            diagnostics.add("UTF-16 text; save the \(noun) as UTF-8", at: start)
            return nil
        }
        let body = Array(text.starts(with: [0xEF, 0xBB, 0xBF]) ? text[3...] : text[...])
        guard !body.isEmpty else {  // LibYAML wants an address
            diagnostics.add("empty: there is no \(noun) in it", at: start)
            return nil
        }
        if let offset = firstInvalidByte(of: body) {
            diagnostics.add("not valid UTF-8", at: option ?? location(of: offset, in: body[...]))
            return nil
        }
        return body.withUnsafeBufferPointer { bytes in
            let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
            defer { parser.deallocate() }
            guard yaml_parser_initialize(parser) == 1 else {
                diagnostics.add("no memory to read it", at: start)
                return nil
            }
            defer { yaml_parser_delete(parser) }
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
            var reader = NodeParser(parser: parser, bytes: bytes, option: option, noun: noun)
            reader.diagnostics = diagnostics
            let node = reader.document()
            diagnostics = reader.diagnostics
            return node
        }
    }

    private init(
        parser: UnsafeMutablePointer<yaml_parser_t>, bytes: UnsafeBufferPointer<UInt8>, option: SourceLocation?,
        noun: String
    ) {
        (self.parser, self.bytes, self.option, self.noun) = (parser, bytes, option, noun)
    }

    /// The rest can't be read; the reason has been reported.
    private struct Stop: Error {}

    private mutating func document() -> Node? {
        var root: Node?
        do {
            while true {
                let event = try next()
                switch event.kind {
                case .streamEnd:
                    if root == nil {
                        diagnostics.add("empty: there is no \(noun) in it", at: option ?? .file(line: 1, column: 1))
                    }
                    return root
                case .documentStart where root != nil:
                    diagnostics.add("a second document; a \(noun) is one", at: event.location)
                    return nil
                case .streamStart, .documentStart, .documentEnd:
                    break
                default:
                    root = try node(event, depth: 1)
                }
            }
        } catch {
            return nil
        }
    }

    private mutating func node(_ event: Event, depth: Int) throws(Stop) -> Node {
        nodes += 1
        guard nodes <= Self.mostNodes else {
            throw stop("more than \(Self.mostNodes) values, which no \(noun) has", at: event.location)
        }
        guard depth <= Self.mostDepth else {
            throw stop("nested deeper than \(Self.mostDepth) levels", at: event.location)
        }
        if let tag = event.tag {
            let written = tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst("tag:yaml.org,2002:".count) : tag
            diagnostics.add("tag \(shown(written)): tags are refused; the key decides the type", at: event.location)
        }
        if let anchor = event.anchor, event.kind != .alias {
            diagnostics.add(
                "anchor \(shown("&" + anchor)): anchors are refused; write the value out where it is needed",
                at: event.location)
        }
        switch event.kind {
        case .alias:
            if aliases.insert(event.anchor ?? "").inserted {
                diagnostics.add(
                    "alias \(shown("*" + (event.anchor ?? ""))): aliases are refused; write the value out",
                    at: event.location)
            }
            return Node(content: .refused, location: event.location)
        case .scalar:
            if event.plain, let fault = Typography.fault(in: event.text) {
                diagnostics.add(fault, at: event.location)
            }
            return Node(content: .scalar(event.text, plain: event.plain), location: event.location)
        case .sequenceStart:
            var elements: [Node] = []
            while true {
                let item = try next()
                if item.kind == .end { return Node(content: .sequence(elements), location: event.location) }
                elements.append(try node(item, depth: depth + 1))
            }
        default:
            return Node(content: .mapping(try members(depth: depth)), location: event.location)
        }
    }

    private mutating func members(depth: Int) throws(Stop) -> OrderedDictionary<String, Node.Member> {
        var members: OrderedDictionary<String, Node.Member> = [:]
        while true {
            let event = try next()
            if event.kind == .end { return members }
            let key = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            guard case .scalar(let name, _) = key.content else {
                if key.content != .refused {
                    diagnostics.add("a key that is \(key.summary); keys are words", at: key.location)
                }
                continue
            }
            if let first = members[name]?.keyLocation {
                var place = ""
                if case .file(let line, let column) = first { place = " (first at \(line):\(column))" }
                diagnostics.add("key \(shown(name)) is here a second time\(place)", at: key.location)
                continue
            }
            members[name] = Node.Member(keyLocation: key.location, value: value)
        }
    }

    private mutating func stop(_ message: String, at location: SourceLocation) -> Stop {
        diagnostics.add(message, at: location)
        return Stop()
    }
}

// MARK: - Events

extension NodeParser {
    /// What is needed of a `yaml_event_t`, copied out of it.
    private struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd, alias, scalar, sequenceStart, mappingStart, end
        }
        var kind: Kind
        var location: SourceLocation
        var anchor: String?
        var tag: String?
        var text = ""
        var plain = false
    }

    private mutating func next() throws(Stop) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        let place = option ?? Self.location(event.start_mark)
        func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? { pointer.map { String(cString: $0) } }
        switch event.type {
        case YAML_STREAM_START_EVENT: return Event(kind: .streamStart, location: place)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return Event(kind: .streamEnd, location: place)
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, location: place)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, location: place)
        case YAML_ALIAS_EVENT: return Event(kind: .alias, location: place, anchor: string(event.data.alias.anchor))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return Event(
                kind: .scalar, location: place, anchor: string(scalar.anchor), tag: string(scalar.tag), text: text,
                plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return Event(kind: .sequenceStart, location: place, anchor: string(start.anchor), tag: string(start.tag))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return Event(kind: .mappingStart, location: place, anchor: string(start.anchor), tag: string(start.tag))
        default: return Event(kind: .end, location: place)
        }
    }

    private mutating func syntaxError() -> Stop {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it can't be read"
        if parser.pointee.error == YAML_READER_ERROR {
            let value = parser.pointee.problem_value
            let character = value >= 0 ? " (U+" + String(value, radix: 16, uppercase: true) + ")" : ""
            return stop(
                "not YAML: \(problem)\(character)",
                at: option ?? Self.location(of: parser.pointee.problem_offset, in: bytes[...]))
        }
        var context = Typography.fault(
            inLines: bytes, from: Int(parser.pointee.context_mark.line), to: Int(parser.pointee.problem_mark.line))
        if let text = parser.pointee.context {
            context += " (\(String(cString: text))"
            if option == nil, case .file(let line, let column) = Self.location(parser.pointee.context_mark) {
                context += " that begins at \(line):\(column)"
            }
            context += ")"
        }
        return stop("not YAML: \(problem)\(context)", at: option ?? Self.location(parser.pointee.problem_mark))
    }

    private static func location(_ mark: yaml_mark_t) -> SourceLocation {
        .file(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    /// The place of a byte, where LibYAML gives only its offset.
    private static func location(of offset: Int, in bytes: some Collection<UInt8>) -> SourceLocation {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {  // not a continuation byte of UTF-8
                column += 1
            }
        }
        return .file(line: line, column: column)
    }

    /// Offset of the first byte that isn't valid UTF-8.
    private static func firstInvalidByte(of bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }
}
