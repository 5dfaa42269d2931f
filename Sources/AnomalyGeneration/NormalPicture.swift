package import Imaging

/// The normal sample that a run starts from: the picture, its foreground, and both at the model's size.
package struct NormalPicture: Equatable, Sendable {
    /// Channels of the file, 1, 3 or 4.
    package let channels: Int
    /// Where the picture lies in the model's square.
    package let letterbox: Letterbox
    /// The foreground as the file has it.
    package let foreground: Mask
    /// `[side, side, 3]`, 0...255.
    package let pixels: Image
    /// The foreground in the model's square and on the coarser grids.
    package let cells: ForegroundCells

    /// - Source: the pinned reading's "Picture"; the paper doesn't say how pictures that aren't square are treated.
    /// - Parameters:
    ///   - side: the model's size in pixels.
    ///   - latentSide: the same in cells of the latent.
    ///   - attentionSide: the side of the attention maps.
    package init(picture: Image, foreground: Mask?, side: Int, latentSide: Int, attentionSide: Int = 16)
        throws(GenerationError)
    {
        let mask = foreground ?? Mask(width: picture.width, height: picture.height, repeating: true)
        guard mask.width == picture.width, mask.height == picture.height else {
            throw GenerationError(
                .badData,
                "the mask has \(mask.width) x \(mask.height) pixels, the picture \(picture.width) x \(picture.height); they have to agree"
            )
        }
        guard !mask.isEmpty else {
            throw GenerationError(.badData, "the mask has no foreground (nothing in it is above 127)")
        }
        channels = picture.channels
        letterbox = Letterbox(width: picture.width, height: picture.height, side: side)
        self.foreground = mask
        pixels = letterbox.isIdentity ? picture.rgb() : letterbox.fit(picture.rgb())
        cells = ForegroundCells(mask, letterbox: letterbox, attentionSide: attentionSide, latentSide: latentSide)
    }

    /// Reads picture and mask.
    /// - Throws: `GenerationError` naming the file: missing, unreadable, no foreground, or a mask of another size.
    package init(image: String, mask: String?, side: Int, latentSide: Int) throws(GenerationError) {
        let picture: Image, foreground: Mask?
        do {
            picture = try Image(contentsOf: image)
            // pinned: > 127
            foreground = try mask.map { file throws(ImageError) in try Mask(contentsOf: file, above: 127) }
        } catch {
            throw GenerationError(reading: error)
        }
        do {
            try self.init(picture: picture, foreground: foreground, side: side, latentSide: latentSide)
        } catch {
            throw GenerationError(error.code, "\(mask ?? image): \(error.message)")
        }
    }

    /// Attention as a soft label of the source's size: bilinear with half-pixel centres to the model's square, cropped.
    /// - Source: paper section 4.1 (the smoothed map of the last step); it gives no upsampling.
    /// - Parameter map: s, `[16, 16]`, in [0, 1].
    package func softLabel(_ map: Plane) -> Plane {
        let square = map.resizedBilinear(width: letterbox.side, height: letterbox.side)
        return letterbox.isIdentity ? square : letterbox.undo(square)
    }

    /// A generated picture cut out of the model's square, at the source's size; grey where the source is grey.
    package func restored(_ generated: Image) -> Image {
        let picture = letterbox.isIdentity ? generated : letterbox.undo(generated)
        return channels == 1 ? picture.grey() : picture
    }
}
