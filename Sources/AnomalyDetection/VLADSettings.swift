/// VLAD's parameters as the manifest names them.
///
/// *Source*: paper sections 4.2, 5.1, A.1, A.2; what the paper leaves open as pinned in DESIGN ("VLAD, the pinned
/// reading").
package struct VLADSettings: Sendable, Equatable {
    /// What the training looks at (*Source*: the paper's Table 4).
    package enum Supervision: String, Sendable, CaseIterable {
        case image, pixel
        case both = "image+pixel"
    }

    /// What the vision-language image score is made of (the paper does not say; see `ImageScore`'s cases).
    package enum ImageScore: String, Sendable, CaseIterable {
        /// The image token through a linear adapter that starts as the identity.
        case adapter
        /// The maximum over pixels of the mean over stages of the upsampled vision-language map.
        case map
        /// The mean of the two.
        case both
    }

    /// Which tokens the memory bank compares (the paper adapts them, its ancestors don't).
    package enum Bank: String, Sendable, CaseIterable { case adapted, raw }

    /// Pixels a side.
    package var imageSize = 518
    /// Blocks whose outputs are used, counted from 1.
    package var stages = [6, 12, 18, 24]
    package var epochs = 200
    package var batch = 16
    package var learningRate = 1e-4
    /// Weight of the pixel losses (omega).
    package var omega = 6.0
    /// Of the adapted Dice loss.
    package var beta = 0.1
    package var supervision = Supervision.both
    package var imageScore = ImageScore.adapter
    /// Of the vision-language and the vision-vision branch; detection alone uses them.
    package var weights = [1.0, 1.0]
    /// The same for the anomaly map; nil: as for the image score. Without training M_VL is noise, while S_VL is CLIP's
    /// own.
    package var mapWeights: [Double]?
    package var bank = Bank.adapted
    /// Share of each stage's bank tokens that are kept, chosen as a coreset; 1: all, and nearest neighbours are exact.
    package var coreset = 1.0

    package init() {}

    /// - Throws: `DetectionError.setting` for the first value out of range.
    package func validate() throws(DetectionError) {
        func check(_ fine: Bool, _ key: String, _ reason: String) throws(DetectionError) {
            if !fine { throw .setting(key: key, reason: reason) }
        }
        try check(imageSize > 0, "image_size", "\(imageSize) is not a positive number")
        try check(
            !stages.isEmpty && zip(stages, stages.dropFirst()).allSatisfy(<), "stages",
            "\(stages) are not block numbers in ascending order")
        try check(epochs >= 0, "epochs", "\(epochs) is negative")
        try check(batch > 0, "batch", "\(batch) is not a positive number")
        try check(
            learningRate > 0 && learningRate.isFinite, "learning_rate", "\(learningRate) is not a positive number")
        try check(omega >= 0 && omega.isFinite, "omega", "\(omega) is negative or not finite")
        try check(beta > 0 && beta.isFinite, "beta", "\(beta) is not a positive number")
        try check(coreset > 0 && coreset <= 1, "coreset", "\(coreset) is not a share above 0, up to 1")
        for (key, weights) in [("weights", weights), ("map_weights", mapWeights ?? weights)] {
            try check(
                weights.count == 2 && weights.allSatisfy { $0 >= 0 && $0.isFinite }, key,
                "\(weights) are not two weights")
        }
    }
}

/// Reads a setting's text, as a manifest or a message has it.
extension RawRepresentable where Self: CaseIterable, RawValue == String {
    /// - Throws: `DetectionError.setting` when no case bears this name.
    package init(setting text: String, key: String) throws(DetectionError) {
        guard let value = Self(rawValue: text) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw .setting(key: key, reason: "\"\(text)\" is none of: \(known)")
        }
        self = value
    }
}
