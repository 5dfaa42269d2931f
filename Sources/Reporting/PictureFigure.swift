/// The figures measured on the synthetic pictures themselves, in the order of tables.
package enum PictureFigure: String, Sendable, CaseIterable, Codable {
    /// Share of pictures whose mean change inside the label is at least 3 times that outside, and above what the
    /// autoencoder alone changes there.
    case changed
    /// Mean change against the reconstructed normal (of methods without an autoencoder: the normal), in grey levels.
    case changeInside = "change_inside"
    case changeOutside = "change_outside"
    /// Mean change by the autoencoder alone inside the label, in grey levels.
    case reconstructionError = "reconstruction_error"
    /// IoU of the binary label with the pixels that changed more than the autoencoder changes 95 % of the foreground.
    case labelIoU = "label_iou"
    /// Share of the foreground that is labelled.
    case labelArea = "label_area"
    /// Share of pictures that fit their own anomaly's sentence best according to the detector's CLIP, relative to each
    /// sentence's mean over the pictures; and the share expected by guessing.
    case recognised
    case chance
    /// How far the pictures are from the real defective ones, by their features.
    case kid
    /// The same for good test pictures: the value for pictures without damage.
    case kidOfGood = "kid_good"
    /// How far the damage alone is from real damage, by the patches under the masks.
    case regionDistance = "masked_mmd"
    /// How different pictures of one source and kind look from each other: where either is labelled, and all over.
    case diversityInside = "ic_lpips_inside"
    case diversity = "ic_lpips"
    /// How well the picture keeps the normal where nothing is labelled, in dB.
    case backgroundPSNR = "psnr_outside"

    /// Column heading.
    package var title: String {
        switch self {
        case .changed: "visibly changed"
        case .changeInside: "change inside"
        case .changeOutside: "outside"
        case .reconstructionError: "by the autoencoder"
        case .labelIoU: "IoU label/change"
        case .labelArea: "label area"
        case .recognised: "word recognised"
        case .chance: "by chance"
        case .kid: "KID ×10³"
        case .kidOfGood: "of good pictures"
        case .regionDistance: "MMD under the mask ×10³"
        case .diversityInside: "IC-LPIPS inside the label"
        case .diversity: "IC-LPIPS"
        case .backgroundPSNR: "PSNR outside the label"
        }
    }

    package var unit: FigureUnit {
        switch self {
        case .changeInside, .changeOutside, .reconstructionError: .greyLevels
        case .kid, .kidOfGood, .regionDistance: .thousandths
        case .diversityInside, .diversity: .plain
        case .backgroundPSNR: .decibels
        default: .percent
        }
    }

    /// Figures of each picture and its label; the rest compares pictures with other pictures.
    package static let ofEach: [PictureFigure] = [
        .changed, .changeInside, .changeOutside, .reconstructionError, .labelIoU, .labelArea, .recognised, .chance,
    ]
    /// What papers on generation report.
    package static let ofQuality: [PictureFigure] = [
        .kid, .kidOfGood, .regionDistance, .diversityInside, .diversity, .backgroundPSNR,
    ]
}
