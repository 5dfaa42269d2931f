/// A score as an unsigned integer that orders as the score does, so that maps are sorted by their digits.
///
/// Internal, so that both conformances are specialised in this module: callers hand over arrays of `Float` or `Double`.
protocol RankedScore: BinaryFloatingPoint, Sendable {
    /// As wide as the score.
    associatedtype Key: FixedWidthInteger & UnsignedInteger & Sendable
    /// A key in the upper half and the number of a region in the lower.
    associatedtype Place: FixedWidthInteger & UnsignedInteger & Sendable

    var bits: Key { get }
    init(bits: Key)
    /// The largest value of the type that is not above `threshold`.
    static func floor(_ threshold: Double) -> Self
}

extension Float: RankedScore {
    var bits: UInt32 { bitPattern }
    init(bits: UInt32) { self.init(bitPattern: bits) }
    typealias Place = UInt64

    static func floor(_ threshold: Double) -> Float {
        let nearest = Float(threshold)
        return Double(nearest) > threshold ? nearest.nextDown : nearest
    }
}

extension Double: RankedScore {
    var bits: UInt64 { bitPattern }
    init(bits: UInt64) { self.init(bitPattern: bits) }
    typealias Place = UInt128

    static func floor(_ threshold: Double) -> Double { threshold }
}

extension RankedScore {
    @inline(__always)
    static var sign: Key { 1 << (Key.bitWidth - 1) }

    /// The bits of the magnitude: from `infinity.bits` on it is infinite or NaN.
    @inline(__always)
    var magnitudeBits: Key { bits & ~Self.sign }

    /// Negative numbers have all bits flipped, others the sign bit; adding 0 first makes −0 and 0 one score.
    @inline(__always)
    var key: Key {
        let bits = (self + 0).bits
        return bits & Self.sign != 0 ? ~bits : bits | Self.sign
    }

    @inline(__always)
    init(key: Key) {
        self.init(bits: key & Self.sign != 0 ? key ^ Self.sign : ~key)
    }

    /// The key together with the number of the pixel's region.
    @inline(__always)
    func place(region: Int) -> Place {
        Place(truncatingIfNeeded: key) << Key.bitWidth | Place(truncatingIfNeeded: region)
    }

    @inline(__always)
    static func key(of place: Place) -> Key { Key(truncatingIfNeeded: place >> Key.bitWidth) }

    @inline(__always)
    static func region(of place: Place) -> Int { Int(truncatingIfNeeded: Key(truncatingIfNeeded: place)) }
}
