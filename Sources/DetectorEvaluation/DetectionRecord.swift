package import ParameterKit

/// Scores of one test picture: `units/<number>/record.json` of a detect object.
package struct DetectionRecord: Codable, Sendable, Equatable {
    package var id: String
    /// Higher is more anomalous.
    package var score: Double
    /// The score's named parts, as the detector declares them.
    package var parts: [String: Double]
    /// What else the detector wrote down.
    package var facts: JSONValue
    /// The anomaly map before upsampling, `.npy`, float32, [height, width]; relative to the object's data folder.
    package var map: String
    package var mapSHA256: String

    package init(
        id: String, score: Double, parts: [String: Double] = [:], facts: JSONValue = .object([:]), map: String,
        mapSHA256: String
    ) {
        (self.id, self.score, self.parts, self.facts) = (id, score, parts, facts)
        (self.map, self.mapSHA256) = (map, mapSHA256)
    }
}
