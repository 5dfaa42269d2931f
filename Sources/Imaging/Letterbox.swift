/// How a picture of any size is laid into a square one and taken out again: the long side fills the square, the other
/// is scaled alike and rounded half up. The rest is padding; an odd pixel goes right or below.
///
/// *Source*: the pinned reading of CUT (the paper does not say how it treats pictures that aren't square).
package struct Letterbox: Equatable, Sendable {
    package let sourceWidth: Int
    package let sourceHeight: Int
    package let side: Int
    /// Size of the scaled picture inside the square.
    package let width: Int
    package let height: Int
    package let padding: Padding

    package init(width sourceWidth: Int, height sourceHeight: Int, side: Int) {
        precondition(sourceWidth > 0 && sourceHeight > 0 && side > 0)
        (self.sourceWidth, self.sourceHeight, self.side) = (sourceWidth, sourceHeight, side)
        let long = max(sourceWidth, sourceHeight)
        func scaled(_ length: Int) -> Int { max(1, (2 * length * side + long) / (2 * long)) }
        (width, height) = (scaled(sourceWidth), scaled(sourceHeight))
        let (restX, restY) = (side - width, side - height)
        padding = Padding(left: restX / 2, top: restY / 2, right: restX - restX / 2, bottom: restY - restY / 2)
    }

    /// Whether nothing is to be done because the picture is the square.
    package var isIdentity: Bool { sourceWidth == side && sourceHeight == side }

    /// Lanczos, padded by edge replication: `[side, side, channels]`.
    package func fit(_ image: Image) -> Image {
        check(image.width, image.height)
        return image.resized(width: width, height: height, filter: .lanczos).paddedByEdge(padding)
    }

    /// Averaged by area, 1 where at least half is covered, padded with 0: `[side, side]`.
    package func fit(_ mask: Mask) -> Mask {
        check(mask.width, mask.height)
        return mask.resizedByArea(width: width, height: height).padded(padding)
    }

    /// The padding cut off and the picture brought to the source's size by Lanczos.
    package func undo(_ image: Image) -> Image {
        precondition(image.width == side && image.height == side)
        return image.cropped(x: padding.left, y: padding.top, width: width, height: height)
            .resized(width: sourceWidth, height: sourceHeight, filter: .lanczos)
    }

    /// The padding cut off and the plane brought to the source's size bilinearly.
    package func undo(_ plane: Plane) -> Plane {
        precondition(plane.width == side && plane.height == side)
        return plane.cropped(x: padding.left, y: padding.top, width: width, height: height)
            .resizedBilinear(width: sourceWidth, height: sourceHeight)
    }

    private func check(_ width: Int, _ height: Int) {
        precondition(width == sourceWidth && height == sourceHeight, "the letterbox was made for another size")
    }
}
