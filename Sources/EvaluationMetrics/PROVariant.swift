/// How the per-region overlap (PRO, also AUPRO) is computed. Figures of different variants must not be compared: on
/// skewed scores they differ by several points, so every table names the one it holds.
///
/// All of them average the recall of the defect regions (8-neighbour components of each mask), draw it against the
/// false-positive rate on good pixels, and take the area up to a rate of 0.3.
package enum PROVariant: String, Sendable, CaseIterable, Codable {
    /// The definition of MVTec AD's official evaluation: every distinct score is a threshold, the curve is cut at the
    /// limit by linear interpolation, the area divided by the limit. Unchanged by any rising transform of the scores.
    case exact
    /// APRIL-GAN's `cal_pro_score`, from CFLOW-AD: 200 equal steps from the least score up; points with a rate below
    /// 0.3, the rates rescaled from their own range to 0…1; nothing interpolated.
    case cflow = "steps200-cflow"
    /// WinCLIP's and PromptAD's `cal_pro_metric`: 200 equal steps from the greatest score down; rates up to and with
    /// 0.3, rescaled as above; a region counts hits in its holes too but divides by its own area, so that a value can
    /// exceed 1.
    case winCLIP = "steps200-winclip"
    /// RD4AD's and UniAD's `compute_pro`: 200 equal steps up; rates below 0.3, divided by the largest of them.
    case rd4ad = "steps200-rd4ad"

    /// What a table says about its PRO column.
    package var title: String {
        switch self {
        case .exact: "exact (every distinct score, FPR limit 0.3, interpolated)"
        case .cflow: "200 steps as in APRIL-GAN/CFLOW-AD (FPR < 0.3, rescaled)"
        case .winCLIP: "200 steps as in WinCLIP/PromptAD (FPR ≤ 0.3, rescaled, holes filled)"
        case .rd4ad: "200 steps as in RD4AD/UniAD (FPR < 0.3, divided by the largest)"
        }
    }

    /// The false-positive rate up to which every variant integrates (MVTec AD's evaluation; all the papers above).
    package static let rateLimit = 0.3
    /// The number of thresholds of the sampled variants, in all three sources.
    package static let steps = 200
}
