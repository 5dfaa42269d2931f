/// One run of the UNet over some pictures of a group. Observers are called before it begins, so that costs can be
/// counted.
package struct NetworkPass: Equatable, Sendable {
    package enum Kind: Sendable {
        /// Conditional alone, up to the last 16×16 cross-attention layer, with a gradient: about one whole forward pass
        /// per picture.
        case evaluation
        /// Unconditional and conditional: two forward passes per picture.
        case guided
        /// Conditional alone, with the difference of an earlier guided pass: one forward pass per picture.
        case conditional
    }
    package let kind: Kind
    /// i, counted from 0.
    package let step: Int
    /// The pictures that took part.
    package let seeds: [UInt32]
    /// Of an evaluation: its blocks were run twice to save memory.
    package var isCheckpointed = false

    /// An error that the observer throws ends the run.
    package typealias Observer = (NetworkPass) throws -> Void
}
