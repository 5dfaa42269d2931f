import Detectors
import FeatureTrunks
import Imaging
import TensorCore
import Testing

@Suite("Pictures for trunks, and maps back")
struct TrunkPreprocessorTests {
    @Test("Squashed: all of the picture, normalised")
    func squash() throws {
        let image = Image(width: 40, height: 20, channels: 1, pixels: [UInt8](repeating: 255, count: 800))
        let tensor = try TrunkPreprocessor(size: 32, geometry: .squash)(image)
        #expect(tensor.shape == [1, 3, 32, 32])
        let scale = PixelScale.imageNet
        for channel in 0..<3 {
            let expected = Double((1 - scale.mean[channel]) / scale.deviation[channel])
            let plane = try tensor.select(0, 0).select(0, channel)
            #expect(try abs(plane.min().item() - expected) < 1e-5 && abs(plane.max().item() - expected) < 1e-5)
        }
    }

    @Test("From -1 to 1 for networks that want it so")
    func symmetric() throws {
        let image = Image(width: 2, height: 1, channels: 1, pixels: [0, 255])
        let tensor = try TrunkPreprocessor(size: 2, geometry: .squash, scale: .symmetric)(image)
        #expect(try tensor.select(0, 0).select(0, 1).floats() == [-1, 1, -1, 1])
        #expect(
            CNNFamily.efficientNetLite0.pixelScale == .symmetric && CNNFamily.efficientNetB4.pixelScale == .imageNet)
    }

    @Test("With the aspect ratio kept as many whole patches as fit are seen, and maps go back to their place")
    func aspect() throws {
        let preprocessor = TrunkPreprocessor(size: 28, geometry: .original, patch: 14)
        let frame = preprocessor.frame(width: 50, height: 20)
        #expect(frame == .init(width: 70, height: 28, left: 0, top: 0))
        let seen = preprocessor.seen(in: preprocessor.frame(width: 55, height: 20))
        #expect(seen.width == 70 && seen.height == 28)
        let image = Image(width: 55, height: 20, colour: [9, 9, 9])
        #expect(try preprocessor(image).shape == [1, 3, 28, 70])
        #expect(try preprocessor.whole(.ones([2, 5]), width: 50, height: 20).shape == [2, 5])
        #expect(try preprocessor.whole(.ones([2, 5]), width: 55, height: 20).shape == [28, 77])
        #expect(throws: TensorError.self) { try preprocessor(Image(width: 200, height: 20, colour: [9, 9, 9])) }
    }

    @Test("As the authors cut: the short side to 8/7, then the centre")
    func original() throws {
        let preprocessor = TrunkPreprocessor(size: 224, geometry: .original)
        #expect(preprocessor.frame(width: 1024, height: 1024) == .init(width: 256, height: 256, left: 16, top: 16))
        #expect(preprocessor.frame(width: 300, height: 100) == .init(width: 768, height: 256, left: 272, top: 16))
        #expect(preprocessor.frame(width: 1, height: 1) == .init(width: 256, height: 256, left: 16, top: 16))
        // Left half black, right half white, and the cut is symmetric.
        var pixels: [UInt8] = []
        for _ in 0..<30 { for x in 0..<60 { pixels.append(x < 30 ? 0 : 255) } }
        let image = Image(width: 60, height: 30, channels: 1, pixels: pixels)
        let tensor = try TrunkPreprocessor(size: 28, geometry: .original)(image)
        #expect(tensor.shape == [1, 3, 28, 28])
        let row = try tensor.select(0, 0).select(0, 0).select(0, 14).floats()
        #expect(row[0] == row[5] && row[27] == row[22] && row[0] < row[27])
        #expect(abs(row[13] + row[14] - row[0] - row[27]) < 1e-4)
    }

    @Test("A map of the centre gets its minimum around, at its place")
    func whole() throws {
        let preprocessor = TrunkPreprocessor(size: 28, geometry: .original)
        let map = try Tensor([1, 2, 3, 4] as [Float], [2, 2])
        let whole = try preprocessor.whole(map, width: 60, height: 30)
        #expect(whole.shape == [32, 64])
        #expect(try whole.select(0, 0).max().item() == 1 && whole.select(1, 0).max().item() == 1)
        let (first, last) = (try whole.select(0, 2).select(0, 18), try whole.select(0, 29).select(0, 45))
        #expect(try first.item() == 1 && last.item() == 4)
        #expect(try whole.select(0, 29).select(0, 46).item() == 1)
        let squashed = TrunkPreprocessor(size: 28, geometry: .squash)
        #expect(try squashed.whole(map, width: 60, height: 30).floats() == [1, 2, 3, 4])
    }
}
