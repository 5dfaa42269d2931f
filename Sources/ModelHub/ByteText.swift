/// A number of bytes for people: `541 B`, `1.1 MB`, `3.44 GB`. Steps of a thousand, as hubs and disks count.
package struct ByteText: CustomStringConvertible {
    package let description: String

    package init(_ count: Int) {
        let steps = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
        guard let (step, unit) = steps.first(where: { count >= $0.0 }) else {
            description = "\(count) B"
            return
        }
        let digits = count >= 100 * step ? 1 : count >= 10 * step ? 10 : 100
        let rounded = (count * digits + step / 2) / step
        let fraction = String(rounded % digits)
        let zeros = String(repeating: "0", count: max(0, (digits == 100 ? 2 : 1) - fraction.count))
        description = digits == 1 ? "\(rounded) \(unit)" : "\(rounded / digits).\(zeros)\(fraction) \(unit)"
    }
}
