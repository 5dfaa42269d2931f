/// Scores of one test picture: `units/<number>/record.json` of a detect object.
package struct DetectionRecord: Codable, Sendable, Equatable {
    package var id: String
    /// S = w₁ S_VL + w₂ max M_VV.
    package var score: Double
    package var visionLanguage: Double
    package var visionVision: Double
    /// The anomaly map before upsampling, `.npy`, float32, [grid, grid]; relative to the object's data folder.
    package var map: String

    package init(id: String, score: Double, visionLanguage: Double, visionVision: Double, map: String) {
        (self.id, self.score) = (id, score)
        (self.visionLanguage, self.visionVision, self.map) = (visionLanguage, visionVision, map)
    }
}
