package import Detectors
package import EngineLink
import FeatureTrunks
import MethodKit
import ParameterKit
import TensorCore

/// PatchCore as a detector of the engine.
package struct PatchCoreEngine: EngineDetector {
    private let half: PatchCore
    private let trunk: CNNTrunk

    package init(_ half: PatchCore, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        let settings = half.settings
        trunk = try shelf.cnn(call.model(.cnn), settings.trunk, to: settings.layers.last ?? "")
    }

    /// The fitted detector's file in its folder.
    package static let bank = "bank.safetensors"

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) -> TrunkFeatures {
        let settings = half.settings
        return TrunkFeatures(
            trunk, cuts: settings.layers, size: settings.imageSize, settings.geometry, cache, report)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }.map(\.image)
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = source(request.cache, report)
        try source.announce(normals)
        let share = half.settings.share(normals: normals.count)
        let (bank, patches) = try withoutGradients {
            try PatchCoreFitting(normals, share: share, seed: request.seed, source, report).bank()
        }
        try bank.write(to: request.output + "/" + Self.bank)
        return FitResult(facts: ["patches": .int(patches), "kept": .int(bank.count)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let settings = half.settings, source = source(request.cache, report)
        let bank = try PatchBank.read(
            request.fitted(Self.bank, of: "PatchCore"), channels: settings.trunk.channels(of: settings.layers),
            device: trunk.device)
        try source.announce(request.items.map(\.image))
        return try withoutGradients {
            try request.items.enumerated().map { number, item in
                let (patches, height, width) = try PatchEmbedding.vectors(source.maps(of: item.image))
                let nearest = try bank.nearest(to: patches)
                let (distance, weight) = try bank.score(patches, nearest, neighbours: settings.neighbours)
                try source.write(nearest.distances.reshape([height, width]), of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(score: distance * weight, parts: ["distance": distance, "weight": weight])
            }
        }
    }
}

/// Makes a bank of normals. All projected patches are in memory, the patches themselves are not.
struct PatchCoreFitting {
    private let normals: [String]
    private let share: Double
    private let seed: UInt32
    private let source: TrunkFeatures
    private let report: WorkReport

    init(_ normals: [String], share: Double, seed: UInt32, _ source: TrunkFeatures, _ report: WorkReport) {
        (self.normals, self.share, self.seed, self.source, self.report) = (normals, share, seed, source, report)
    }

    /// The bank, and how many patches the normals have in all.
    func bank() throws -> (PatchBank, patches: Int) {
        let kept = try share < 1 ? choose() : nil
        var (parts, patches): ([Tensor], Int) = ([], 0)
        for (number, path) in normals.enumerated() {
            let vectors = try vectors(of: path)
            let count = try vectors.size(0)
            // In the normals' order: which row is which does not matter to distances.
            let rows = kept?.filter { (patches..<patches + count).contains($0) }.map { $0 - patches }
            patches += count
            if let rows {
                if !rows.isEmpty { parts.append(try vectors.indexSelect(0, rows)) }
            } else {
                parts.append(vectors)
            }
            try report.progress(number + 1, normals.count, "bank")
        }
        return (try PatchBank(Tensor.cat(parts, 0)), patches)
    }

    /// The rows of the coreset among all patches, ascending.
    private func choose() throws -> [Int] {
        let generator = try Generator(seed: seed)
        var (projected, directions): ([Tensor], Tensor?) = ([], nil)
        for (number, path) in normals.enumerated() {
            let vectors = try vectors(of: path)
            let made =
                try directions
                ?? SparseProjection.directions(
                    points: vectors.size(0) * normals.count, width: vectors.size(1), generator: generator
                ).to(device: source.trunk.device)
            directions = made
            projected.append(try vectors.products(withRowsOf: made))
            try report.progress(number + 1, normals.count, "features")
        }
        let points = try Tensor.cat(projected, 0)
        let all = try points.size(0)
        let start = try Tensor.randperm(all, generator: generator).select(0, 0).intItem()
        return try Coreset.choose(points, count: max(1, Int(Double(all) * share)), start: start).sorted()
    }

    private func vectors(of path: String) throws -> Tensor {
        try PatchEmbedding.vectors(source.maps(of: path)).vectors
    }
}
