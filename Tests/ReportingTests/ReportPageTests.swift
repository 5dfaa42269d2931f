import Imaging
import Reporting
import Testing

@Suite("Report page")
struct ReportPageTests {
    /// A grey field with a dark square that is the defect.
    private func picture(_ id: String, anomalous: Bool) -> ReportPage.Picture {
        var image = Image(width: 64, height: 48, colour: [120])
        var mask = Mask(width: 64, height: 48)
        for y in 10..<20 {
            for x in 30..<44 where anomalous {
                image[x, y] = 20
                mask[x, y] = true
            }
        }
        var map = Plane(width: 8, height: 6)
        map[5, 2] = anomalous ? 1 : 0.1
        return ReportPage.Picture(
            id: id, defect: anomalous ? "hole" : "good", anomalous: anomalous, score: anomalous ? 0.87654 : -0.0004,
            reason: "test",
            detection: DetectionPicture(image: image, mask: anomalous ? mask : nil, map: map, range: 0...1, side: 96))
    }

    private func page(untrained: [String] = [], id: String = "screw/test/hole/000") throws -> String {
        let report = RunReport(exampleResults(untrained: untrained, warnings: ["a < b"]))
        let gallery = ReportPage.Gallery(
            title: "screw, 1-shot, seed 0", range: 0...1,
            pictures: [picture(id, anomalous: true), picture("screw/test/good/001", anomalous: false)])
        return try ReportPage(report, galleries: [gallery]).html()
    }

    @Test("The page needs no other file and escapes what it is given")
    func selfContained() throws {
        let html = try page(id: "<script>alert(1)</script>")
        #expect(!html.contains("<script>"))
        #expect(html.contains("&lt;script&gt;"))
        #expect(html.contains("<li>a &lt; b</li>"))
        #expect(!html.contains("{{"))
        // Two pictures without and three with truth, all embedded.
        #expect(html.ranges(of: "src=\"data:image/jpeg;base64,").count == 5)
        #expect(html.ranges(of: "src=").count == 5)
        #expect(!html.contains("href="))
        #expect(html.contains("score <b>0.877</b>"))
        #expect(html.contains("score <b>0.000</b>"))
        #expect(html.contains("no defect"))
    }

    @Test("Untrained weights stand in the first line of the file and first on the page")
    func untrained() throws {
        let html = try page(untrained: ["CLIP -- starter"])
        let lines = html.split(separator: "\n")
        #expect(lines[0].hasPrefix("<!DOCTYPE html><!-- Untrained weights: CLIP"))
        #expect(lines[0].ranges(of: "--").count == 2)
        let body = html.split(separator: "<body>")[1].split(separator: "\n")
        #expect(body[0].hasPrefix("<p class=\"untrained\""))
        #expect(try !page().contains("Untrained"))
    }

    @Test("The truth is outlined around the defect, not over it; a good picture has none")
    func outline() {
        let shown = picture("a", anomalous: true).detection
        #expect((shown.plain.width, shown.plain.height) == (96, 72))
        // The defect's middle stays as it is, a pixel left of its edge is drawn over.
        #expect((0..<3).allSatisfy { shown.truth[55, 22, $0] == shown.plain[55, 22, $0] })
        #expect(shown.truth[44, 22, 1] == 255)
        #expect(shown.heat != shown.plain)
        let good = picture("b", anomalous: false).detection
        #expect(good.truth == good.plain)
    }

    @Test("A one-pixel defect of a large picture is still outlined")
    func tiny() {
        var mask = Mask(width: 1000, height: 1000)
        mask[500, 500] = true
        let shown = DetectionPicture(
            image: Image(width: 1000, height: 1000, colour: [0, 0, 0]), mask: mask, map: Plane(width: 2, height: 2),
            range: 0...0,
            side: 100)
        #expect(shown.truth != shown.plain)
    }
}

@Suite("Choice of pictures")
struct PictureChoiceTests {
    @Test("The hardest, one of each kind and a typical good one; the same whatever the order")
    func choice() {
        let candidates = (0..<20).map { number -> PictureChoice.Candidate in
            let kind = number % 2 == 0 ? "bent" : "cut"
            return PictureChoice.Candidate(
                id: "p\(number)", defect: number < 6 ? "good" : kind, anomalous: number >= 6,
                score: Double((number * 7) % 20))
        }
        let chosen = PictureChoice.choose(candidates)
        // Scores: good p0…p5 = 0, 7, 14, 1, 8, 15; defects from p6: 2, 9, 16, 3, 10, 17, 4, 11, 18, 5, 12, 19, 6, 13.
        #expect(chosen.map(\.id) == ["p6", "p5", "p10", "p13", "p4"])
        #expect(PictureChoice.choose(candidates.reversed()) == chosen)
        #expect(PictureChoice.choose(candidates, limit: 2).map(\.id) == ["p6", "p5"])
        #expect(PictureChoice.choose([]).isEmpty)
    }
}
