import DetectorEvaluation
import Imaging
import ParameterKit
import Reporting
import Testing

@Suite("Report page")
struct ReportPageTests {
    @Test("The page needs no other file, lets nothing else run, and escapes what it is given")
    func selfContained() throws {
        var fixture = PageFixture()
        (fixture.category, fixture.kind, fixture.untrained) = (hostile, hostile + "2", [hostile])
        let html = ReportPage.filled(try fixture.page().html(), cost: PageFixture.cost, recipe: PageFixture.recipe)
        // One style, one script, each the page's own.
        #expect(html.ranges(of: "<script").count == 1 && html.ranges(of: "</script").count == 1)
        #expect(html.ranges(of: "<style").count == 1 && html.ranges(of: "</style").count == 1)
        #expect(!html.contains("onload='x'") && !html.contains("<b>manifest") && !html.contains("<i>example"))
        #expect(html.contains("&lt;script&gt;alert(1)") && html.contains("好"))
        #expect(html.contains("<li>a &lt; b</li>"))
        let policy = try #require(html.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)?.output.1)
        #expect(policy.contains("default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-"))
        // Nothing but pictures in the page and places on it, and a table beside it that it can do without.
        #expect(html.ranges(of: "href=\"scores.csv\"").count == 1)
        for match in html.matches(of: /(?:src|href)="([^"]*)"/) {
            let target = match.output.1
            #expect(
                target.hasPrefix("data:") || target.hasPrefix("#") || target == "scores.csv", "\(target.prefix(60))")
        }
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains(" style=\""))
    }

    @Test("Every picture is embedded once, with words for those who don't see it")
    func pictures() throws {
        let html = try PageFixture().page().html()
        // The photo, three synthetic pictures, soft label, mask; the test picture, its outline, two maps.
        #expect(html.ranges(of: "href=\"data:image/").count == 10)
        #expect(html.ranges(of: "role=\"img\"").count == html.ranges(of: "<svg viewBox").count)
        for number in 1...10 { #expect(html.contains("href=\"#p\(number)\"")) }
        #expect(html.contains("<b>0.877</b>") && html.contains("<b>0.000</b>"))
        #expect(html.contains("no defect of screw/test/good/000"))
    }

    @Test("What is shown and what is left out is said; kinds can be chosen")
    func counts() throws {
        let html = try PageFixture().page().html()
        #expect(html.contains("3 of the 40 pictures of 1-shot, seed 0, evenly chosen"))
        #expect(html.contains("All samples together have 80."))
        #expect(html.contains("<button type=\"button\" data-kind=\"stain\" aria-pressed=\"false\">stain</button>"))
        #expect(html.ranges(of: "<article class=\"card\" data-kind=\"stain\">").count == 2)
        #expect(html.contains("2 pictures, stopped early in 2 of 2, at step 2"))
        var one = PageFixture()
        one.kind = "stain"
        #expect(try !one.page().html().contains("<fieldset"))
    }

    @Test("Figures from too few pictures say so in their cell; others and published ones don't")
    func smallCounts() throws {
        let html = try PageFixture().page().html()
        let rows = html.split(separator: "\n")
        let screw = try #require(rows.first { $0.contains("screw</th><td>this run") })
        #expect(screw.contains("85.0 ± 5.0<small>too few: 8 good, 3 defective</small>"))
        #expect(screw.contains("50.0 ± 0.0<small>too few: 3 defective</small>"))
        let bottle = try #require(rows.first { $0.contains("bottle</th><td>this run") })
        #expect(!bottle.contains("too few"))
        #expect(rows.filter { $0.contains("class=\"published") }.allSatisfy { !$0.contains("too few") })
        #expect(html.contains("23.5 ± 0.0<small>too few: 18 against 3</small>"))
        #expect(html.contains("50.0 ± 0.0<small>too few: 18</small>"))
        #expect(html.contains("<td class=\"number few\">81.3<small>too few: 8 good, 3 of its kind</small></td>"))
    }

    @Test("Without a detector the page shows what was made, and says how to learn more")
    func noDetector() throws {
        var fixture = PageFixture()
        (fixture.hasDetector, fixture.untrained) = (false, ["the diffusion model sd"])
        let html = try fixture.page().html()
        #expect(html.contains("What was made") && html.contains("How guidance went"))
        #expect(html.contains("the manifest names no detector"))
        #expect(!html.contains("<table") && !html.contains("Best and worst") && !html.contains("scores.csv"))
        #expect(html.contains("role=\"alert\">Untrained weights: the diffusion model sd."))
    }

    @Test("Untrained weights stand in the first line of the file and first on the page")
    func untrained() throws {
        var fixture = PageFixture()
        fixture.untrained = ["CLIP -- starter"]
        let html = try fixture.page().html()
        let lines = html.split(separator: "\n")
        #expect(lines[0].hasPrefix("<!DOCTYPE html><!-- Untrained weights: CLIP"))
        #expect(lines[0].ranges(of: "--").count == 2)
        let body = html.split(separator: "<body>")[1].split(separator: "\n")
        #expect(body[0].hasPrefix("<p class=\"untrained\""))
        #expect(try !PageFixture().page().html().contains("Untrained"))
    }

    @Test("What a run cost and how it is done again come in once, and only into the copy")
    func account() throws {
        let page = try PageFixture().page().html()
        #expect(!page.contains("id=\"cost\"") && !page.contains("id=\"again\""))
        let html = ReportPage.filled(page, cost: PageFixture.cost, recipe: PageFixture.recipe)
        for text in [
            "4,860", "54 in 40 s", "1.2 GB", "80 MB", "12 MB", "760 kB of it", "50 s", "80 %",
            "1 interrupted attempts", "example-1shot-s0-mvtec.tar.gz", "generate-v7-0123456789ab",
            "engine 0.1.0 on cpu", "href=\"#cost\"", "href=\"#again\"",
        ] { #expect(html.contains(text), "\(text)") }
        #expect(ReportPage.filled(html, cost: PageFixture.cost, recipe: PageFixture.recipe) == html)
        let unknown = ReportPage.filled(page, cost: nil, recipe: PageFixture.recipe)
        #expect(!unknown.contains("id=\"cost\"") && unknown.contains("id=\"again\""))
        #expect(RunCost(json: .object(PageFixture.cost.json)) == PageFixture.cost)
        #expect(RunCost(json: ["event": "started"]) == nil)
    }

    @Test("The same results give the same bytes")
    func reproducible() throws {
        #expect(try PageFixture().page().html() == PageFixture().page().html())
    }

    @Test("Twenty categories stay below 20 MB: pictures are as many as fit, and at least one of each category")
    func size() throws {
        #expect(MadePictures.limit(categories: 3) == 12 && MadePictures.limit(categories: 20) == 12)
        #expect(MadePictures.limit(categories: 60) == 4 && MadePictures.limit(categories: 1000) == 1)
        #expect(ReportPage.galleryLimit(galleries: 15) == 8 && ReportPage.galleryLimit(galleries: 60) == 2)
        // Noise is what JPEG shrinks least: more than any photo takes.
        var state: UInt32 = 1
        let pixels = (0..<600 * 600 * 3).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let photo = try EmbeddedPicture(Image(width: 600, height: 600, channels: 3, pixels: pixels))
        #expect((photo.width, photo.height) == (256, 256))
        #expect(photo.bytes.count < 60_000)
    }

    @Test("The truth is outlined around the defect, not over it; a good picture has none")
    func outline() throws {
        let shown = PageFixture().detection(anomalous: true)
        #expect((shown.plain.width, shown.plain.height) == (96, 72))
        let outline = try #require(shown.outline)
        #expect((outline.width, outline.height, outline.channels) == (96, 72, 4))
        // Transparent in the defect's middle, green a pixel left of its edge.
        #expect(outline[55, 22, 3] == 0)
        #expect((outline[44, 22, 1], outline[44, 22, 3]) == (255, 255))
        #expect((shown.heat.width, shown.heat.height) == (96, 72))
        #expect(PageFixture().detection(anomalous: false).outline == nil)
    }

    @Test("A one-pixel defect of a large picture is still outlined and still in its label")
    func tiny() throws {
        var mask = Mask(width: 1000, height: 1000)
        mask[500, 500] = true
        let shown = DetectionPicture(
            image: Image(width: 1000, height: 1000, colour: [0, 0, 0]), mask: mask, map: Plane(width: 2, height: 2),
            range: 0...0, side: 100)
        #expect(try #require(shown.outline).pixels.contains(255))
        let small = try EmbeddedPicture(mask)
        #expect((small.width, small.height) == (256, 256))
        #expect(try Image(bytes: small.bytes, name: "mask").pixels.contains(255))
    }
}

@Suite("Choice of pictures")
struct PictureChoiceTests {
    @Test("The hardest, the clearest, one of each kind and a typical good one; the same whatever the order")
    func choice() {
        let candidates = (0..<20).map { number -> PictureChoice.Candidate in
            let kind = number % 2 == 0 ? "bent" : "cut"
            return PictureChoice.Candidate(
                id: "p\(number)", defect: number < 6 ? "good" : kind, anomalous: number >= 6,
                score: Double((number * 7) % 20))
        }
        let chosen = PictureChoice.choose(candidates)
        // Scores: good p0…p5 = 0, 7, 14, 1, 8, 15; defects from p6: 2, 9, 16, 3, 10, 17, 4, 11, 18, 5, 12, 19, 6, 13.
        #expect(chosen.map(\.id) == ["p6", "p5", "p17", "p10", "p13", "p4"])
        #expect(PictureChoice.choose(candidates.reversed()) == chosen)
        #expect(PictureChoice.choose(candidates, limit: 2).map(\.id) == ["p6", "p5"])
        #expect(PictureChoice.choose([]).isEmpty)
    }

    @Test("Of the synthetic pictures about equally many of each kind, evenly spread, in order")
    func made() {
        let kinds = ["a", "a", "a", "a", "a", "a", "b", "c", "c"]
        #expect(MadePictures.choice(kinds: kinds, limit: 6) == [0, 2, 4, 6, 7, 8])
        #expect(MadePictures.choice(kinds: kinds, limit: 2) == [0, 6])
        #expect(MadePictures.choice(kinds: kinds, limit: 100) == Array(0..<9))
        #expect(MadePictures.choice(kinds: [], limit: 5).isEmpty)
        #expect(MadePictures.spread(Array(0..<10), 4) == [0, 2, 5, 7])
    }
}
