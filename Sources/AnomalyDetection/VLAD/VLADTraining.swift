package import Detectors

/// What VLAD is trained on, and where it writes its results.
package struct VLADTraining: Sendable {
    package struct Sample: Sendable, Equatable {
        package var image: String
        /// 16-bit PNG, value / 65535; nil: all zero.
        package var softLabel: String?
        /// The object's name, e.g. "metal nut"; a category's folder name will do.
        package var className: String
        package var anomalous: Bool

        package init(image: String, softLabel: String?, className: String, anomalous: Bool) {
            (self.image, self.softLabel, self.className, self.anomalous) = (image, softLabel, className, anomalous)
        }
    }

    package var samples: [Sample]
    package var settings: VLADSettings
    package var seed: UInt32
    /// Folder. Training resumes from a checkpoint there if it is intact and belongs to this training.
    package var checkpoints: String
    /// Epochs between two checkpoints; 0: none.
    package var checkpointEvery: Int
    /// File: the trained adapters.
    package var output: String
    package var recipe = AdapterRecipe.vlad
    package var ensemble = PromptEnsemble()
    package var cache = FeatureCache()

    package init(
        samples: [Sample], settings: VLADSettings, seed: UInt32, checkpoints: String, checkpointEvery: Int,
        output: String
    ) {
        (self.samples, self.settings, self.seed) = (samples, settings, seed)
        (self.checkpoints, self.checkpointEvery, self.output) = (checkpoints, checkpointEvery, output)
    }
}

/// Where frozen tokens are kept, and how many.
package struct FeatureCache: Sendable, Equatable {
    /// May be emptied at any time; nil to use memory only.
    package var folder: String?
    /// Bytes. One picture of ViT-L/14 at 518 pixels takes 22 MB: 4 stages of 1369 × 1024 float32.
    package var memoryLimit = 2 << 30
    /// Bytes. *Source*: the manifest's `cache.limit`.
    package var folderLimit = 20_000_000_000

    package init(folder: String? = nil) { self.folder = folder }

    func store(notice: @escaping (String) -> Void) -> TensorStore {
        TensorStore(
            memoryLimit: memoryLimit, folder: folder.map { CacheFolder($0, limit: folderLimit, notice: notice) })
    }
}

/// How long work reports on itself while it runs. Throwing from `progress` ends the work.
package struct WorkReport {
    package var progress: (_ done: Int, _ total: Int, _ note: String) throws -> Void
    package var notice: (String) -> Void

    package init(
        progress: @escaping (_ done: Int, _ total: Int, _ note: String) throws -> Void = { _, _, _ in },
        notice: @escaping (String) -> Void = { _ in }
    ) {
        (self.progress, self.notice) = (progress, notice)
    }
}
