package import Detectors
package import EngineLink
import MethodKit

/// VLAD as a detector of the engine.
package struct VLADEngine: EngineDetector {
    private let engine: AdapterEngine

    package init(_ half: VLAD, call: MethodCall, shelf: any TrunkShelf) throws {
        engine = try AdapterEngine(half.settings, .vlad, call: call, shelf: shelf)
    }

    package func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult {
        try engine.fit(request, report)
    }

    package func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem] {
        try engine.score(request, as: "VLAD", report)
    }
}
