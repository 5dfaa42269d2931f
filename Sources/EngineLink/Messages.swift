/// The messages between the tool and the engine: one JSON object a line, requests on the engine's standard input,
/// events on its standard output. Pictures and tensors are passed as files, by their paths.
///
/// The version goes up whenever a message changes its meaning; an engine of another version is refused.
package enum EngineProtocol {
    package static let version = 5
}

/// A request of the tool. Every event that answers it has the same `id`.
package struct EngineRequest: Codable, Sendable {
    package var version = EngineProtocol.version
    package var id: Int
    package var operation: EngineOperation

    package init(id: Int, operation: EngineOperation) {
        self.id = id
        self.operation = operation
    }
}

package enum EngineOperation: Codable, Sendable {
    /// Loads a model folder and checks it whole, without running anything.
    case inspect(InspectRequest)
    /// Draws pictures with a generator: one group of one source image and prompt, a seed for each item.
    case draw(ApplyRequest)
    /// Decodes the autoencoder's posterior mean of pictures ("reconstructed normals").
    case reconstruct(ReconstructRequest)
    /// Fits a detector.
    case fit(FitRequest)
    /// Scores pictures with a fitted detector.
    case score(ApplyRequest)
    /// Compares pictures with sentences.
    case similarity(SimilarityRequest)
    /// Vectors of pictures, for statistics over sets of them.
    case embed(EmbedRequest)
    /// Vectors of what lies under masks.
    case regions(RegionRequest)
    /// How different generated pictures look from each other.
    case diversity(DiversityRequest)
    /// Times the parts of a picture.
    case bench(BenchRequest)
}

/// An event from the engine. Exactly one `result` or `failure` closes a request.
package struct EngineEvent: Codable, Sendable {
    package var id: Int
    package var body: Body

    package enum Body: Codable, Sendable {
        /// Sent once after the start, with id 0.
        case ready(EngineReady)
        /// Work done so far, in the request's own units (steps, pictures), of `total`.
        case progress(done: Int, total: Int, note: String)
        /// A sentence for the log and the user, e.g. that an out-of-memory error made the engine take smaller pieces.
        case notice(String)
        case result(EngineResult)
        case failure(EngineFailure)
    }

    package init(id: Int, body: Body) {
        self.id = id
        self.body = body
    }
}

package struct EngineReady: Codable, Sendable, Equatable {
    package var version: Int
    package var engine: String  // the engine's own version and LibTorch's
    package var device: String  // cpu, cuda:0
    package var threads: Int
    /// Bytes of the device's own memory, in all and free; nil for the processor.
    package var memory: Int?
    package var freeMemory: Int?

    package init(
        version: Int, engine: String, device: String, threads: Int, memory: Int? = nil, freeMemory: Int? = nil
    ) {
        (self.version, self.engine, self.device, self.threads) = (version, engine, device, threads)
        (self.memory, self.freeMemory) = (memory, freeMemory)
    }
}

package enum EngineResult: Codable, Sendable {
    case inspect(InspectResult)
    /// Of `draw` and `score`.
    case applied([AppliedItem])
    case reconstruct
    case fitted(FitResult)
    case similarity(SimilarityResult)
    case embed(EmbedResult)
    case regions(RegionResult)
    case diversity(DiversityResult)
    case bench(BenchResult)
}

/// Why a request failed; `kind` decides the exit code and whether a retry makes sense.
package struct EngineFailure: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Codable, Sendable {
        case badData  // 65: a picture, weights or words that can't be used
        case inputMissing  // 66
        case unavailable  // 69: no LibTorch, no such device, engine can't start
        case outOfMemory  // 1: the unit is recorded as failed
        case notFinite  // 1: likewise
        case unchanged  // 1: likewise; nothing could be seen of the damage
        case internalError  // 70
        case io  // 74
        case died  // 1: the engine process ended under the request

        /// The exit code that the tool ends with.
        package var exitCode: Int32 {
            switch self {
            case .badData: 65
            case .inputMissing: 66
            case .unavailable: 69
            case .internalError: 70
            case .io: 74
            case .outOfMemory, .notFinite, .unchanged, .died: 1
            }
        }
    }
    package var kind: Kind
    package var message: String
    package var description: String { message }

    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

// MARK: - inspect

package struct InspectRequest: Codable, Sendable {
    package enum Kind: String, Codable, Sendable { case diffusion, clip }
    package var kind: Kind
    package var model: String
    package init(kind: Kind, model: String) { (self.kind, self.model) = (kind, model) }
}

package struct InspectResult: Codable, Sendable {
    package var imageSize: Int  // pixels a side that the model works at
    package var parameters: Int  // how many numbers its weights hold
    package init(imageSize: Int, parameters: Int) { (self.imageSize, self.parameters) = (imageSize, parameters) }
}

