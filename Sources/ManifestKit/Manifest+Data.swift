// The sections about what goes in: data sets, foreground masks, the choice of samples.

package enum DatasetKind: String, Sendable, CaseIterable { case auto, mvtec, visa, folder }

package struct DatasetSection: Sendable, Equatable {
    package var kind: DatasetKind
    package var path: ManifestPath
    /// `nil` (`categories: all`): every category of the data set.
    package var categories: [String]?
    /// What stands for `[cls]` in prompts, where it is not the category's name with spaces for underscores.
    package var objects: [String: String]

    /// The words for a category in prompts, e.g. "metal nut" for `metal_nut`.
    package func objectName(_ category: String) -> String {
        objects[category] ?? String(category.map { $0 == "_" ? " " : $0 })
    }
}

/// A second data set to train on.
package struct AuxiliarySection: Sendable, Equatable {
    package enum Use: String, Sendable, CaseIterable {
        case normalsAndSynthetic = "normals+synthetic"
        case testSplit = "test-split"
    }
    package var kind: DatasetKind
    package var path: ManifestPath
    /// `nil` (`categories: all`): every category of the data set.
    package var categories: [String]?
    package var use: Use
    /// Of its normals; for `normalsAndSynthetic` alone.
    package var shots: Shots
}

package enum ForegroundMethod: String, Sendable, CaseIterable { case auto, otsu, fixed, triangle, whole }
package enum Polarity: String, Sendable, CaseIterable { case auto, light, dark }

/// How object masks are found. `nil` is `auto`: the value of the category's row in the foreground stage's table, or
/// that stage's own default for the method.
package struct ForegroundSettings: Sendable, Equatable {
    package var method: ForegroundMethod
    /// Grey level 0...255; never `nil` when the method is `fixed`.
    package var threshold: Int?
    package var polarity: Polarity
    /// Radius of the median filter in pixels; 0: none.
    package var median: Int?
    /// Radius of the closing in pixels; 0: none.
    package var closing: Int?
    /// Radius of the opening in pixels; 0: none.
    package var opening: Int?
    package var fillHoles: Bool?
    /// Components smaller than this share of the picture (0...1) are dropped.
    package var minArea: Double?

    package init(
        method: ForegroundMethod = .auto, threshold: Int? = nil, polarity: Polarity = .auto, median: Int? = nil,
        closing: Int? = nil,
        opening: Int? = nil, fillHoles: Bool? = nil, minArea: Double? = nil
    ) {
        (self.method, self.threshold, self.polarity, self.median) = (method, threshold, polarity, median)
        (self.closing, self.opening, self.fillHoles, self.minArea) = (closing, opening, fillHoles, minArea)
    }
}

package struct ForegroundSection: Sendable, Equatable {
    package var common: ForegroundSettings
    /// Per category: the common settings with the category's own keys in their place.
    package var overrides: [String: ForegroundSettings]

    package func settings(for category: String) -> ForegroundSettings { overrides[category] ?? common }
}

/// A number of normal samples per category.
package enum Shots: Sendable, Hashable, CustomStringConvertible {
    case count(Int)
    /// All normals of the training split.
    case full

    package var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .full: "full"
        }
    }
}

package struct SamplingSection: Sendable, Equatable {
    package enum Order: String, Sendable, CaseIterable { case random, consecutive }
    /// Without repetitions, as written.
    package var shots: [Shots]
    /// Without repetitions, as written.
    package var seeds: [UInt32]
    package var order: Order
}
