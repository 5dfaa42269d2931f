package import Imaging
package import MethodKit

/// A generator without networks: it draws in this process.
package protocol LocalGenerator: Generator {
    /// Makes one damaged picture.
    ///
    /// - Parameters:
    ///   - image: the normal.
    ///   - foreground: where the object is, the picture's size; nil: everywhere.
    ///   - seed: the same seed makes the same picture.
    ///   - photograph: one of the generator's `materials`; nil where it names none.
    /// - Throws: `SyntheticAnomalyError`.
    func draw(on image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph?) throws(SyntheticAnomalyError)
        -> SyntheticAnomaly
}
