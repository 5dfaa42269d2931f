import Foundation

/// A folder with a small manifest on the demo's archives and on models with random weights, which `make test` wrote
/// beside the build.
final class Workplace {
    let folder: URL
    let manifest: String
    let starter = Program.checkout.appendingPathComponent(".build/untrained")

    init(name: String = "small", edit: (String) -> String = { $0 }) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "flawsmith-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        manifest = folder.appendingPathComponent("\(name).yaml").path
        try write(edit(text(name: name)))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
    }

    /// All seven stages in a few seconds.
    func text(name: String = "small") -> String {
        """
        version: 2
        name: \(name)
        dataset: { kind: mvtec, path: \(starter.path)/starter_mvtec.tar.xz, categories: [hex_nut, tablet] }
        models: { diffusion: \(starter.path)/diffusion, clip: \(starter.path)/clip }
        sampling: { shots: [1, 2], seeds: [0] }
        generation:
          images_per_normal: 2
          cut: { steps: 12 }
        detectors:
          vlad:
            image_size: 64
            stages: [1, 2, 3, 4]
            epochs: 4
        """
    }
}
