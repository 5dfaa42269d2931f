/// The files of units in the pool, besides their record. All have the source's size, or that of the window that was
/// drawn in.
package enum GeneratedFiles {
    /// 8-bit PNG of the source's channel count.
    package static let image = "image.png"
    /// Soft label: 16-bit grey PNG, value / 65535.
    package static let soft = "soft.png"
    /// Binary mask: 8-bit PNG, 0 or 255.
    package static let mask = "mask.png"
    /// Attention to the anomaly's words at the last step: 16-bit grey PNG, value / 65535.
    package static let attention = "attention.png"
    /// The autoencoder's reconstruction of the normal: 8-bit PNG.
    package static let reconstruction = "reconstruction.png"

    /// Every try of a picture with its scores, in JSON.
    package static let quality = "quality.json"

    /// A picture of a generator that knows its label.
    package static let labelled = [image, soft, mask]
    /// A picture of CUT. Its label is made from these files and the foreground, without drawing it again.
    package static let evidence = [image, attention, reconstruction]
    /// A label alone.
    package static let label = [soft, mask]
    /// An account of tries alone.
    package static let account = [quality]
    /// A label and the whole picture, if what was drawn is only a part of it.
    package static let finished = [image, soft, mask]
}
