package import Detectors
package import EngineLink
import FeatureTrunks
import Imaging
import MethodKit
import ParameterKit
import TensorCore

/// AnomalyDINO as a detector of the engine.
package struct AnomalyDINOEngine: EngineDetector {
    private let half: AnomalyDINO
    private let trunk: VisionTransformer

    package init(_ half: AnomalyDINO, call: MethodCall, shelf: any TrunkShelf) throws {
        self.half = half
        trunk = try shelf.transformer(call.model(.vit), half.settings.trunk, to: half.settings.block)
    }

    /// The fitted detector's file in its folder.
    package static let bank = "bank.safetensors"

    private func source(_ cache: FeatureCacheRequest?, _ report: WorkReport) -> TrunkFeatures {
        let settings = half.settings
        return TrunkFeatures(
            trunk, cuts: [TransformerCut.normed(settings.block).name], size: settings.imageSize,
            settings.geometry.picture, patch: VisionTransformerShape.patch, cache, report)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        let normals = request.samples.filter { !$0.anomalous }.map(\.image)
        guard !normals.isEmpty else { throw DetectionError.noSamples }
        let source = source(request.cache, report)
        let turns = PictureTurn.evenly(half.settings.turns(normals: normals.count))
        try source.announce(normals, turns: turns)
        let bank = try withoutGradients {
            var parts: [Tensor] = []
            for path in normals {
                for turn in [nil] + turns {
                    parts.append(try PatchTokens.rows(source.maps(of: path, turned: turn)[0]))
                    try report.progress(parts.count, normals.count * (1 + turns.count), "bank")
                }
            }
            return try CosineBank(parts).bank
        }
        try bank.write(to: request.output + "/" + Self.bank)
        return FitResult(facts: ["patches": .int(bank.count), "turns": .int(turns.count)])
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        let source = source(request.cache, report)
        let bank = CosineBank(
            try PatchBank.read(
                request.fitted(Self.bank, of: "AnomalyDINO"), channels: trunk.shape.width, device: trunk.device))
        try source.announce(request.items.map(\.image))
        var unclear = 0
        let items = try withoutGradients {
            try request.items.enumerated().map { number, item in
                let map = try source.maps(of: item.image)[0], (height, width) = (try map.size(2), try map.size(3))
                var distances = try bank.distances(of: PatchTokens.rows(map)).reshape([height, width])
                var compared = 1.0
                if let cells = try objectCells(item.image, rows: height, columns: width, source, &unclear) {
                    distances = try distances * Tensor(cells.values, [height, width]).to(device: trunk.device)
                    compared = cells.share
                }
                try source.write(distances, of: item.image, to: item.output)
                try report.progress(number + 1, request.items.count, request.className)
                return AppliedItem(
                    score: try PatchTokens.meanOfLargest(distances),
                    parts: ["distance": try distances.max().item(), "compared": compared])
            }
        }
        if unclear > 0 {
            report.notice(
                "AnomalyDINO compares \(unclear) of \(request.items.count) pictures of \(request.className) whole: object and ground can't be told apart"
            )
        }
        return items
    }

    /// The cells of the object; nil where the whole picture is compared.
    private func objectCells(
        _ path: String, rows: Int, columns: Int, _ source: TrunkFeatures, _ unclear: inout Int
    ) throws -> ObjectCells? {
        let method: ForegroundExtractor.Method
        switch half.settings.foreground {
        case .whole: return nil
        case .otsu: method = .otsu
        case .triangle: method = .triangle
        }
        var extractor = ForegroundExtractor(method: method)
        extractor.wholeWhenUnclear = true
        let image = try source.picture(path), found = extractor.extract(from: image)
        guard found.method != .whole else {
            unclear += 1
            return nil
        }
        let frame = source.preprocessor.frame(width: image.width, height: image.height)
        let patch = Double(VisionTransformerShape.patch)
        return ObjectCells(
            found.mask, rows: rows, columns: columns, height: patch * Double(image.height) / Double(frame.height),
            width: patch * Double(image.width) / Double(frame.width))
    }
}
