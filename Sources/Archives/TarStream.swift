/// Where a tar's bytes come from: the file itself, or the stream that is unpacked from it.
protocol TarStream: AnyObject {
    /// Gives the stream to a reader of tars; it must outlive it.
    func attach(to tar: OpaquePointer) -> Int32
    /// The bytes from `position` on that the reader was given and did not use.
    func rest(behind position: Int64) -> [UInt8]
    /// The next bytes; empty at the end, nil when they can't be read.
    func more() -> [UInt8]?
    /// Makes the last bytes the next ones again.
    ///
    /// - Returns: their position.
    func takeBack(_ bytes: [UInt8]) -> Int64
}

/// The unit that tars are made of.
enum TarBlock {
    static let size = 512

    /// Whether a block is the header of an entry: it states the sum of its own bytes.
    static func isHeader(_ block: some Collection<UInt8>) -> Bool {
        let bytes = Array(block)
        guard bytes.count == size else { return false }
        let field = bytes[148..<156]
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")) ~= $0 }
        guard !digits.isEmpty, let stated = Int(String(decoding: digits, as: UTF8.self), radix: 8) else { return false }
        // The sum is taken with blanks in its own place.
        let sum = bytes.reduce(0) { $0 + Int($1) } - field.reduce(0) { $0 + Int($1) } + 8 * Int(UInt8(ascii: " "))
        return sum == stated
    }
}
