package import AnomalyAnnotation
package import EngineLink
package import Foundation

/// What the generate stage is asked for one category and one set of samples.
package struct GenerationParameters: Sendable {
    package enum Method: String, Sendable { case cut, cutpaste, perlin, external }

    /// One thing to draw: its folder name in exports, its words, the full prompt, its weight among the others.
    package struct Request: Sendable, Equatable {
        package var anomaly: String
        package var phrases: [String]
        package var prompt: String
        package var share: Int

        package init(anomaly: String, phrases: [String], prompt: String, share: Int) {
            (self.anomaly, self.phrases, self.prompt, self.share) = (anomaly, phrases, prompt, share)
        }
    }

    /// How CUT's pictures are labelled.
    package struct AnnotationRequest: Sendable, Equatable {
        package var source: AnnotationSource
        /// Share of the soft label's maximum inside the foreground, 0 < threshold <= 1.
        package var threshold: Double

        package init(source: AnnotationSource, threshold: Double) {
            (self.source, self.threshold) = (source, threshold)
        }
    }

    package var method: Method
    /// The diffusion model's folder; nil for methods without networks.
    package var model: URL?
    /// SHA-256 over the model's files; part of every unit's identity.
    package var modelDigest: String?
    package var preset: String
    package var cut: CUTParameters
    package var annotation: AnnotationRequest
    package var requests: [Request]
    package var imagesPerNormal: Int
    /// Pictures computed together; never of different source images.
    package var batch: Int
    /// The seed of the noise: the sample's, or one that the manifest fixes.
    package var seed: UInt32
    /// What `perlin` takes its material from; nil for computed textures and for other methods.
    package var textures: TextureFolder?
    /// The category's pictures for the method `external`; nil for the others.
    package var external: ExternalCategory?

    package init(
        method: Method, model: URL?, modelDigest: String?, preset: String, cut: CUTParameters,
        annotation: AnnotationRequest,
        requests: [Request], imagesPerNormal: Int, batch: Int, seed: UInt32, textures: TextureFolder? = nil,
        external: ExternalCategory? = nil
    ) {
        (self.method, self.model, self.modelDigest, self.preset) = (method, model, modelDigest, preset)
        (self.cut, self.annotation, self.requests, self.imagesPerNormal) = (cut, annotation, requests, imagesPerNormal)
        (self.batch, self.seed, self.textures, self.external) = (batch, seed, textures, external)
    }
}

extension GenerationParameters {
    /// How many of a source image's pictures go to each request: in proportion to the shares, by largest remainder, the
    /// earlier request first among equals.
    package func counts() -> [Int] {
        let total = requests.reduce(0) { $0 + $1.share }
        guard total > 0 else { return requests.map { _ in 0 } }
        var counts = requests.map { imagesPerNormal * $0.share / total }
        let rest = imagesPerNormal - counts.reduce(0, +)
        let remainders = requests.enumerated().map { (imagesPerNormal * $1.share % total, $0) }
        for (_, index) in remainders.sorted(by: { ($1.0, $0.1) < ($0.0, $1.1) }).prefix(rest) { counts[index] += 1 }
        return counts
    }
}
