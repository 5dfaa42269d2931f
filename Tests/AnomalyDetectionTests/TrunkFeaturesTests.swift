import AnomalyDetection
import Detectors
import FeatureTrunks
import Foundation
import GoldenSupport
import Imaging
import TensorCore
import Testing

@Suite("Features of pictures, shared by detectors")
struct TrunkFeaturesTests {
    private func picture(_ folder: URL, _ name: String, _ level: UInt8) throws -> String {
        let path = folder.appendingPathComponent(name).path
        var pixels: [UInt8] = []
        for place in 0..<40 * 30 { pixels += [level, UInt8(place % 251), UInt8(place / 40 * 7)] }
        try Image(width: 40, height: 30, channels: 3, pixels: pixels).write(png: path)
        return path
    }

    private func files(_ folder: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }

    @Test("A cut is kept once; a second detector adds only its own, and finds the others")
    func sharing() throws {
        try Goldens.withFolder { folder in
            let trunk = try AnomalibGolden.trunk(), cache = folder.appendingPathComponent("cache").path
            let path = try picture(folder, "a.png", 90)
            func source(_ cuts: [String], size: Int = 32, storage: DType = .float16) -> TrunkFeatures {
                TrunkFeatures(
                    trunk, cuts: cuts, TrunkPreprocessor(size: size, geometry: .squash),
                    cache: FeatureCache(folder: cache), storage: storage)
            }
            let first = try source(["layer2", "layer3"]).maps(of: path)
            #expect(first.map(\.shape) == [[1, 128, 4, 4], [1, 256, 2, 2]])
            let kept = files(cache)
            #expect(kept.count == 2)
            let second = try source(["layer1", "layer2", "layer3"]).maps(of: path)
            #expect(files(cache).count == 3 && files(cache).isSuperset(of: kept))
            #expect(try second[1].floats() == first[0].floats() && second[2].floats() == first[1].floats())
            // From the cache alone: rounded alike, and nothing is added.
            let third = try source(["layer1", "layer2", "layer3"]).maps(of: path)
            #expect(try zip(second, third).allSatisfy { try $0.floats() == $1.floats() } && files(cache).count == 3)
            // Another size, another type of numbers, the same picture under another name.
            _ = try source(["layer1"], size: 48).maps(of: path)
            _ = try source(["layer1"], storage: .float32).maps(of: path)
            #expect(files(cache).count == 5)
            _ = try source(["layer1"]).maps(of: picture(folder, "copy.png", 90))
            #expect(files(cache).count == 5)
            _ = try source(["layer1"]).maps(of: picture(folder, "other.png", 91))
            #expect(files(cache).count == 6)
        }
    }

    @Test("What is kept is what the network gives, rounded to half precision, whether there is a cache or not")
    func rounding() throws {
        try Goldens.withFolder { folder in
            let trunk = try AnomalibGolden.trunk(to: "layer1"), path = try picture(folder, "a.png", 10)
            let preprocessor = TrunkPreprocessor(size: 32, geometry: .squash)
            let plain = try #require(
                try trunk(preprocessor(Image(contentsOf: path)), cuts: ["layer1"])["layer1"]
            ).to(.float16)
            for cache in [FeatureCache(), FeatureCache(folder: folder.appendingPathComponent("cache").path)] {
                let source = TrunkFeatures(trunk, cuts: ["layer1"], preprocessor, cache: cache)
                for _ in 0..<2 {
                    #expect(try source.maps(of: path)[0].floats() == plain.to(.float32).floats())
                }
            }
        }
    }

    @Test("A picture that is gone is named")
    func missing() throws {
        let source = TrunkFeatures(
            try AnomalibGolden.trunk(to: "layer1"), cuts: ["layer1"], TrunkPreprocessor(size: 32, geometry: .squash),
            cache: FeatureCache())
        let error = #expect(throws: ImageError.self) { try source.announce(["/nowhere/a.png"]) }
        #expect(error?.description.contains("/nowhere/a.png") == true)
    }
}
