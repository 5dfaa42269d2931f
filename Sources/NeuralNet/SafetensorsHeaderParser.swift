/// Reads the JSON of a safetensors header, and only that: an object of objects of known keys. Duplicate keys, unknown
/// keys, nesting, fractions and text that isn't UTF-8 are refused; general JSON readers accept them silently.
struct SafetensorsHeaderParser {
    struct Failure: Error {
        var offset: Int
        var reason: String
    }

    struct RawEntry {
        var dtype = ""
        var shape: [Int] = []
        var offsets: [Int] = []
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var entries: [String: RawEntry] = [:]
    private let text: UnsafeRawBufferPointer
    private var position = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func parse() throws(Failure) {
        // The format: the header begins with { and may end in spaces.
        guard text.first == UInt8(ascii: "{") else { throw failure("a header begins with {") }
        var seen: Set<String> = []
        try object { (parser, key) throws(Failure) in
            guard seen.insert(key).inserted else { throw parser.failure("“\(key)” stands here twice") }
            if key == "__metadata__" {
                try parser.readMetadata()
            } else {
                parser.entries[key] = try parser.readEntry(key)
            }
        }
        skipSpace()
        guard position == text.count else { throw failure("more text after the header's end") }
    }

    private mutating func readMetadata() throws(Failure) {
        try object { (parser, key) throws(Failure) in
            let value = try parser.string()
            guard parser.metadata.updateValue(value, forKey: key) == nil else {
                throw parser.failure("“\(key)” stands in __metadata__ twice")
            }
        }
    }

    private mutating func readEntry(_ name: String) throws(Failure) -> RawEntry {
        var entry = RawEntry()
        var seen: Set<String> = []
        try object { (parser, key) throws(Failure) in
            guard seen.insert(key).inserted else {
                throw parser.failure("“\(key)” of tensor “\(name)” stands here twice")
            }
            switch key {
            case "dtype": entry.dtype = try parser.string()
            case "shape": entry.shape = try parser.integers()
            case "data_offsets": entry.offsets = try parser.integers()
            default: throw parser.failure("tensor “\(name)” has an unknown key “\(key)”")
            }
        }
        guard seen.count == 3 else { throw failure("tensor “\(name)” needs dtype, shape and data_offsets") }
        return entry
    }

    // MARK: - JSON

    private func failure(_ reason: String) -> Failure { Failure(offset: position, reason: reason) }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    private mutating func next(is character: Character) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Character) throws(Failure) {
        guard next(is: character) else { throw failure("“\(character)” expected") }
    }

    private mutating func object(_ member: (inout Self, String) throws(Failure) -> Void) throws(Failure) {
        try expect("{")
        if next(is: "}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while next(is: ",")
        try expect("}")
    }

    private mutating func integers() throws(Failure) -> [Int] {
        var values: [Int] = []
        try expect("[")
        if next(is: "]") { return values }
        repeat {
            skipSpace()
            let start = position
            while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
                position += 1
            }
            guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
                throw failure("a whole number from 0 to \(Int.max) expected")
            }
            values.append(value)
        } while next(is: ",")
        try expect("]")
        return values
    }

    private mutating func string() throws(Failure) -> String {
        try expect("\"")
        var bytes: [UInt8] = []
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw failure("text that isn't UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): bytes += Array(String(try escape()).utf8)
            case 0..<0x20: throw failure("a control character within text")
            default: bytes.append(byte)
            }
        }
        throw failure("text without an end")
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard position < text.count else { throw failure("text without an end") }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var value = try fourDigits()
            if (0xD800..<0xDC00).contains(value) {
                guard next(is: "\\"), next(is: "u") else { throw failure("half a surrogate pair") }
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair") }
            return scalar
        default: throw failure("an unknown escape")
        }
    }

    private mutating func fourDigits() throws(Failure) -> UInt32 {
        guard position + 4 <= text.count else { throw failure("text without an end") }
        let digits = text[position..<position + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits expected") }
        position += 4
        return value
    }
}
