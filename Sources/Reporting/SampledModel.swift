/// Shot count and seed of one data set: samples, pictures, exports and detectors are made for each.
package struct SampledModel: Sendable, Equatable {
    /// "1", "2", … or "full".
    package var shots: String
    package var seed: Int
    package init(shots: String, seed: Int) { (self.shots, self.seed) = (shots, seed) }

    /// `1shot-s0`, `full-s0` …: part of roles, subjects and file names.
    package var label: String { (shots == "full" ? "full" : "\(shots)shot") + "-s\(seed)" }
}
