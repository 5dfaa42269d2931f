import EngineLink
import Foundation
import Imaging
import ParameterKit
import StageSupport

/// Engines that draw what is asked of them on the discs of `StageGround`, so that it is known how the gate scores it.
enum DrawingEngine {
    /// What an engine makes of an item.
    enum Drawing { case damaged, unchanged, black, spoilt }

    /// Damage is a dark square in the middle of the disc, spoilt pictures have another in the corner.
    static func engine(
        _ drawing: @escaping @Sendable (_ seed: UInt32, _ prompt: String) -> Drawing?
    ) -> FakeEngine {
        FakeEngine { operation throws(EngineFailure) in
            guard case .draw(let request) = operation else {
                throw EngineFailure(kind: .internalError, message: "another question")
            }
            do {
                return .applied(
                    try request.items.map { item in
                        guard let what = drawing(item.seed ?? 0, request.prompt) else {
                            return AppliedItem(failure: EngineFailure(kind: .notFinite, message: "NaN at step 3"))
                        }
                        let folder = URL(fileURLWithPath: item.output), normal = try Image(contentsOf: item.image)
                        var picture = normal
                        func square(_ from: Int, _ to: Int, level: UInt8) {
                            for y in from..<to {
                                for x in from..<to {
                                    for channel in 0..<3 { picture.pixels[3 * (y * 16 + x) + channel] = level }
                                }
                            }
                        }
                        switch what {
                        case .damaged: square(6, 11, level: UInt8((item.seed ?? 0) % 30))
                        case .unchanged: break
                        case .black: square(0, 16, level: 0)
                        case .spoilt:
                            square(6, 11, level: 0)
                            square(0, 3, level: 0)
                        }
                        try Data(picture.png()).write(to: folder.appendingPathComponent("image.png"))
                        try Data(normal.png()).write(to: folder.appendingPathComponent("reconstruction.png"))
                        var attention = Plane(width: 16, height: 16, repeating: 0)
                        for y in 6..<11 { for x in 6..<11 { attention[x, y] = 0.5 } }
                        try attention.write(png16: folder.appendingPathComponent("attention.png").path)
                        return AppliedItem(facts: ["steps": 4])
                    })
            } catch {
                throw EngineFailure(kind: .io, message: "\(error)")
            }
        }
    }

    static let unused = FakeEngine { _ throws(EngineFailure) in
        throw EngineFailure(kind: .internalError, message: "no engine was wanted")
    }

    /// Every second picture is unchanged at first, by its seed.
    static let moody = engine { seed, _ in seed % 2 == 0 ? .damaged : .unchanged }
}
