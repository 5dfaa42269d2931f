import Foundation
import Generators
import Imaging
import ParameterKit
import StageKit
import Testing

/// The pixels that each generator without networks draws, held in a golden: a change of them must raise the method's
/// version, or finished and new units would differ unnoticed.
///
/// The golden is recorded from the x86-64 build; sine and cosine of another C library may round one pixel otherwise.
/// `FLAWSMITH_RECORD_SNAPSHOTS=1` writes it anew, and the test then fails once.
@Suite struct PixelSnapshotTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Snapshots/drawn-pixels.json")

    /// Every combination of method, channels and seed: SHA-256 of picture, soft label and mask.
    private func drawn() throws -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for method in SynthesisTests.methods {
            for channels in [1, 3, 4] {
                let (image, foreground) = SynthesisTests.scene(channels)
                for seed in 0..<4 as Range<UInt64> {
                    let made = try method.apply(image, foreground, seed)
                    var bytes = Data(made.image.pixels)
                    for value in made.softLabel.values {
                        withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
                    }
                    bytes.append(contentsOf: made.mask.values)
                    found["\(method.name), \(channels) channels, seed \(seed)"] = .string(Digest.sha256(bytes))
                }
            }
        }
        return found
    }

    @Test func pixelsChangeOnlyWithTheVersion() throws {
        let found = try drawn()
        #expect(found.count == SynthesisTests.methods.count * 12)
        if ProcessInfo.processInfo.environment["FLAWSMITH_RECORD_SNAPSHOTS"] == "1" {
            try JSONValue.object(found).prettyText.write(to: Self.golden, atomically: true, encoding: .utf8)
            Issue.record("recorded \(Self.golden.lastPathComponent): look at the difference, then run again")
        }
        let known = try JSONValue(parsing: try Data(contentsOf: Self.golden)).object ?? [:]
        #expect(Set(known.keys) == Set(found.keys))
        for (name, digest) in found { #expect(known[name] == digest, "\(name): other pixels than before") }
    }
}
