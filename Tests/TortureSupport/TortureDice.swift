/// A small generator (splitmix64, Steele et al. 2014), so that a failing case can be repeated.
package struct TortureDice: RandomNumberGenerator {
    private var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 to `bound`, without it; 0 where there is nothing to choose from.
    package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int.random(in: 0..<bound, using: &self) : 0 }
}

extension TortureDice {
    private static let numbers = [
        "0", "-1", "1", "0.5", "1e17", "1e400", "-0.0", "65536", "2147483648", "4294967295", "9223372036854775807",
        "9223372036854775808", "99999999999999999999", "NaN", "007", "\"1\"", "null", "[]", "{}",
    ]

    /// What bad disks, bad editors and bad people make of a file: one to five changes of bytes, pieces and numbers.
    package mutating func mutated(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        // Mostly one: what is broken in five places is refused at the first.
        for _ in 0...(below(2) == 0 ? 0 : below(5)) {
            guard !bytes.isEmpty else { return bytes }
            let place = below(bytes.count)
            switch below(20) {
            case 0, 8, 9: bytes[place] = UInt8(below(256))
            case 1, 10: bytes[place] = [0, 0xFF, 0x7F, 0x80, UInt8(ascii: "\""), UInt8(ascii: "-")][below(6)]
            case 2, 11, 12: bytes[place] ^= 1 << UInt8(below(8))
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(64)))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + below(64))], at: place)
            case 5: bytes.removeLast(below(bytes.count))
            case 6: bytes.swapAt(place, below(bytes.count))
            case 7:
                bytes.replaceSubrange(
                    place..<min(bytes.count, place + 1 + below(32)), with: [UInt8](repeating: 0, count: 1 + below(32)))
            default: replaceNumber(near: place, in: &bytes)
            }
        }
        return bytes
    }

    /// The next number in digits becomes one that nobody expects.
    private mutating func replaceNumber(near place: Int, in bytes: inout [UInt8]) {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let start = bytes[place...].firstIndex(where: isDigit) ?? bytes.firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) && $0 != UInt8(ascii: ".") } ?? bytes.endIndex
        bytes.replaceSubrange(start..<end, with: Array(Self.numbers[below(Self.numbers.count)].utf8))
    }
}
