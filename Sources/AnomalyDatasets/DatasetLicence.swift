/// What may be done with a data set and with pictures derived from it.
package struct DatasetLicence: Sendable, Equatable {
    /// SPDX identifier; nil when unknown.
    package var identifier: String?
    package var title: String
    /// What it means for derived pictures: a sentence for the dataset card.
    package var consequence: String
    package var citation: String?

    package static let mvtec = DatasetLicence(
        identifier: "CC-BY-NC-SA-4.0", title: "CC BY-NC-SA 4.0 (MVTec AD)",
        consequence:
            "Not for commercial use. Pictures derived from it, such as the synthetic anomalies here, may be passed on only "
            + "under the same licence and with credit to the authors.",
        citation:
            "P. Bergmann, M. Fauser, D. Sattlegger, C. Steger: MVTec AD – A Comprehensive Real-World Dataset for Unsupervised "
            + "Anomaly Detection. CVPR 2019.")

    /// The set's own LICENSE-DATASET; some tools state CC BY-NC-SA, which is wrong.
    package static let visa = DatasetLicence(
        identifier: "CC-BY-4.0", title: "CC BY 4.0 (VisA)",
        consequence:
            "Pictures derived from it may be passed on with credit to the authors and a note that they were changed.",
        citation:
            "Y. Zou, J. Jeong, L. Pemula, D. Zhang, O. Dabeer: SPot-the-Difference Self-Supervised Pre-training for Anomaly "
            + "Detection and Segmentation. ECCV 2022.")

    package static let loco = DatasetLicence(
        identifier: "CC-BY-NC-SA-4.0", title: "CC BY-NC-SA 4.0 (MVTec LOCO AD)", consequence: mvtec.consequence,
        citation:
            "P. Bergmann, K. Batzner, M. Fauser, D. Sattlegger, C. Steger: Beyond Dents and Scratches: Logical Constraints in "
            + "Unsupervised Anomaly Detection and Localization. IJCV 2022.")

    /// A public data set whose terms are not known here.
    package static func own(of title: String) -> DatasetLicence {
        DatasetLicence(
            identifier: nil, title: "the terms of \(title)",
            consequence:
                "The source pictures are of \(title). Read the terms that come with it before passing anything on.",
            citation: nil)
    }

    package static let unknown = DatasetLicence(
        identifier: nil, title: "unknown",
        consequence:
            "The source pictures are of no data set whose terms are known here. Ask their owner before passing anything on.",
        citation: nil)

    package static func of(_ record: DatasetRecord) -> DatasetLicence {
        PublishedDataset.all.first { $0.identifier == record.publishedIn }?.licence ?? .unknown
    }
}
