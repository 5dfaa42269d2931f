import Foundation
import Imaging
import ParameterKit
import StageKit

/// A little data set of drawn parts, a manifest without training, and synthetic pictures to offer: all that methods
/// without an engine need.
final class PartFolder {
    let folder: URL
    static let (width, height) = (40, 32)

    /// - Parameter generation: the section's flow mapping without its braces.
    init(_ generation: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("parts-\(UInt64.random(in: 0 ... .max))")
        for category in ["bolt", "nut"] {
            for number in 0..<3 { try write(Self.part(number), "data/\(category)/train/good/00\(number).png") }
        }
        try DurableFile.write(
            """
            version: 2
            name: parts
            dataset: { kind: mvtec, path: data }
            foreground: { method: whole }
            sampling: { shots: [1, 2], seeds: [3] }
            generation: { \(generation) }
            """, to: folder.appendingPathComponent("parts.yaml"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    func write(_ image: Image, _ path: String) throws {
        let isJPEG = path.hasSuffix(".jpg")
        try DurableFile.write(Data(isJPEG ? image.jpeg() : image.png()), to: url(path))
    }

    /// A disc with a pattern that differs from number to number.
    static func part(_ number: Int) -> Image {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let inside = (x - 20) * (x - 20) + (y - 16) * (y - 16) < 150
                pixels += [
                    inside ? UInt8(40 + (x * (number + 3) + y * 5) % 90) : 210, inside ? 80 : 190, UInt8(90 + number),
                ]
            }
        }
        return Image(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// A square of 6 x 6 marked pixels.
    static func label(width: Int = width, height: Int = height, at x: Int = 12, level: UInt8 = 255) -> Image {
        var image = Image(width: width, height: height, colour: [0])
        for dy in 0..<6 { for dx in 0..<6 { image[x + dx, 8 + dy] = level } }
        return image
    }

    /// Synthetic pictures as AnomalyDiffusion lays them out, `count` of each kind.
    func writeSet(_ name: String = "set", kinds: [String], count: Int) throws {
        for category in ["bolt", "nut"] {
            for (kind, offset) in zip(kinds, stride(from: 100, to: 1000, by: 50)) {
                for number in 0..<count {
                    try write(Self.part(offset + number), "\(name)/\(category)/\(kind)/image/\(number).jpg")
                    try write(Self.label(at: 5 + number), "\(name)/\(category)/\(kind)/mask/\(number).jpg")
                }
            }
        }
    }

    func run(_ arguments: String..., command: String = "run", output: String = "out") throws -> Program.Outcome {
        try run(arguments, command: command, output: output)
    }

    func run(_ arguments: [String], command: String = "run", output: String = "out") throws -> Program.Outcome {
        try Program.run([command, url("parts.yaml").path, "--output", url(output).path] + arguments)
    }

    /// A unit as the generate stage lists it.
    struct Unit {
        let pooled: PooledUnit
        let anomaly: String
        let source: String?
        var record: JSONValue { get throws { try pooled.record() } }
        var image: Image { get throws { try Image(contentsOf: pooled.file("image.png").path) } }
        var soft: Plane { get throws { try Plane(contentsOf: pooled.file("soft.png").path) } }
        var mask: Mask { get throws { try Mask(contentsOf: pooled.file("mask.png").path, above: 127) } }
    }

    /// The newest run's page.
    func report(output: String = "out") throws -> URL {
        let runs = ArtifactStore(root: url(output)).runs
        let names = try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
        return runs.appendingPathComponent("\(names.last ?? "none")/report/report.html")
    }

    /// What the newest run lists for a job such as `bolt/1shot-s3`.
    func units(_ subject: String, output: String = "out") throws -> [Unit] {
        let store = ArtifactStore(root: url(output))
        let runs = try FileManager.default.contentsOfDirectory(
            at: store.runs, includingPropertiesForKeys: [.contentModificationDateKey])
        func date(_ url: URL) -> Date {
            (try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate) ?? .distantPast
        }
        guard let run = runs.max(by: { date($0) < date($1) }) else { return [] }
        let lock = try JSONValue(parsing: try DurableFile.read(run.appendingPathComponent("lock.json")))
        let object = store.object(named: lock["jobs"]?["generate/\(subject)"]?.string ?? "none")
        struct Line: Decodable { let unit: String, anomaly: String, source: String? }
        let lines: [Line] = try JSONLines.read(from: object.data.appendingPathComponent("list.jsonl"))
        return lines.map { Unit(pooled: store.unit($0.unit), anomaly: $0.anomaly, source: $0.source) }
    }
}
