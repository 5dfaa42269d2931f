package import ParameterKit
import StageKit

/// What the synthetic pictures were compared with, and with which features. A reader needs this to compare the figures
/// with others'.
package struct QualityProtocol: Sendable, Equatable {
    /// Whose features KID compares, e.g. "CLIP starter/clip, 128 × 128 pixels".
    package var features: String
    /// Real defective test pictures per category.
    package var realPictures: [String: Int]
    /// Whether LPIPS weights were found; nil if the manifest names none.
    package var lpips: LPIPSWeights?

    package enum LPIPSWeights: Sendable, Equatable {
        case found
        /// The named file does not exist.
        case missing(String)

        package var asked: JSONValue {
            switch self {
            case .found: true
            case .missing(let file): .string(file)
            }
        }
    }

    package init(features: String, realPictures: [String: Int], lpips: LPIPSWeights?) {
        (self.features, self.realPictures, self.lpips) = (features, realPictures, lpips)
    }

    /// The figures that were measured: without LPIPS weights its columns are left out.
    var figures: [PictureFigure] {
        PictureFigure.ofQuality.filter { lpips == .found || ($0 != .diversity && $0 != .diversityInside) }
    }

    package var note: String {
        let counts = realPictures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let kid = """
            KID: unbiased, all pictures at once, over the image vectors of \(features) (not Inception's: no figure to set beside those of papers), against the \
            real defective pictures of the test split (\(counts)), which nothing is trained on; lower is closer, and around 0 is as good as alike. Of good pictures: the good test \
            pictures against the same, so what no damage at all comes to. Sets of a few dozen make either noisy.
            """
        let regions = """
            MMD under the mask: unbiased squared MMD (at most 2), Gaussian kernel, its width the median distance between the real patches, over the patch tokens \
            of that network at three quarters of its depth, each scaled to length 1, that a mask covers by half or more (of a smaller mask the patch that it covers most), at most \
            64 of a picture and 2,048 in all, against the same under the masks of the real defective pictures; lower is closer. For looking only: nothing is chosen, \
            trained or tuned by it.
            """
        let psnr = """
            PSNR: against the normal, where nothing is labelled; the autoencoder's own error counts, and 58.9 dB is equal but for rounding.
            """
        return "\(kid) \(regions) \(diversityNote) \(psnr)"
    }

    private var diversityNote: String {
        switch lpips {
        case .found:
            """
            IC-LPIPS (VGG16, 256 × 256 pixels): mean distance over the pairs of pictures of one normal and one kind of damage, averaged over these \
            groups; inside the label: where either picture is labelled. Higher is more diverse; all over, a spoilt background counts as diversity.
            """
        case .missing(let file):
            "IC-LPIPS is left out: no LPIPS weights in \(file) (make features fetches them)."
        case nil:
            "IC-LPIPS is left out: the manifest names no LPIPS weights (make features fetches them, models.lpips names the file)."
        }
    }

    /// Beside `pictures` in `metrics.json`.
    var json: JSONValue {
        [
            "kid": [
                "features": .string(features), "estimator": "unbiased, degree 3, all pictures",
                "reference": "defective test pictures",
                "pictures": .object(realPictures.mapValues { .int($0) }),
            ],
            "masked_mmd": [
                "features": .string(features), "estimator": "unbiased", "kernel": "gaussian, median of real",
                "tokens": "patches covered by half, three quarters deep, length 1", "use": "looking only",
            ],
            "ic_lpips": lpips == .found
                ? ["network": "vgg16 0.1", "size": 256, "groups": "source and anomaly"] : .null,
        ]
    }
}
