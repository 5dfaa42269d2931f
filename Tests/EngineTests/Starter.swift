import Detectors
import EngineLink
import Foundation
import Generators
import Glibc
import Imaging
import MethodKit
import Synchronization

/// Starter models and a picture to work on, made once for all tests.
struct Starter: Sendable {
    let program: EngineProgram
    var diffusion: String { program.path("diffusion") }
    var clip: String { program.path("clip") }
    var normal: String { program.path("normal.png") }
    var mask: String { program.path("mask.png") }

    static let shared = Result {
        let starter = try Starter()
        leftover.withLock { $0 = starter.program.folder }
        // Statics are never torn down, so the folder is removed when the tests end.
        atexit { Starter.leftover.withLock { if let folder = $0 { try? FileManager.default.removeItem(at: folder) } } }
        return starter
    }
    private static let leftover = Mutex<URL?>(nil)

    private init() throws {
        program = try EngineProgram()
        let made = try EngineProgram.run(["starter-models", "--to", program.folder.path])
        guard made.status == 0 else { throw EngineFailure(kind: .internalError, message: made.errors) }
        // A light disc on dark ground, wider than high.
        let (width, height) = (72, 50)
        var pixels: [UInt8] = []
        var inside: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let isObject = (x - 36) * (x - 36) + (y - 25) * (y - 25) < 400
                let grain = UInt8((x * 7 + y * 13) % 11)
                pixels += isObject ? [180 + grain, 140 + grain, 90] : [20 + grain, 25, 30]
                inside.append(isObject ? 1 : 0)
            }
        }
        try Image(width: width, height: height, channels: 3, pixels: pixels).write(png: program.path("normal.png"))
        try Mask(width: width, height: height, values: inside).write(png: program.path("mask.png"))
    }

    /// An engine on one thread.
    func engine() throws -> EngineClient {
        try EngineClient(.init(device: "cpu", threads: 1, program: EngineProgram.path))
    }

    /// Five denoising steps.
    func generation(_ folder: String, seeds: [UInt32], words: [String] = ["damaged"], traces: Bool = false)
        -> ApplyRequest
    {
        var settings = CUTSettings()
        settings.steps = 20
        return ApplyRequest(
            call: MethodCall(CUT(settings), models: [.diffusion: diffusion]),
            prompt: "A photo of a disc that is damaged",
            words: words,
            items: seeds.map { seed in
                let output = program.path("\(folder)/\(seed)")
                return ApplyItem(
                    image: normal, mask: mask, seed: seed, output: output,
                    trace: traces ? output + "/trace.safetensors" : nil)
            })
    }

    var detection: MethodCall {
        var settings = VLADSettings()
        (settings.imageSize, settings.stages, settings.epochs, settings.batch) = (64, [1, 2, 3, 4], 2, 2)
        return MethodCall(VLAD(settings), models: [.clip: clip])
    }
}
