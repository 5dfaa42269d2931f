package import ClipModels
package import Detectors
package import EngineLink
package import FeatureTrunks
package import MethodKit

/// The engine's half of a detector.
package protocol EngineDetector: SendableMetatype {
    /// The tool's half, whose code reads the settings.
    associatedtype Half: Detector

    /// - Parameter call: models and outside files by name.
    init(_ half: Half, call: MethodCall, shelf: any TrunkShelf) throws

    /// Fits the detector and writes what scoring needs to `request.output`.
    ///
    /// - Throws: errors that stop the fitting, and whatever `report.progress` throws.
    func fit(_ request: FitRequest, _ report: WorkReport) throws -> FitResult

    /// Scores pictures and writes their anomaly maps.
    ///
    /// - Returns: one entry for each item, in their order.
    func score(_ request: ApplyRequest, _ report: WorkReport) throws -> [AppliedItem]
}

/// Loads each trunk once.
package protocol TrunkShelf: AnyObject {
    /// The CLIP in the folder, in float32.
    func clip(_ folder: String) throws -> CLIPModel

    /// The convolutional network in the file or folder, in float32.
    ///
    /// - Parameter cut: the deepest that will be asked for.
    func cnn(_ path: String, _ family: CNNFamily, to cut: String) throws -> CNNTrunk

    /// The vision transformer in the file or folder, in float32.
    ///
    /// - Parameter block: the deepest that will be asked for, counted from 1.
    func transformer(_ path: String, _ family: TransformerFamily, to block: Int) throws -> VisionTransformer
}

extension ApplyRequest {
    /// The file of a fitted detector.
    ///
    /// - Throws: `EngineFailure` where the request names none.
    func fitted(_ file: String, of detector: String) throws(EngineFailure) -> String {
        guard let artefact else {
            throw EngineFailure(
                kind: .internalError, message: "\(detector) is asked to score without what it was fitted to")
        }
        return artefact + "/" + file
    }
}

/// The detectors of this engine, one line each.
package enum EngineDetectors {
    package static let all: [any EngineDetector.Type] = [
        VLADEngine.self, PatchCoreEngine.self, PaDiMEngine.self, AnomalyDINOEngine.self, SubspaceADEngine.self,
        ProbeEngine.self, SimpleNetEngine.self, WinCLIPEngine.self, AprilGANEngine.self,
        PromptADEngine.self,
    ]

    /// The detector that a message asks for.
    ///
    /// - Throws: `EngineFailure`: for an unknown detector, another version of it, or unusable settings; also whatever
    ///   loading throws.
    package static func make(_ call: MethodCall, shelf: any TrunkShelf) throws -> any EngineDetector {
        guard let type = all.first(where: { $0.halfName == call.name }) else {
            throw EngineFailure(kind: .internalError, message: "this engine has no detector \(call.name)")
        }
        return try type.make(call, shelf: shelf)
    }
}

extension EngineDetector {
    package static var halfName: String { Half.name }

    fileprivate static func make(_ call: MethodCall, shelf: any TrunkShelf) throws -> any EngineDetector {
        try Self(try call.half(), call: call, shelf: shelf)
    }
}

extension FeatureCache {
    package init(_ asked: FeatureCacheRequest?) {
        self.init(folder: asked?.folder)
        if let asked { folderLimit = asked.limit }
    }
}
