/// Which pictures a layout has room for in which split.
package enum SplitRule: String, Sendable {
    /// Training is on normal pictures alone; all damage is for testing.
    case normalTraining
    /// Each split holds normal and damaged pictures, by shares.
    case shares
    /// Damaged pictures alone, in one heap, which is for training.
    case damageAlone
}
