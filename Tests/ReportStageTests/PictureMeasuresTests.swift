import Imaging
import ReportStage
import StageKit
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

    @Test("The report shows them apart from the detector's figures, grey levels as they are")
    func table() throws {
        var results = exampleResults()
        #expect(RunReport(results).pictureTables.isEmpty && !RunReport(results).markdown.contains("Synthetic pictures"))
        var values = PictureValues()
        (values[.changed], values[.changeInside], values[.labelIoU]) = (0.5, 20.25, 0.75)
        for k in results.shots[0].categories.indices { results.shots[0].categories[k].pictures = [values, values] }
        let report = RunReport(results)
        let row = try #require(report.markdown.split(separator: "\n").first { $0.hasPrefix("| screw | 50.0 ± 0.0 |") })
        #expect(row == "| screw | 50.0 ± 0.0 | 20.3 ± 0.0 | – | – | 75.0 ± 0.0 | – | – | – |")
        #expect(!report.markdown.contains("as a set"))
        #expect(report.results.json["pictures"]?["screw"]?["change_inside"]?["mean"] == .double(20.25))
        #expect(try ReportPage(report, galleries: []).html().contains("Synthetic pictures, 1-shot"))
    }

    @Test(
        "Figures of the pictures as a set have a table of their own; without LPIPS weights its columns are left out, and it says so"
    )
    func sets() throws {
        var results = exampleResults()
        var values = PictureValues()
        (values[.kid], values[.diversity], values[.diversityInside], values[.backgroundPSNR]) = (
            0.02346, 0.3123, 0.18049, 31.26
        )
        for k in results.shots[0].categories.indices { results.shots[0].categories[k].pictures = [values, values] }
        results.quality = QualityProtocol(
            features: "CLIP clip, 224 × 224 pixels", realPictures: ["screw": 119, "bottle": 63], lpips: .found)
        func rows() -> [Substring] {
            RunReport(results).markdown.split(separator: "\n").filter { $0.contains("23.5 ± 0.0") }
        }
        #expect(rows().first == "| screw | 23.5 ± 0.0 | – | 0.180 ± 0.000 | 0.312 ± 0.000 | 31.3 ± 0.0 |")
        #expect(
            RunReport(results).markdown.contains(
                "| category | KID ×10³ | of good pictures | IC-LPIPS inside the label | IC-LPIPS | PSNR outside the label (dB) |"
            ))
        #expect(results.json["protocol"]?["picture_quality"]?["kid"]?["pictures"]?["screw"] == .int(119))
        #expect(results.json["pictures"]?["screw"]?["ic_lpips_inside"]?["mean"] == .double(0.18049))

        results.quality?.lpips = .missing("features/lpips.safetensors")
        #expect(rows().first == "| screw | 23.5 ± 0.0 | – | 31.3 ± 0.0 |")
        let page = try ReportPage(RunReport(results), galleries: []).html()
        for text in [RunReport(results).markdown, page] {
            #expect(text.contains("IC-LPIPS is left out: no LPIPS weights in features/lpips.safetensors"))
            #expect(text.contains("bottle 63, screw 119"))
        }
    }
}
