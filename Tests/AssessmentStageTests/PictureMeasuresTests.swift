import AssessmentStage
import Imaging
import Testing

@Suite("What synthetic pictures are worth as pictures")
struct PictureMeasuresTests {
    private let side = 64

    private func square(_ from: Int, _ to: Int) -> Mask {
        var mask = Mask(width: side, height: side)
        for y in from..<to { for x in from..<to { mask[x, y] = true } }
        return mask
    }

    private func picture(_ level: Int, _ inside: (Mask, Int)? = nil) -> Image {
        var pixels = [UInt8](repeating: UInt8(level), count: side * side * 3)
        if let (mask, other) = inside {
            for k in mask.values.indices where mask.values[k] != 0 {
                for c in 0..<3 { pixels[3 * k + c] = UInt8(other) }
            }
        }
        return Image(width: side, height: side, channels: 3, pixels: pixels)
    }

    @Test("A stain inside its label: changed there alone, and the label fits the change")
    func stain() {
        let label = square(20, 36), foreground = square(8, 56)
        let measures = PictureMeasures(
            picture: picture(100, (label, 60)), normal: picture(103), reconstruction: picture(100), mask: label,
            foreground: foreground)
        #expect(abs(measures.changeInside - 40) < 1e-9 && measures.changeOutside == 0)
        #expect(abs(measures.reconstructionError - 3) < 1e-9)
        #expect(measures.labelIoU > 0.7 && abs(measures.labelArea - 1.0 / 9) < 1e-9)
        #expect(measures.isChanged)
    }

    @Test("A label beside the change, a change everywhere, and one below the autoencoder's own are none")
    func unchanged() {
        let label = square(20, 36), elsewhere = square(40, 52), whole = square(0, 64)
        let beside = PictureMeasures(
            picture: picture(100, (elsewhere, 60)), normal: picture(100), reconstruction: nil, mask: label,
            foreground: whole)
        #expect(!beside.isChanged && beside.labelIoU == 0 && beside.reconstructionError == 0)
        let everywhere = PictureMeasures(
            picture: picture(140), normal: picture(100), reconstruction: picture(100), mask: label, foreground: whole)
        #expect(!everywhere.isChanged)
        let faint = PictureMeasures(
            picture: picture(100, (label, 95)), normal: picture(110), reconstruction: picture(100), mask: label,
            foreground: whole)
        #expect(faint.changeInside == 5 && faint.reconstructionError == 10 && !faint.isChanged)
        let unlabelled = PictureMeasures(
            picture: picture(60), normal: picture(100), reconstruction: nil, mask: whole, foreground: whole)
        #expect(unlabelled.changeOutside == nil && !unlabelled.isChanged)
    }

    @Test("Background: PSNR against the normal itself, labelled pixels left out; equal but for rounding is 58.9 dB")
    func background() throws {
        let label = square(20, 36), whole = square(0, 64)
        func measured(_ normal: Int, _ mask: Mask) -> Double? {
            PictureMeasures(
                picture: picture(100, (label, 60)), normal: picture(normal), reconstruction: picture(100), mask: mask,
                foreground: whole
            )
            .backgroundPSNR
        }
        // An error of 3 grey levels everywhere: 20 log10(255 / 3).
        #expect(abs(try #require(measured(103, label)) - 38.588) < 1e-3)
        #expect(abs(try #require(measured(100, label)) - 58.922) < 1e-3)
        #expect(measured(103, whole) == nil)
    }

    @Test("Recognition: a sentence that fits everything wins nothing by it; ties are no recognition")
    func recognition() {
        // The second sentence fits every picture best; relative to its mean, each picture fits its own.
        let rows = [[0.3, 0.8], [0.1, 0.9], [0.3, 0.8], [0.1, 0.9]]
        #expect(WordRecognition.share(rows, own: [0, 1, 0, 1]) == 1)
        #expect(WordRecognition.share(rows, own: [1, 0, 1, 0]) == 0)
        #expect(WordRecognition.share([[0.5, 0.5], [0.5, 0.5]], own: [0, 1]) == 0)
        #expect(WordRecognition.share(rows, own: [0, 0, 0, 0]) == nil)
        #expect(WordRecognition.share([[0.5]], own: [0]) == nil)
    }
}
