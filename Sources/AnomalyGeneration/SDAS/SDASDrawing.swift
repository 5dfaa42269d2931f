package import EngineLink
package import Generators
import Imaging
import MethodKit
import ParameterKit

/// SDAS as a generator of the engine: from a message to `SDASGenerator` and back.
package final class SDASDrawing: EngineGenerator {
    private let generator: SDASGenerator

    package init(_ half: SDAS, models: [String: String], shelf: any GeneratorShelf) throws {
        guard let folder = models[ModelRole.diffusion.rawValue] else {
            throw EngineFailure(kind: .internalError, message: "SDAS without a model")
        }
        generator = try SDASGenerator(half, model: try shelf.diffusion(folder, dtype: half.settings.dtype.rawValue))
    }

    package func draw(_ request: ApplyRequest, _ report: DrawReport) throws -> [AppliedItem] {
        guard let first = request.items.first else { return [] }
        guard request.items.allSatisfy({ $0.image == first.image }) else {
            throw EngineFailure(kind: .internalError, message: "a group of pictures is of one source image")
        }
        guard request.items.allSatisfy({ $0.traceImages == nil }) else {
            throw EngineFailure(
                kind: .badData, message: "sdas keeps no intermediate pictures; leave --trace-images out")
        }
        let traces = request.items.compactMap(\.trace)
        guard traces.isEmpty || traces.count == request.items.count else {
            throw EngineFailure(kind: .internalError, message: "either all pictures of a group are traced, or none")
        }
        let outcomes = try generator.generate(
            .init(
                image: first.image, masks: request.items.map(\.mask), seeds: try request.seeds(),
                outputs: request.items.map(\.output), traces: traces.isEmpty ? nil : traces),
            progress: { report.progress($0.done, $0.total, $0.note) }, notice: report.notice)
        return outcomes.map { AppliedItem($0, steps: generator.half.settings.denoisingSteps, of: outcomes.count) }
    }
}

extension AppliedItem {
    /// The entries of a picture's record.
    fileprivate init(_ outcome: SDASGenerator.Outcome, steps: Int, of asked: Int) {
        switch outcome {
        case .failed(let error): self.init(failure: EngineFailure(error))
        case .made(let drawn, let inflation, let together):
            var account = drawn.account.object ?? [:]
            (account["noise"], account["steps"]) = (.double(inflation), .int(steps))
            self.init(
                facts: [
                    "width": .int(drawn.image.width), "height": .int(drawn.image.height), "account": .object(account),
                ],
                provenance: together < asked ? ["batch": .int(together)] : [:])
        }
    }
}
