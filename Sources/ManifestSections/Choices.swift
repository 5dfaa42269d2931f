// Choices that other libraries define, with their meaning for a user.

package import AnomalyAnnotation
package import AnomalyDatasets
package import Archives
package import EvaluationMetrics
package import Imaging
import ParameterKit

extension DatasetLayout: KeyChoice {
    package var doc: String {
        switch self {
        case .mvtec: "MVTec AD's layout, with MVTec AD 2's, LOCO's, BTAD's and MPDD's ways of it"
        case .visa: "VisA's layout"
        case .folder: "own pictures"
        case .pairs: "folders of pictures beside folders of their masks"
        }
    }
}

extension ForegroundExtractor.Method: KeyChoice {
    package var doc: String {
        switch self {
        case .fixed: "the threshold given"
        case .otsu: "Otsu's threshold of grey levels"
        case .triangle: "the triangle threshold"
        case .whole: "the whole picture is foreground, for textures"
        }
    }
}

extension Polarity: KeyChoice {
    package var doc: String {
        switch self {
        case .light: "the object is lighter than the background"
        case .dark: "the object is darker than the background"
        }
    }
}

extension ShotChoice.Order: KeyChoice {
    package var doc: String {
        switch self {
        case .random: "a seeded random order"
        case .consecutive: "a slice of the sorted names that begins at a seeded place"
        }
    }
}

extension AnnotationSource: KeyChoice {
    package var doc: String {
        switch self {
        case .attention: "the attention to the anomaly's words at the last step (the paper's)"
        case .difference: "the difference to the reconstructed normal"
        case .fused: "the difference, where the words are attended to"
        }
    }
}

extension TarCompression: KeyChoice {
    package var doc: String {
        switch self {
        case .none: "plain tar"
        case .gz: "gzip"
        case .xz: "xz"
        case .zstd: "Zstandard"
        }
    }
}

extension PROVariant: KeyChoice {
    package var doc: String {
        switch self {
        case .exact: "every distinct score, false positive rate up to 0.3"
        case .cflow: "200 thresholds, as APRIL-GAN and CFLOW-AD"
        case .winCLIP: "200 thresholds, as WinCLIP and PromptAD"
        case .rd4ad: "200 thresholds, as RD4AD and UniAD"
        }
    }
}
