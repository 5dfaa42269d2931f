internal import Glibc

/// Random numbers that are the same everywhere: SplitMix64, and draws defined here rather than by the standard library,
/// whose algorithms may change between versions.
///
/// *Source*: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014, figure 16.
package struct RandomStream: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A separate stream for one purpose, so that drawing more numbers for it doesn't change any other.
    package init(seed: UInt64, purpose: String) {
        // FNV-1a over the purpose's bytes, started from the seed.
        state = purpose.utf8.reduce(Self.mixed(seed) ^ 0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
        }
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// Uniform in [0, 1): the upper 53 bits.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform between the bounds.
    package mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A whole number in 0..<`count`; the remainder's bias is below 2^-32 for the counts used here.
    ///
    /// - Precondition: `count` is positive.
    package mutating func index(_ count: Int) -> Int {
        precondition(count > 0)
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    package mutating func chance(_ share: Double) -> Bool { unit() < share }

    /// Standard normal, by Box and Muller's transform; the second number of the pair is thrown away.
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    package mutating func element<T>(_ values: [T]) -> T { values[index(values.count)] }

    /// The finaliser of SplitMix64: every bit of the result depends on every bit of the argument.
    package static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
