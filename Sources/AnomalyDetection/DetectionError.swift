/// Why a training or a detection can't be done.
package enum DetectionError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to train on.
    case noSamples
    /// Patches of all normals together vary in no direction.
    case tooFewPatches(Int)
    /// A detector learns from generated pictures, and there are none.
    case noGenerated(detector: String)
    /// Labels mark nothing, or everything.
    case noDamage
    /// A picture has fewer patches a side than a window.
    case noWindow(side: Int, grid: Int)
    /// The loss became infinite or undefined.
    case notFinite(epoch: Int, step: Int)
    /// A network's features don't fit the range of float16, the type they are kept in.
    case tokensOutOfRange(image: String, stage: String)
    /// A file of sentences can't be used.
    case prompts(file: String, reason: String)
    /// What a detector was fitted to doesn't belong to its trunk and settings.
    case fitted(file: String, reason: String)
    /// A file can't be written.
    case unwritable(path: String, reason: String)

    package var description: String {
        switch self {
        case .noSamples:
            "there is no sample to train on; give at least one picture"
        case .tooFewPatches(let count):
            "\(count) patch of all normals together has no variance; give more normals or a larger `image_size`"
        case .noGenerated(let detector):
            "\(detector) learns from generated pictures, and there are none; choose a generator, or a detector that learns from normals alone"
        case .noDamage:
            "the labels of the generated pictures mark no patch, or all of them: there is nothing to tell apart"
        case .noWindow(let side, let grid):
            "a picture of \(grid) × \(grid) patches holds no window of \(side) × \(side); use a larger `image_size` or smaller `windows`"
        case .notFinite(let epoch, let step):
            "the loss is not finite in epoch \(epoch), step \(step); use a smaller learning rate"
        case .tokensOutOfRange(let image, let stage):
            "\(image): the network's features of \(stage) exceed float16 (65504 at most) or are not numbers; no network that was trained does that"
        case .prompts(let file, let reason):
            "\(file): \(reason)"
        case .fitted(let file, let reason):
            "\(file): \(reason)"
        case .unwritable(let path, let reason):
            "\(path): can't be written: \(reason)"
        }
    }
}
