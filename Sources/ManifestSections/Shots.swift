package import ParameterKit

/// A number of normal samples per category.
package enum Shots: SelfTyped, Hashable, CustomStringConvertible {
    case count(Int)
    /// All normals of the training split.
    case full

    package var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .full: "full"
        }
    }

    package static var valueType: ValueType {
        .either([.choice([Choice("full", "every normal of the training split")]), .integer(1...100_000)])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> Shots? {
        json == "full" ? .full : json.int.map { .count($0) }
    }
    package var json: JSONValue {
        switch self {
        case .count(let count): .int(count)
        case .full: "full"
        }
    }
}

/// Where a stream of random numbers starts.
package enum SeedSource: SelfTyped {
    /// `sampling`: the seed of the sample, so that one number drives everything.
    case sampling
    /// A seed that stays the same while the samples change.
    case fixed(UInt32)

    /// Seeds of LibTorch's CPU generator have 32 bits.
    static let seeds = 0...Int(UInt32.max)

    /// The seed to use for a sample drawn with `seed`.
    package func seed(sampling seed: UInt32) -> UInt32 {
        switch self {
        case .sampling: seed
        case .fixed(let own): own
        }
    }

    package static var valueType: ValueType {
        .either([.choice([Choice("sampling", "the sample's own seed")]), .integer(seeds)])
    }
    package static func read(_ json: JSONValue, _ reading: Reading) -> SeedSource? {
        json == "sampling" ? .sampling : json.int.flatMap(UInt32.init(exactly:)).map { .fixed($0) }
    }
    package var json: JSONValue {
        switch self {
        case .sampling: "sampling"
        case .fixed(let seed): .int(Int(seed))
        }
    }
}
