package import Imaging
import MethodKit

/// A normal picture with its part.
package struct NormalPart: Equatable, Sendable {
    /// What records call it.
    package var name: String
    package var image: Image
    /// Where the part is, of the picture's size; nil: everywhere.
    package var foreground: Mask?

    package init(name: String, image: Image, foreground: Mask?) {
        (self.name, self.image, self.foreground) = (name, image, foreground)
    }

    /// The same at another size: bicubic the picture, by the nearest pixel the mask.
    func resized(width: Int, height: Int) -> NormalPart {
        if image.width == width, image.height == height { return self }
        return NormalPart(
            name: name, image: image.resized(width: width, height: height, filter: .bicubic),
            foreground: foreground?.resizedNearest(width: width, height: height))
    }
}

/// A generator without networks whose damage comes out of another normal picture of the sample, the donor.
package protocol DonorGenerator: LocalGenerator {
    /// The generator with what it has to know of a category. Without this, ``draw(on:foreground:seed:donor:)`` finds it out from
    /// the picture that it draws on.
    ///
    /// - Parameter trials: some normals of the sample. The same give the same generator.
    /// - Throws: `SyntheticAnomalyError`.
    func prepared(for category: String, trials: [NormalPart]) throws(SyntheticAnomalyError) -> Self
    /// As ``LocalGenerator/draw(on:foreground:seed:photograph:)``.
    ///
    /// - Parameter donor: another normal; nil where there is none: other places of the picture itself.
    func draw(on image: Image, foreground: Mask?, seed: UInt64, donor: NormalPart?) throws(SyntheticAnomalyError)
        -> SyntheticAnomaly
}

extension DonorGenerator {
    package func draw(
        on image: Image, foreground: Mask?, seed: UInt64, photograph: Photograph?
    ) throws(SyntheticAnomalyError) -> SyntheticAnomaly {
        try draw(on: image, foreground: foreground, seed: seed, donor: nil)
    }
}
