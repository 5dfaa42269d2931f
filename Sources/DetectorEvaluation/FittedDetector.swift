package import EngineLink
package import Foundation
package import MethodKit
package import ParameterKit

/// A detector with its weights and files. Stages use it to make identities and to call the engine.
package struct FittedDetector: Sendable {
    package let detector: any Detector
    /// The trunk's folder and SHA-256 over its files.
    package let model: (url: URL, digest: String)
    /// Outside files that its settings name, with their SHA-256.
    package let files: [String: (url: URL, digest: String)]

    package init(
        _ detector: any Detector, model: (url: URL, digest: String), files: [String: (url: URL, digest: String)]
    ) {
        (self.detector, self.model, self.files) = (detector, model, files)
    }

    package var scope: DetectorScope { type(of: detector).scope }

    /// For identities: the method, those of its settings that have these effects, its trunk and its files.
    package func asked(_ effects: Set<Effect>) -> [String: JSONValue] {
        var asked: [String: JSONValue] = [
            "detector": detector.asked(effects), "model": .string(model.digest),
        ]
        if !files.isEmpty { asked["files"] = .object(files.mapValues { .string($0.digest) }) }
        return asked
    }

    package var call: MethodCall {
        MethodCall(
            detector, models: [detector.role: model.url.path], files: files.mapValues { $0.url.path })
    }
}
