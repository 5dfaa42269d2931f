import ClipModels
import EngineLink
import NumpyFiles
import PictureQuality
import TensorCore

// The requests about generated pictures as pictures.

extension ModelCache {
    func embed(_ request: EmbedRequest, _ progress: RequestProgress) throws -> EmbedResult {
        guard !request.images.isEmpty else { throw EngineFailure(kind: .internalError, message: "embed: no images") }
        let clip = try clip(request.model)
        let rows = try PictureEmbedding.run(images: request.images, clip: clip) { progress.done($0, $1, "") }
        try NumpyFile(width: rows.shape[1], height: rows.shape[0], values: rows.floats()).write(to: request.output)
        return EmbedResult(imageSize: clip.configuration.vision.imageSize)
    }

    func regions(_ request: RegionRequest, _ progress: RequestProgress) throws -> RegionResult {
        guard !request.pictures.isEmpty else {
            throw EngineFailure(kind: .internalError, message: "regions: no pictures")
        }
        let found = try MaskedPatches.run(
            request.pictures.map { ($0.image, $0.mask) }, clip: try clip(request.model)
        ) { progress.done($0, $1, "") }
        if let rows = found.rows {
            try NumpyFile(width: rows.shape[1], height: rows.shape[0], values: rows.floats()).write(to: request.output)
        }
        return RegionResult(counts: found.counts)
    }

    func diversity(_ request: DiversityRequest, _ progress: RequestProgress) throws -> DiversityResult {
        guard request.pictures.allSatisfy({ $0.source.map(request.references.indices.contains) ?? true }) else {
            throw EngineFailure(
                kind: .internalError, message: "diversity: a picture's source is none of the references")
        }
        let pictures = request.pictures.map {
            PictureDiversity.Picture(image: $0.image, mask: $0.mask, kind: $0.kind, source: $0.source)
        }
        let groups = try PictureDiversity(lpips(request.weights)).measure(pictures, references: request.references) {
            progress.done($0, $1, "")
        }
        return DiversityResult(
            groups: groups.map {
                DiversityGroup(
                    kind: $0.kind, reference: $0.reference, pictures: $0.pictures, distance: $0.distance,
                    distanceInside: $0.distanceInside)
            })
    }
}
