package import AnomalyAnnotation
package import Foundation
package import Generators
package import Imaging

/// The part of a photo that a generator draws in, and how the drawing is put back.
///
/// The generator sees the window alone, at its own size; what it drew and its evidence stay at the window's size. The
/// whole picture is made with the label: either only what is labelled is taken from the drawing (a composite), or all
/// of the window, faded out towards its borders, so that no edge can be seen.
package struct PictureFrame: Sendable {
    /// 1 or 3 channels: generators drop alpha.
    package let photo: Image
    /// Where the damage may be, of the photo's size; never empty.
    package let part: Mask
    package let window: PixelWindow
    let isComposite: Bool

    /// Version of blends; part of identities.
    static let version = 2

    /// The same of windows.
    static func version(of window: DrawingWindow) -> Int { if case .square = window { 3 } else { version } }

    /// - Parameters:
    ///   - part: where the damage may be; nil for everywhere.
    ///   - object: what a window `object` shows, where that isn't `part`: damage of a given size keeps to a spot of it.
    ///   - seed: chooses the place of a square window.
    package init(
        photo: Image, part: Mask?, object: Mask? = nil, choice: DrawingWindow, composite: Bool, seed: UInt32
    ) {
        self.photo = photo.channels == 4 ? photo.rgb() : photo
        self.part = part ?? Mask(width: photo.width, height: photo.height, repeating: true)
        let shown = choice == .object ? object ?? part : part
        window =
            choice.window(width: photo.width, height: photo.height, part: shown, seed: seed)
            ?? PixelWindow(x: 0, y: 0, width: photo.width, height: photo.height)
        isComposite = composite
    }

    /// Writes what the generator is to draw on.
    package func write(into folder: URL) throws -> (image: URL, mask: URL) {
        let (image, mask) = (
            folder.appendingPathComponent("window.png"), folder.appendingPathComponent("window-mask.png")
        )
        try photo.cropped(to: window).write(png: image.path)
        try part.cropped(to: window).write(png: mask.path)
        return (image, mask)
    }

    /// Makes the whole picture and its label out of the evidence of a drawing.
    ///
    /// - Parameter folder: holds the evidence, of the window's size.
    /// - Throws: `ImageError` for evidence that can't be read or has another size.
    package func finish(
        _ source: AnnotationSource, threshold: Double, evidence folder: URL
    ) throws -> (image: Image, annotation: Annotation) {
        let drawn = try Image(contentsOf: folder.appendingPathComponent(GeneratedFiles.image).path)
        guard drawn.channels == photo.channels else {
            throw ImageError(
                .corrupt, file: folder.path, reason: "it has \(drawn.channels) channels, its photo \(photo.channels)")
        }
        let evidence = try GeneratedEvidence(
            attention: try Plane(contentsOf: folder.appendingPathComponent(GeneratedFiles.attention).path),
            picture: drawn,
            reconstruction: try Image(contentsOf: folder.appendingPathComponent(GeneratedFiles.reconstruction).path),
            foreground: part.cropped(to: window))
        let inside = evidence.annotation(source, threshold: threshold)
        let share = isComposite ? inside.binary.feathered(feather) : fade
        let (width, height) = (photo.width, photo.height)
        return (
            photo.blended(with: drawn, share: share, at: window),
            inside.placed(at: window, width: width, height: height)
        )
    }

    /// The whole picture with the autoencoder's reconstruction in place of a drawing: what it would be without damage.
    ///
    /// - Parameter reconstruction: of the window's size.
    func undamaged(_ reconstruction: Image) -> Image {
        // Of a composite only what is labelled is taken from the drawing, and there it is compared with the photo
        // itself.
        isComposite || reconstruction.channels != photo.channels
            ? photo : photo.blended(with: reconstruction, share: fade, at: window)
    }

    /// Pixels over which a composite fades out beyond its label: a 64th of the window's longer side, about eight of the
    /// model's pixels.
    private var feather: Int { max(2, max(window.width, window.height) / 64) }

    /// 1 inside the window, falling to 0 at those of its borders that are not the photo's.
    private var fade: Plane {
        let ramp = max(4, max(window.width, window.height) / 32)
        var share = Plane(width: window.width, height: window.height, repeating: 1)
        for y in 0..<window.height {
            for x in 0..<window.width {
                var nearest = ramp
                if window.x > 0 { nearest = min(nearest, x) }
                if window.y > 0 { nearest = min(nearest, y) }
                if window.x + window.width < photo.width { nearest = min(nearest, window.width - 1 - x) }
                if window.y + window.height < photo.height { nearest = min(nearest, window.height - 1 - y) }
                share[x, y] = Float(nearest) / Float(ramp)
            }
        }
        return share
    }
}
