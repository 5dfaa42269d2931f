import Foundation

/// Numbers as text, independent of the locale.
enum PlainNumber {
    /// With so many decimals, rounded half up: "0.500".
    static func decimal(_ value: Double, places: Int = 3) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let units = Int((value * Double(scale)).rounded())
        let sign = units < 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(abs(units))" }
        return "\(sign)\(abs(units) / scale)." + "\(scale + abs(units) % scale)".dropFirst()
    }

    /// A coordinate: at most one decimal.
    static func coordinate(_ value: Double) -> String {
        let text = decimal(value, places: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// About three digits, as fits the number's size: "75", "7.3", "0.842".
    static func short(_ value: Double) -> String {
        switch abs(value) {
        case 100...: decimal(value, places: 0)
        case 10..<100: trimmed(decimal(value, places: 1))
        case 1..<10: trimmed(decimal(value, places: 2))
        default: decimal(value, places: 3)
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.contains("."), text.last == "0" || text.last == "." {
            let isPoint = text.last == "."
            text.removeLast()
            if isPoint { break }
        }
        return text
    }

    /// "11,675".
    static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var out = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { out += "," }
            out.append(digit)
        }
        return (value < 0 ? "-" : "") + out
    }

    /// "37 MB": decimal units, as disks are sold.
    static func bytes(_ count: Int) -> String {
        let units: [(Double, String)] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        for (size, name) in units where Double(count) >= size {
            let amount = Double(count) / size
            return "\(amount < 10 ? decimal(amount, places: 1) : decimal(amount, places: 0)) \(name)"
        }
        return "\(count) bytes"
    }

    /// "0.4 s", "56 s", "2 min 5 s", "3 h 20 min".
    static func span(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e10 else { return "–" }
        let whole = Int(seconds.rounded())
        switch seconds {
        case ..<9.95: return "\(decimal(seconds, places: 1)) s"
        case ..<59.5: return "\(whole) s"
        case ..<3599.5: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
        }
    }
}
