package import MethodKit

/// A generator that takes pictures with masks which somebody else drew.
package protocol MaskedSource {
    /// How the masks are read.
    var maskKeys: MaskKeys { get }
}