// MARK: - reconstruct

package struct ReconstructRequest: Codable, Sendable {
    package var model: String
    package var images: [String]
    package var outputs: [String]  // one PNG per image, the image's own size
    package var dtype: String
    package init(model: String, images: [String], outputs: [String], dtype: String) {
        (self.model, self.images, self.outputs, self.dtype) = (model, images, outputs, dtype)
    }
}

// MARK: - similarity

package struct SimilarityRequest: Codable, Sendable {
    /// CLIP folder.
    package var model: String
    package var sentences: [String]
    /// Pictures, resized to the CLIP's own size.
    package var images: [String]
    package init(model: String, sentences: [String], images: [String]) {
        (self.model, self.sentences, self.images) = (model, sentences, images)
    }
}

package struct SimilarityResult: Codable, Sendable {
    package var similarities: [[Double]]  // cosine, for each image and sentence
    package init(similarities: [[Double]]) { self.similarities = similarities }
}

// MARK: - embed, regions and diversity (what generated pictures are like)

package struct EmbedRequest: Codable, Sendable {
    package var model: String  // CLIP folder
    package var images: [String]  // at least one
    package var output: String  // .npy, float32, [images, embedding], not normalised
    package init(model: String, images: [String], output: String) {
        (self.model, self.images, self.output) = (model, images, output)
    }
}

package struct EmbedResult: Codable, Sendable {
    package var imageSize: Int  // pixels a side that the pictures were resized to
    package init(imageSize: Int) { self.imageSize = imageSize }
}

package struct RegionPicture: Codable, Sendable, Equatable {
    package var image: String
    package var mask: String  // damage where > 127, the image's size
    package init(image: String, mask: String) { (self.image, self.mask) = (image, mask) }
}

package struct RegionRequest: Codable, Sendable {
    package var model: String  // CLIP folder
    package var pictures: [RegionPicture]  // at least one
    package var output: String  // .npy, float32, [patches, width], rows of length 1; not written without patches
    package init(model: String, pictures: [RegionPicture], output: String) {
        (self.model, self.pictures, self.output) = (model, pictures, output)
    }
}

package struct RegionResult: Codable, Sendable {
    package var counts: [Int]  // patches of each picture, in order
    package init(counts: [Int]) { self.counts = counts }
}

package struct DiversityPicture: Codable, Sendable, Equatable {
    package var image: String
    package var mask: String?  // its label, damage where > 127, the image's size
    package var kind: String  // pictures of different kinds are not compared
    package var source: Int?  // index of the reference it was made from; nil: of none, it joins the most similar
    package init(image: String, mask: String?, kind: String, source: Int?) {
        (self.image, self.mask, self.kind, self.source) = (image, mask, kind, source)
    }
}

package struct DiversityRequest: Codable, Sendable {
    package var weights: String  // safetensors: LPIPS on VGG16
    package var pictures: [DiversityPicture]
    package var references: [String]  // normal pictures
    package init(weights: String, pictures: [DiversityPicture], references: [String]) {
        (self.weights, self.pictures, self.references) = (weights, pictures, references)
    }
}

package struct DiversityGroup: Codable, Sendable, Equatable {
    package var kind: String
    package var reference: Int?
    package var pictures: Int  // how many were compared
    package var distance: Double  // mean LPIPS over all pairs
    package var distanceInside: Double?  // the same where either label is; nil where one is missing
    package init(kind: String, reference: Int?, pictures: Int, distance: Double, distanceInside: Double?) {
        (self.kind, self.reference, self.pictures) = (kind, reference, pictures)
        (self.distance, self.distanceInside) = (distance, distanceInside)
    }
}

package struct DiversityResult: Codable, Sendable {
    package var groups: [DiversityGroup]  // those of two and more pictures
    package init(groups: [DiversityGroup]) { self.groups = groups }
}

// MARK: - bench

package struct BenchRequest: Codable, Sendable {
    package var model: String  // folder of a diffusion model
    package var dtype: String
    package var batch: Int  // pictures at a time
    package var repeats: Int
    package var parts: [String]  // those of BenchResult.seconds; none: all
    package init(model: String, dtype: String, batch: Int, repeats: Int, parts: [String] = []) {
        (self.model, self.dtype, self.batch, self.repeats, self.parts) = (model, dtype, batch, repeats, parts)
    }
}

package struct BenchResult: Codable, Sendable {
    /// part → seconds of each repetition: text, encode, forward, evaluation, guided, decode
    package var seconds: [String: [Double]]
    package var peakMemory: Int  // bytes: the process's, or on a GPU its allocator's, since the engine started
    package init(seconds: [String: [Double]], peakMemory: Int) {
        (self.seconds, self.peakMemory) = (seconds, peakMemory)
    }
}
