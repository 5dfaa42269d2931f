package import Imaging

/// A manifest's settings for foregrounds; nil where the stage chooses.
package struct ForegroundRequest: Sendable, Equatable {
    /// nil: the category's row of `ForegroundDefaults`, else Otsu, with the whole picture if that is unclear.
    package var method: ForegroundExtractor.Method?
    package var threshold: Int?
    package var polarity: ForegroundExtractor.PolarityChoice?
    /// Radii in pixels of the picture; 0: none.
    package var median: Int?
    package var closing: Int?
    package var opening: Int?
    package var fillHoles: Bool?
    /// Share of the picture.
    package var minArea: Double?

    package init(
        method: ForegroundExtractor.Method? = nil, threshold: Int? = nil,
        polarity: ForegroundExtractor.PolarityChoice? = nil,
        median: Int? = nil, closing: Int? = nil, opening: Int? = nil, fillHoles: Bool? = nil, minArea: Double? = nil
    ) {
        (self.method, self.threshold, self.polarity, self.median) = (method, threshold, polarity, median)
        (self.closing, self.opening, self.fillHoles, self.minArea) = (closing, opening, fillHoles, minArea)
    }

    /// The recipe for one category of a public data set (nil: of none): its row where no method is named, the method's
    /// defaults where one is, and what the manifest says besides. `tested` is whether somebody looked at the row's
    /// masks.
    package func resolved(
        for category: String, of dataset: String?
    ) -> (extractor: ForegroundExtractor, tested: Bool) {
        let row = method == nil ? ForegroundDefaults.row(for: category, of: dataset) : nil
        var extractor = row?.extractor ?? method.map { ForegroundExtractor(method: $0) } ?? ForegroundDefaults.unknown
        if let threshold { extractor.level = threshold }
        // "auto" in a manifest is the default, so it must not replace a row's polarity.
        if let polarity, polarity != .auto { extractor.polarity = polarity }
        if let median { extractor.median = median }
        if let closing { extractor.closingRadius = closing }
        if let opening { extractor.openingRadius = opening }
        if let fillHoles { extractor.fillHoles = fillHoles }
        if let minArea { extractor.minArea = minArea }
        return (extractor, row?.tested ?? true)
    }
}
