/// Amounts of memory as people write them.
package enum ByteCount {
    /// Decimal units (SI) and binary ones (IEC 80000-13), largest first.
    package static let units: [(name: String, bytes: Int)] = [
        ("TB", 1_000_000_000_000), ("TiB", 1 << 40), ("GB", 1_000_000_000), ("GiB", 1 << 30), ("MB", 1_000_000),
        ("MiB", 1 << 20),
        ("kB", 1_000), ("KiB", 1 << 10), ("B", 1),
    ]

    /// `20GB`, `1.5 TiB`; letter case aside. `nil` where a unit is missing or the amount is no whole number of bytes.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard let scale = units.first(where: { $0.name.lowercased() == unit })?.bytes,
            let number = DecimalNumber(digits)
        else {
            return nil
        }
        return number.exactProduct(with: scale)
    }

    /// The shortest whole number of one unit; `parse` gives the amount back.
    package static func text(of bytes: Int) -> String {
        let fitting = units.filter { bytes % $0.bytes == 0 }
        let best = fitting.min { bytes / $0.bytes < bytes / $1.bytes } ?? ("B", 1)
        return bytes == 0 ? "0B" : "\(bytes / best.bytes)\(best.name)"
    }
}
