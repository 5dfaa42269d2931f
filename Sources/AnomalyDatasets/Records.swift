// The files that stages write for each other: one JSON object a line, keys sorted, no times, paths relative to the
// object's data/ folder. `RecordFormat.version` goes up when a field changes its meaning.

package enum RecordFormat {
    package static let version = 1
}

package enum Split: String, Codable, Sendable { case train, test }

/// One picture of an ingested data set, or a tile of one, which later stages take for a picture: a line of
/// `index.jsonl`. A tile is anomalous where its own mask marks a pixel, or where its picture is and has no mask.
package struct ImageRecord: Codable, Sendable, Equatable {
    package var id: String  // "<category>/<split>/<defect>/<stem>", unique in the data set
    package var category: String
    package var split: Split
    package var anomalous: Bool
    package var defect: String  // "good" for normals; VisA: "bad", or the named kinds joined with "+"
    package var file: String  // the original bytes, or the PNG that they were turned into
    package var mask: String?  // 8-bit PNG, 0 or 255, the image's size; nil for normals and where nobody drew one
    package var width: Int
    package var height: Int
    package var channels: Int  // of the original file: 1, 3 or 4
    package var sha256: String  // of `file`
    package var maskSHA256: String?
    package var tile: TilePlace?  // where it was cut, for a tile of a larger picture; nil for a whole picture

    /// Whether the picture is damaged at an unknown place; pixel metrics are not defined for it.
    package var maskIsUnknown: Bool { anomalous && mask == nil }
    /// Id of the picture that it is, or was cut from.
    package var picture: String { tile?.picture ?? id }

    package init(
        id: String, category: String, split: Split, anomalous: Bool, defect: String, file: String, mask: String?,
        width: Int, height: Int, channels: Int, sha256: String, maskSHA256: String?, tile: TilePlace? = nil
    ) {
        (self.id, self.category, self.split, self.anomalous, self.defect) = (id, category, split, anomalous, defect)
        (self.file, self.mask, self.width, self.height) = (file, mask, width, height)
        (self.channels, self.sha256, self.maskSHA256, self.tile) = (channels, sha256, maskSHA256, tile)
    }
}

/// The foreground mask of one normal picture: a line of the foreground object's `index.jsonl`.
package struct ForegroundRecord: Codable, Sendable, Equatable {
    package var id: String  // the picture's id
    package var imageSHA256: String
    package var file: String  // 8-bit PNG, 0 or 255, the picture's size
    package var sha256: String
    package var method: String  // fixed | otsu | triangle | whole | own
    package var threshold: Int?  // grey level 0...255; nil for whole
    package var polarity: String?  // light | dark: which side is the object; nil for whole
    package var coverage: Double  // share of pixels in the foreground, 0...1
    package var warnings: [String]

    package init(
        id: String, imageSHA256: String, file: String, sha256: String, method: String, threshold: Int?,
        polarity: String?,
        coverage: Double, warnings: [String]
    ) {
        (self.id, self.imageSHA256, self.file, self.sha256) = (id, imageSHA256, file, sha256)
        (self.method, self.threshold, self.polarity) = (method, threshold, polarity)
        (self.coverage, self.warnings) = (coverage, warnings)
    }
}

/// The k normals chosen for one category, shot count and seed: `sample.json`.
package struct SampleRecord: Codable, Sendable, Equatable {
    package struct Choice: Codable, Sendable, Equatable {
        package var id: String
        package var sha256: String
        package init(id: String, sha256: String) { (self.id, self.sha256) = (id, sha256) }
    }
    package var category: String
    package var shots: String  // "1", "2", "4", ... or "full"
    package var seed: Int
    package var order: String  // random | consecutive
    package var images: [Choice]

    package init(category: String, shots: String, seed: Int, order: String, images: [Choice]) {
        (self.category, self.shots, self.seed, self.order, self.images) = (category, shots, seed, order, images)
    }
}
