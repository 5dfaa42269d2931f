import ParameterKit
import Reporting
import StageKit
import Testing

@Suite("Tables of synthetic pictures")
struct PictureTableTests {
    private func page(_ report: RunReport) -> String {
        ReportPage(
            .init(name: "example", dataset: "MVTec AD", generator: "CUT", untrained: [], warnings: []), report: report
        ).html()
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
        #expect(page(report).contains("Synthetic pictures, 1-shot"))
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
        values[.regionDistance] = 0.0457
        for k in results.shots[0].categories.indices { results.shots[0].categories[k].pictures = [values, values] }
        results.quality = QualityProtocol(
            features: "CLIP clip, 224 × 224 pixels", realPictures: ["screw": 119, "bottle": 63], lpips: .found)
        func rows() -> [Substring] {
            RunReport(results).markdown.split(separator: "\n").filter { $0.contains("23.5 ± 0.0") }
        }
        #expect(rows().first == "| screw | 23.5 ± 0.0 | – | 45.7 ± 0.0 | 0.180 ± 0.000 | 0.312 ± 0.000 | 31.3 ± 0.0 |")
        #expect(
            RunReport(results).markdown.contains(
                "| category | KID ×10³ | of good pictures | MMD under the mask ×10³ | IC-LPIPS inside the label | IC-LPIPS | PSNR outside the label (dB) |"
            ))
        #expect(results.json["protocol"]?["picture_quality"]?["kid"]?["pictures"]?["screw"] == .int(119))
        #expect(results.json["pictures"]?["screw"]?["ic_lpips_inside"]?["mean"] == .double(0.18049))

        results.quality?.lpips = .missing("features/lpips.safetensors")
        #expect(rows().first == "| screw | 23.5 ± 0.0 | – | 45.7 ± 0.0 | 31.3 ± 0.0 |")
        for text in [RunReport(results).markdown, page(RunReport(results))] {
            #expect(text.contains("IC-LPIPS is left out: no LPIPS weights in features/lpips.safetensors"))
            #expect(text.contains("bottle 63, screw 119"))
        }
    }
}
