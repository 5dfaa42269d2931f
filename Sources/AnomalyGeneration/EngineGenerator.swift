package import DiffusionModels
package import EngineLink
package import MethodKit
import TensorCore

/// The engine's half of a generator that draws with networks.
package protocol EngineGenerator: AnyObject, SendableMetatype {
    /// The tool's half, whose code reads the settings.
    associatedtype Half: MethodKit.Generator

    /// - Parameters:
    ///   - models: role → folder, as asked.
    /// - Throws: what loading throws.
    init(_ half: Half, models: [String: String], shelf: any GeneratorShelf) throws

    /// Draws one group: pictures of one source image and prompt, computed together.
    ///
    /// - Returns: one entry for each item; a picture that failed has its `failure` set.
    /// - Throws: errors that stop the whole group.
    func draw(_ request: ApplyRequest, _ report: DrawReport) throws -> [AppliedItem]
}

/// Loads each model once.
package protocol GeneratorShelf: AnyObject {
    /// - Parameter dtype: of the networks, as settings name it: float32, bfloat16 or float16.
    func diffusion(_ folder: String, dtype: String) throws -> LatentDiffusionModel
}

/// Receives the progress of drawing.
package struct DrawReport {
    package var progress: (_ done: Int, _ total: Int, _ note: String) -> Void
    package var notice: (String) -> Void

    package init(
        progress: @escaping (_ done: Int, _ total: Int, _ note: String) -> Void = { _, _, _ in },
        notice: @escaping (String) -> Void = { _ in }
    ) {
        (self.progress, self.notice) = (progress, notice)
    }
}

/// The generators of this engine, one line each.
package enum EngineGenerators {
    package static let all: [any EngineGenerator.Type] = [CUTDrawing.self, SDASDrawing.self]

    /// The generator that a message asks for.
    ///
    /// - Throws: `EngineFailure`: for an unknown generator, another version of it, or unusable settings; also whatever
    ///   loading throws.
    package static func make(_ call: MethodCall, shelf: any GeneratorShelf) throws -> any EngineGenerator {
        guard let type = all.first(where: { $0.halfName == call.name }) else {
            throw EngineFailure(kind: .internalError, message: "this engine has no generator \(call.name)")
        }
        return try type.make(call, shelf: shelf)
    }
}

extension EngineGenerator {
    package static var halfName: String { Half.name }

    fileprivate static func make(_ call: MethodCall, shelf: any GeneratorShelf) throws -> any EngineGenerator {
        try Self(try call.half(), models: call.models, shelf: shelf)
    }
}

extension ApplyRequest {
    /// The seeds of all items.
    ///
    /// - Throws: `EngineFailure` where one has none.
    func seeds() throws(EngineFailure) -> [UInt32] {
        let seeds = items.compactMap(\.seed)
        guard !items.isEmpty, seeds.count == items.count else {
            throw EngineFailure(
                kind: .internalError, message: "\(items.count) pictures with \(seeds.count) seeds: one each is expected"
            )
        }
        return seeds
    }
}
