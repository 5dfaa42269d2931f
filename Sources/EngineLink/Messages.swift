/// The messages between the tool and the engine: one JSON object a line, requests on the engine's standard input,
/// events on its standard output. Pictures and tensors travel as files whose paths stand in the messages.
///
/// The version goes up whenever a message changes its meaning; an engine of another version is refused.
package enum EngineProtocol {
    package static let version = 4
}

/// What the tool asks. `id` comes back in every event that answers it.
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
    /// One group of CUT pictures: one source image, one prompt, one seed per picture.
    case generate(GenerateRequest)
    /// Decodes the autoencoder's posterior mean of pictures ("reconstructed normals").
    case reconstruct(ReconstructRequest)
    /// Trains VLAD's adapters.
    case train(TrainRequest)
    /// Scores pictures with trained (or untrained) adapters and a memory bank of normals.
    case detect(DetectRequest)
    /// Compares pictures with sentences.
    case similarity(SimilarityRequest)
    /// Vectors of pictures, for statistics over sets of them.
    case embed(EmbedRequest)
    /// How different generated pictures look from each other.
    case diversity(DiversityRequest)
    /// Times the parts of a picture.
    case bench(BenchRequest)
}

/// What the engine says. Exactly one `result` or `failure` closes a request.
package struct EngineEvent: Codable, Sendable {
    package var id: Int
    package var body: Body

    package enum Body: Codable, Sendable {
        /// Said once after start, with id 0.
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

    package init(version: Int, engine: String, device: String, threads: Int) {
        (self.version, self.engine, self.device, self.threads) = (version, engine, device, threads)
    }
}

package enum EngineResult: Codable, Sendable {
    case inspect(InspectResult)
    case generate(GenerateResult)
    case reconstruct
    case train(TrainResult)
    case detect(DetectResult)
    case similarity(SimilarityResult)
    case embed(EmbedResult)
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
            case .outOfMemory, .notFinite, .died: 1
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

// MARK: - generate (CUT)

/// CUT's parameters as the manifest names them (defaults: the preset `paper`; Source: paper section 4.1, A.1).
package struct CUTParameters: Codable, Sendable, Equatable {
    package var steps = 200
    package var gamma = "0.25"  // decimal text: S = round-half-up(gamma * steps) in decimal arithmetic
    package var guidanceScale = 7.5
    package var sampler = "ddim"  // ddim | pndm | dpmsolver
    package var guidanceEvery = 1  // steps from one unconditional pass to the next
    package var strength = 10.0  // lambda
    package var thresholds = [0.05, 0.5, 0.8]
    package var places = [0, 10, 20]  // already scaled when the preset says so
    package var refinements = 20
    package var stopAfter = 10
    package var stopWindow = [10, 50]  // open interval of n
    package var softmaxScale = 100.0
    package var phrase = "mean"  // mean | sum over the words' tokens
    package var objective = "attention"  // attention | logarithm
    package var until = 1.0  // share of the steps in which guidance runs
    package var sigma = 0.5
    package var localisation = true
    package var earlyStop = true
    package var attention = true
    package var mask = true
    package var imageGuidance = true
    package var localBlend = false
    package var dtype = "float32"  // float32 | bfloat16 | float16
    package init() {}
}

package struct GenerateRequest: Codable, Sendable {
    package var model: String  // folder in diffusers' layout
    package var image: String  // PNG or JPEG, any size, 1, 3 or 4 channels
    package var mask: String?  // foreground where > 127, the image's size; nil: whole image
    package var prompt: String
    package var words: [String]  // phrases; every one must stand in the prompt
    package var parameters: CUTParameters
    package var seeds: [UInt32]  // one per picture of the group; the group is one batch
    /// one folder per seed: image.png, attention.png (16 bits), reconstruction.png are written there
    package var outputs: [String]
    package var traces: [String]?  // one safetensors file per seed, when asked for
    package var traceImages: [String]?  // one folder per seed: step-*.png, map-*.png of ten steps, when asked for
    package init(
        model: String, image: String, mask: String?, prompt: String, words: [String], parameters: CUTParameters,
        seeds: [UInt32], outputs: [String], traces: [String]? = nil, traceImages: [String]? = nil
    ) {
        (self.model, self.image, self.mask, self.prompt, self.words) = (model, image, mask, prompt, words)
        (self.parameters, self.seeds, self.outputs, self.traces) = (parameters, seeds, outputs, traces)
        self.traceImages = traceImages
    }
}

/// What happened to one picture of the group. Arrays have one entry per denoising step.
package struct GeneratedUnit: Codable, Sendable, Equatable {
    package var width: Int
    package var height: Int
    package var timesteps: [Int]
    package var loss: [Double]
    package var stepSize: [Double]  // alpha; 0 from the stopping step on
    package var n: [Int]
    package var refinements: [Int]
    package var stoppedAt: Int?  // the step at which guidance stopped early
    package var evaluations: Int
    package var warnings: [String]
    package var together: Int  // pictures computed as one batch: fewer than asked for where memory was short
    package var isCheckpointed: Bool  // blocks were run twice, for want of memory
    package var failure: EngineFailure?  // set: no files were written for this picture
    package init(
        width: Int, height: Int, timesteps: [Int], loss: [Double], stepSize: [Double], n: [Int], refinements: [Int],
        stoppedAt: Int?, evaluations: Int, warnings: [String], together: Int, isCheckpointed: Bool,
        failure: EngineFailure? = nil
    ) {
        (self.width, self.height, self.timesteps, self.loss) = (width, height, timesteps, loss)
        (self.stepSize, self.n, self.refinements, self.stoppedAt) = (stepSize, n, refinements, stoppedAt)
        (self.evaluations, self.warnings, self.failure) = (evaluations, warnings, failure)
        (self.together, self.isCheckpointed) = (together, isCheckpointed)
    }
}

package struct GenerateResult: Codable, Sendable {
    package var units: [GeneratedUnit]
    package init(units: [GeneratedUnit]) { self.units = units }
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

// MARK: - train and detect (VLAD)

/// VLAD's parameters as the manifest names them (Source: paper section 4.2, 5.1, A.1, A.2).
package struct VLADParameters: Codable, Sendable, Equatable {
    package var imageSize = 518
    package var stages = [6, 12, 18, 24]  // outputs of these blocks, counted from 1
    package var epochs = 200
    package var batch = 16
    package var learningRate = 1e-4
    package var omega = 6.0
    package var beta = 0.1
    package var supervision = "image+pixel"  // image | pixel | image+pixel
    package var imageScore = "adapter"  // adapter | map | both
    package var weights = [1.0, 1.0]  // of the vision-language and the vision-vision branch; used by detect only
    package var mapWeights: [Double]?  // of the two in the anomaly map; nil: weights
    package var bank = "adapted"  // adapted | raw tokens in the memory bank; used by detect only
    package var coreset = 1.0  // share of the bank's tokens that is kept; used by detect only
    package init() {}

    /// Bytes of the frozen tokens that the engine keeps of one picture: float16 for each chosen block and patch,
    /// float32 for the image.
    ///
    /// - Parameters:
    ///   - width: of the vision tower.
    ///   - patchSize: in pixels.
    ///   - embedding: of the space shared with texts.
    package func tokenBytes(width: Int, patchSize: Int, embedding: Int) -> Int {
        let grid = imageSize / patchSize
        return stages.count * grid * grid * width * 2 + embedding * 4
    }
    /// Bytes of the label of one anomalous picture that training keeps beside them: float32 at the network's size.
    package var labelBytes: Int { imageSize * imageSize * 4 }
}

/// Where the engine keeps frozen tokens.
package struct TokenCache: Codable, Sendable, Equatable {
    package var folder: String  // may be emptied at any time
    package var limit: Int  // bytes
    package init(folder: String, limit: Int) { (self.folder, self.limit) = (folder, limit) }
}

package struct TrainSample: Codable, Sendable, Equatable {
    package var image: String
    package var softLabel: String?  // 16-bit PNG, value/65535; nil: all zero
    package var className: String  // a category, e.g. "metal_nut", or the words for it
    package var anomalous: Bool
    package init(image: String, softLabel: String?, className: String, anomalous: Bool) {
        (self.image, self.softLabel, self.className, self.anomalous) = (image, softLabel, className, anomalous)
    }
}

package struct TrainRequest: Codable, Sendable {
    package var model: String  // CLIP folder
    package var samples: [TrainSample]
    package var parameters: VLADParameters
    package var seed: UInt32
    package var checkpoints: String  // folder; whatever stands there is resumed from if it is whole
    package var checkpointEvery: Int  // epochs
    package var output: String  // safetensors: the trained adapters
    package var prompts: String?  // JSON file of sentences; nil: the built-in ones
    package var cache: TokenCache?
    package init(
        model: String, samples: [TrainSample], parameters: VLADParameters, seed: UInt32, checkpoints: String,
        checkpointEvery: Int, output: String, prompts: String? = nil, cache: TokenCache?
    ) {
        (self.model, self.samples, self.parameters, self.seed) = (model, samples, parameters, seed)
        (self.checkpoints, self.checkpointEvery, self.output) = (checkpoints, checkpointEvery, output)
        (self.prompts, self.cache) = (prompts, cache)
    }
}

package struct TrainResult: Codable, Sendable {
    package var losses: [Double]  // mean training loss of each epoch
    package init(losses: [Double]) { self.losses = losses }
}

package struct DetectImage: Codable, Sendable {
    package var image: String
    package var map: String  // .npy, float32, [grid, grid]: w1 M_VL + w2 M_VV before upsampling
    package init(image: String, map: String) { (self.image, self.map) = (image, map) }
}

package struct DetectRequest: Codable, Sendable {
    package var model: String
    package var adapters: String  // safetensors from `train`
    package var className: String
    package var references: [String]  // the k normals of this category
    package var images: [DetectImage]
    package var parameters: VLADParameters
    package var prompts: String?  // as for train
    package var cache: TokenCache?
    package init(
        model: String, adapters: String, className: String, references: [String], images: [DetectImage],
        parameters: VLADParameters, prompts: String? = nil, cache: TokenCache?
    ) {
        (self.model, self.adapters, self.className, self.references) = (model, adapters, className, references)
        (self.images, self.parameters, self.prompts, self.cache) = (images, parameters, prompts, cache)
    }
}

package struct DetectScore: Codable, Sendable, Equatable {
    package var score: Double  // S = w1 S_VL + w2 max M_VV
    package var visionLanguage: Double  // S_VL
    package var visionVision: Double  // max of the upsampled M_VV
    package init(score: Double, visionLanguage: Double, visionVision: Double) {
        (self.score, self.visionLanguage, self.visionVision) = (score, visionLanguage, visionVision)
    }
}

package struct DetectResult: Codable, Sendable {
    package var scores: [DetectScore]
    package init(scores: [DetectScore]) { self.scores = scores }
}

// MARK: - similarity

package struct SimilarityRequest: Codable, Sendable {
    package var model: String  // CLIP folder
    package var imageSize: Int
    package var sentences: [String]
    package var images: [String]
    package init(model: String, imageSize: Int, sentences: [String], images: [String]) {
        (self.model, self.imageSize, self.sentences, self.images) = (model, imageSize, sentences, images)
    }
}

package struct SimilarityResult: Codable, Sendable {
    package var similarities: [[Double]]  // cosine, for each image and sentence
    package init(similarities: [[Double]]) { self.similarities = similarities }
}

// MARK: - embed and diversity (what generated pictures are like)

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
