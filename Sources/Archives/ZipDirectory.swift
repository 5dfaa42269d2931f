/// What the end of a zip says of its central directory.
///
/// libarchive keeps one entry for each local header: of directory entries that share one, the others are passed over
/// without a word.
///
/// *Source*: PKWARE's APPNOTE 6.3.10, sections 4.3.14 to 4.3.16.
enum ZipDirectory {
    private static let endBytes = 22
    private static let longestComment = 65_535
    private static let end: [UInt8] = [0x50, 0x4B, 5, 6]
    private static let wideLocator: [UInt8] = [0x50, 0x4B, 6, 7]
    private static let wideEnd: [UInt8] = [0x50, 0x4B, 6, 6]

    /// How many entries it is said to have; nil where no end is found that fits the file.
    static func statedEntries(_ feed: FileFeed) throws(ArchiveError) -> Int? {
        let start = max(0, feed.size - Int64(endBytes + longestComment))
        let tail = try feed.bytes(Int(feed.size - start), at: start)
        var place = tail.count - endBytes
        while place >= 0 {
            defer { place -= 1 }
            guard tail[place...].starts(with: end) else { continue }
            let size = number(tail, place + 12, 4), offset = number(tail, place + 16, 4)
            // A comment may hold the same four bytes.
            guard size + offset <= UInt64(start) + UInt64(place) || offset == UInt64(UInt32.max) else { continue }
            let narrow = number(tail, place + 10, 2)
            guard narrow == UInt64(UInt16.max) else { return Int(narrow) }
            return try wideEntries(feed, tail, place - 20) ?? Int(narrow)
        }
        return nil
    }

    /// The count of a zip with more entries than 16 bits can say; its locator stands right before the end.
    private static func wideEntries(_ feed: FileFeed, _ tail: [UInt8], _ place: Int) throws(ArchiveError) -> Int? {
        guard place >= 0, tail[place...].starts(with: wideLocator),
            let offset = Int64(exactly: number(tail, place + 8, 8)), offset < feed.size
        else { return nil }
        let record = try feed.bytes(56, at: offset)
        guard record.count == 56, record.starts(with: wideEnd) else { return nil }
        return Int(exactly: number(record, 32, 8))
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
