/// A decimal number kept exactly: coefficient times a power of ten.
///
/// `0.25`, `.25`, `0.250` and `25e-2` are one number with one canonical text, so that two ways of writing a key are one
/// identity, and products with whole numbers can be rounded without binary fractions in between.
package struct DecimalNumber: Sendable, Hashable, CustomStringConvertible {
    /// Not a multiple of ten unless it is 0.
    package let coefficient: Int
    package let exponent: Int

    /// The most digits of a coefficient, so that its product with a picture's or a schedule's size fits 64 bits.
    static let mostDigits = 15
    /// Largest power of ten either way: canonical text stays short and every value is a normal Double.
    static let largestExponent = 40

    package init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        let negative = rest.first == UInt8(ascii: "-")
        if negative { rest = rest.dropFirst() }
        var coefficient = 0
        var exponent = 0
        var significant = 0
        var digits = 0
        var fraction = false
        while let byte = rest.first {
            if byte == UInt8(ascii: "."), !fraction {
                fraction = true
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                digits += 1
                if significant > 0 || byte != UInt8(ascii: "0") { significant += 1 }
                guard significant <= Self.mostDigits else { return nil }
                coefficient = coefficient * 10 + Int(byte - UInt8(ascii: "0"))
                if fraction { exponent -= 1 }
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard digits > 0 else { return nil }
        if let mark = rest.first {
            guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
            guard let power = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), power.magnitude <= 1000 else {
                return nil
            }
            exponent += power
        }
        let number = DecimalNumber(coefficient: negative ? -coefficient : coefficient, exponent: exponent)
        guard number.exponent.magnitude <= Self.largestExponent else { return nil }
        self = number
    }

    package init(_ integer: Int) { self.init(coefficient: integer, exponent: 0) }

    package init(millionths: Int) { self.init(coefficient: millionths, exponent: -6) }

    package init(coefficient: Int, exponent: Int) {
        var (coefficient, exponent) = (coefficient, coefficient == 0 ? 0 : exponent)
        while coefficient != 0, coefficient % 10 == 0 {
            coefficient /= 10
            exponent += 1
        }
        (self.coefficient, self.exponent) = (coefficient, exponent)
    }

    /// The nearest Double: what a parser of the same decimal text gives.
    package var value: Double { Double("\(coefficient)e\(exponent)") ?? .nan }

    /// Canonical text, without an exponent where that is short: `0.25`, `0.0001`, `100`, `1e-12`.
    package var description: String {
        if exponent >= 0 {
            return exponent <= 6
                ? "\(coefficient)" + String(repeating: "0", count: exponent) : "\(coefficient)e\(exponent)"
        }
        guard exponent >= -9 else { return "\(coefficient)e\(exponent)" }
        var digits = "\(coefficient.magnitude)"
        while digits.count <= -exponent { digits = "0" + digits }
        let point = digits.index(digits.endIndex, offsetBy: exponent)
        return (coefficient < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
    }

    /// This times a whole number, rounded half up, in decimal arithmetic; `nil` where it leaves 64 bits.
    ///
    /// - Precondition: neither factor is negative.
    package func roundedProduct(with factor: Int) -> Int? {
        guard var product = scaledProduct(with: factor) else { return nil }
        // Only the first digit after the point decides a rounding half up.
        for _ in 0..<max(0, -exponent - 1) { product /= 10 }
        return exponent >= 0 ? product : product / 10 + (product % 10 >= 5 ? 1 : 0)
    }

    /// This times a whole number; `nil` unless the product is a whole number of at most 64 bits.
    ///
    /// - Precondition: neither factor is negative.
    package func exactProduct(with factor: Int) -> Int? {
        guard var product = scaledProduct(with: factor) else { return nil }
        for _ in 0..<max(0, -exponent) {
            guard product % 10 == 0 else { return nil }
            product /= 10
        }
        return product
    }

    /// coefficient * factor, times 10^exponent where the exponent is positive.
    private func scaledProduct(with factor: Int) -> Int? {
        precondition(coefficient >= 0 && factor >= 0)
        var (product, overflow) = coefficient.multipliedReportingOverflow(by: factor)
        for _ in 0..<max(0, exponent) where !overflow {
            (product, overflow) = product.multipliedReportingOverflow(by: 10)
        }
        return overflow ? nil : product
    }

    /// S = gamma * T rounded half up, at least 1, where this is gamma (paper section 4.1; the rounding is pinned by the
    /// project).
    package func denoisingSteps(of steps: Int) -> Int { max(1, roundedProduct(with: steps) ?? steps) }
}
