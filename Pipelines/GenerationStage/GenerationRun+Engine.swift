import AnomalyDatasets
import EngineLink
import Foundation
import Generators
import Imaging
import MethodKit
import ParameterKit
import StageKit

extension GenerationRun {
    /// Has the engine draw the group as one batch.
    func drawInTheEngine(
        _ group: UnitGroup, into folders: [URL], progress: @escaping @Sendable (Double) -> Void
    ) throws -> [DrawnUnit] {
        var files: [(image: URL, mask: URL?)] = []
        var windows: [PixelWindow] = []
        // A generator that knows its label keeps the rest of the picture: a mixture's window isn't for it.
        if parameters.window == .whole || !parameters.drawer(of: group.request).labelsFromEvidence {
            let image = try sourceFile(of: group)
            files = try maskFiles(of: group, in: folders).map { (image, $0) }
        } else {
            let frames = try frames(of: group)
            // Pictures with one window and one mask name the same files, and are computed together.
            for (place, frame) in frames.enumerated() {
                let same = frames[..<place].firstIndex { $0.window == frame.window && $0.part == frame.part }
                let written = try same.map { files[$0] } ?? frame.write(into: folders[place])
                files.append(written)
            }
            windows = frames.map(\.window)
        }
        let request = ApplyRequest(
            call: MethodCall(
                parameters.generator(for: group.request),
                models: parameters.drawer(of: group.request).models.mapValues { $0.url.path }),
            className: category, prompt: group.request.prompt, words: group.request.phrases,
            places: group.request.places.isEmpty ? nil : group.request.places,
            items: zip(group.indices, zip(folders, files)).map { index, member in
                let (folder, file) = member
                return ApplyItem(
                    image: file.image.path, mask: file.mask?.path,
                    seed: parameters.unitSeed(group, category: category, index: index),
                    output: folder.path)
            })
        let (ready, result): (EngineReady, EngineResult)
        do {
            (ready, result) = try engines.borrow { engine in
                (
                    try engine.ready { context.notice($0) },
                    try engine.call(
                        .draw(request), progress: { done, total, _ in progress(Double(done) / Double(max(total, 1))) },
                        notice: { context.notice($0) })
                )
            }
        } catch let error as EngineFailure {
            // Failures of single pictures are recorded and the others go on; any other failure ends the stage.
            if engines.isClosed { throw Failure(.busy, "the run was ended") }
            switch error.kind {
            case .outOfMemory, .notFinite, .died: return folders.map { _ in .failed(error.message) }
            default: throw Failure(ExitStatus(code: error.kind.exitCode), error.message)
            }
        }
        guard case .applied(let pictures) = result, pictures.count == folders.count else {
            throw Failure(.internalError, "the engine answered draw with something else")
        }
        return pictures.enumerated().map { place, picture in
            if let failure = picture.failure { return .failed(failure.message) }
            for warning in picture.warnings { context.notice("\(group.source.id): \(warning)") }
            var facts = picture.facts.object ?? [:]
            // The engine and device that drew the picture. Measures taken when memory was short are included, because
            // they may change the last bits.
            var provenance = picture.provenance
            provenance["engine"] = .string(ready.engine)
            provenance["device"] = .string(ready.device)
            provenance["threads"] = .int(ready.threads)
            facts["provenance"] = .object(provenance)
            if !windows.isEmpty {
                let window = windows[place]
                facts["window"] = [.int(window.x), .int(window.y), .int(window.width), .int(window.height)]
            }
            return .drawn(facts)
        }
    }
}
