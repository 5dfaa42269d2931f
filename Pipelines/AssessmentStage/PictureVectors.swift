import EngineLink
import EvaluationMetrics
import Foundation
import NumpyFiles
import ParameterKit
import StageKit

/// The vectors of some pictures from a CLIP's tower, one a row.
struct PictureVectors {
    let file: NumpyFile
    /// Pixels a side that the pictures were resized to.
    let imageSize: Int

    /// A portion's vectors, as they are kept.
    private struct Portion: Codable {
        var imageSize: Int
        var width: Int
        var values: [Float]
    }

    /// - Parameters:
    ///   - images: files, at least one.
    ///   - name: of the scratch.
    init(_ images: [String], model: URL, modelDigest: String, name: String, context: JobContext, engines: EnginePool)
        throws
    {
        let portions = Portions(context: context, name: name, asked: .string(modelDigest))
        let parts = Portions.parts(of: images)
        let output = context.object.work.child("\(name).npy")
        let vectors = try portions.results(parts, engines: engines, pictures: { $0 }) { part, ask in
            try DurableFile.remove(output)
            let request = EmbedRequest(model: model.path, images: Array(part), output: output.path)
            guard case .embed(let answer) = try ask(.embed(request)) else {
                throw Failure(.internalError, "the engine answered embed with something else")
            }
            let rows = try NumpyFile(try DurableFile.read(output), name: output.path)
            guard rows.height == part.count else {
                throw Failure(
                    .internalError, "the engine gave \(rows.height) vectors of \(part.count) pictures",
                    at: context.key.description)
            }
            return Portion(imageSize: answer.imageSize, width: rows.width, values: rows.values)
        }
        guard let first = vectors.first, vectors.allSatisfy({ $0.width == first.width }),
            zip(vectors, parts).allSatisfy({ $0.values.count == $0.width * $1.count })
        else {
            throw Failure(
                .internalError, "the engine gave vectors of several lengths", at: context.key.description)
        }
        file = NumpyFile(width: first.width, height: images.count, values: vectors.flatMap(\.values))
        imageSize = first.imageSize
    }

    func rows(_ name: String) throws -> FeatureRows { try FeatureRows(file, name: name) }
}
