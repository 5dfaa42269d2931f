package import Imaging

/// What a label is made from.
package enum AnnotationSource: String, Sendable, CaseIterable {
    /// The attention to the anomaly's words at the last step (paper section 4.1): coarse, 16×16 cells.
    case attention
    /// How much the generated picture differs from the autoencoder's reconstruction of its normal.
    case difference
    /// The difference, but only where the words were attended to: changes elsewhere are not damage. Ours; the paper's
    /// conclusion names finer labels as future work.
    case fused
}

/// The evidence from generating a picture out of a normal one; everything has the normal's size.
package struct GeneratedEvidence: Sendable {
    /// s of the last step, upsampled, in [0, 1].
    package let attention: Plane
    package let picture: Image
    /// The autoencoder's reconstruction of the normal: the picture as it would be without the anomaly.
    package let reconstruction: Image
    package let foreground: Mask

    /// - Throws: `ImageError` where sizes or channels differ, as they may in files, or the foreground is empty.
    package init(attention: Plane, picture: Image, reconstruction: Image, foreground: Mask) throws(ImageError) {
        func size(_ width: Int, _ height: Int, _ what: String) throws(ImageError) {
            if width == picture.width, height == picture.height { return }
            throw ImageError(
                .corrupt, file: "the \(what) of a generated picture",
                reason: "it is \(width)×\(height), the picture \(picture.width)×\(picture.height)")
        }
        try size(attention.width, attention.height, "attention")
        try size(reconstruction.width, reconstruction.height, "reconstruction")
        try size(foreground.width, foreground.height, "foreground")
        guard picture.channels == reconstruction.channels else {
            throw ImageError(
                .corrupt, file: "the reconstruction of a generated picture",
                reason: "it has \(reconstruction.channels) channels, the picture \(picture.channels)")
        }
        guard !foreground.isEmpty else {
            throw ImageError(.corrupt, file: "the foreground of a generated picture", reason: "it is empty")
        }
        (self.attention, self.picture, self.reconstruction, self.foreground) = (
            attention, picture, reconstruction, foreground
        )
    }

    /// The soft label and its mask. Where nothing changed, attention is used, whatever the source.
    /// - Parameter threshold: a pixel belongs to the mask from this share of the soft label's maximum inside the
    ///   foreground on.
    package func annotation(_ source: AnnotationSource, threshold: Double) -> Annotation {
        var soft =
            switch source {
            case .attention: attention
            case .difference: change(inside: foreground)
            case .fused: fused()
            }
        if soft.highest(inside: foreground) <= 0 { soft = attention }
        return Annotation(soft: soft, foreground: foreground, threshold: threshold)
    }

    /// The change as a soft label: 0.5 at Otsu's threshold between changed and unchanged pixels of `region`, 1 at twice
    /// that; never scaled up beyond what `Change.leastVisible` makes of it.
    private func change(inside region: Mask) -> Plane {
        let change = Change(from: reconstruction, to: picture).smoothed
        let level = max(change.otsuThreshold(inside: region), Change.leastVisible)
        return Plane(width: change.width, height: change.height, values: change.values.map { min(1, 0.5 * $0 / level) })
    }

    /// Otsu's threshold is taken on the pixels where attention reaches an eighth of its maximum inside the foreground.
    /// The difference counts in full from a quarter of that maximum on, below it in proportion to attention.
    private func fused() -> Plane {
        let highest = attention.highest(inside: foreground)
        guard highest > 0 else { return change(inside: foreground) }
        let share = attention.values.map { min(1, 4 * $0 / highest) }
        let attended = Mask(width: attention.width, height: attention.height, values: share.map { $0 >= 0.5 ? 1 : 0 })
        var soft = change(inside: attended.intersection(foreground))
        for k in soft.values.indices { soft.values[k] *= share[k] }
        return soft
    }
}
