/// A line of a generate object's `list.jsonl`: one synthetic picture, which lies in the pool of units.
package struct ListedUnit: Codable, Sendable, Equatable {
    package var unit: String
    /// SHA-256 of the unit's `record.json`.
    package var record: String
    /// The folder name of its anomaly in exports.
    package var anomaly: String
    /// Id of the normal picture it was made from; nil for a picture made elsewhere.
    package var source: String?
    /// The unit that holds the label, if it isn't the picture's own unit: several ways of labelling may share one
    /// picture.
    package var label: String?
    /// SHA-256 of the label unit's `record.json`.
    package var labelRecord: String?
    /// The unit that holds the picture, if it isn't `unit`: that one then holds what was drawn in a window of it, and
    /// the unit of the label the whole picture.
    package var image: String?
    /// The name of its generator in a mixture; nil where all pictures have one.
    package var method: String?
    /// The unit that holds the account of its tries, where pictures are checked (`quality`).
    package var quality: String?

    package init(
        unit: String, record: String, anomaly: String, source: String?, label: String? = nil,
        labelRecord: String? = nil, image: String? = nil, method: String? = nil,
        quality: String? = nil
    ) {
        (self.unit, self.record, self.anomaly, self.source) = (unit, record, anomaly, source)
        (self.label, self.labelRecord, self.image, self.method) = (label, labelRecord, image, method)
        self.quality = quality
    }

    /// The unit that holds `image.png` as data sets show it.
    package var imageUnit: String { image ?? unit }

    /// The unit that holds `soft.png` and `mask.png`.
    package var labelUnit: String { label ?? unit }
}
