import Foundation
import Imaging
import Testing

/// Damaged files of every kind. Nothing may crash or run endlessly; the result must be a picture or an `ImageError`.
@Suite("Random damage never crashes", .timeLimit(.minutes(5)))
struct FormatFuzzTests {
    private struct Mutations {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }

        /// Some bytes changed, a piece cut out or doubled, or the end cut off.
        mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for _ in 0...next(5) { bytes[next(bytes.count)] = [UInt8(next(256)), 0, 0xFF, 0x7F, 0x80][next(5)] }
            switch next(6) {
            case 0: bytes.removeLast(next(bytes.count))
            case 1:
                let start = next(bytes.count), end = start + next(min(64, bytes.count - start))
                bytes.removeSubrange(start..<end)
            case 2:
                let start = next(bytes.count), end = start + next(min(64, bytes.count - start))
                bytes.insert(contentsOf: bytes[start..<end], at: start)
            default: break
            }
            return bytes
        }
    }

    /// FLAWSMITH_FUZZ_SEED repeats a run.
    private static let seed = ProcessInfo.processInfo.environment["FLAWSMITH_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261

    private static var limits: ImageLimits {
        var limits = ImageLimits()
        // Limits for what a damaged header may request, because large pictures would take most of the time.
        (limits.side, limits.pixels, limits.workingBytes) = (4096, 1 << 20, 1 << 24)
        return limits
    }

    @Test(arguments: ["tif", "bmp", "webp"])
    func pictures(_ ending: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Formats.path("")).filter {
            $0.hasSuffix(ending)
        }
        .sorted()
        #expect(names.count >= 5)
        print("fuzzing \(ending) with seed \(Self.seed)")
        var mutations = Mutations(state: Self.seed)
        var errors = 0
        for number in 0..<2000 {
            let bytes = mutations.damaged(try Formats.bytes(names[number % names.count]))
            do {
                _ = try PictureReader(limits: Self.limits).read(bytes, name: "fuzzed")
            } catch {
                #expect(error.file == "fuzzed" && !error.reason.isEmpty)
                errors += 1
            }
            _ = try? Plane(tiff: bytes, name: "fuzzed", limits: Self.limits)
        }
        #expect(errors > 200)
    }

    @Test func masks() throws {
        let names = [
            "mask_palette.png", "turned.png", "palette.tif", "grey16_lzw.tif", "lossy.webp", "grey.bmp", "turned.webp",
        ]
        print("fuzzing masks with seed \(Self.seed)")
        var mutations = Mutations(state: Self.seed)
        for number in 0..<2000 {
            let bytes = mutations.damaged(try Formats.bytes(names[number % names.count]))
            do {
                let reading = try MaskReader(limits: Self.limits).read(bytes, name: "fuzzed")
                #expect(reading.mask.values.allSatisfy { $0 <= 1 })
            } catch {
                #expect(error.file == "fuzzed")
            }
        }
    }
}
