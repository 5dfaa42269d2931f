import DetectorEvaluation
import EvaluationMetrics
import Imaging
import Reporting

/// Text that would be an element, leave an attribute, or close the script, if it weren't escaped.
let hostile = "<script>alert(1)</script>\" onload='x' --> & 好 </style>"

/// A page with everything on it, from pictures drawn here.
struct PageFixture {
    var category = "screw"
    var kind = "hole"
    var untrained: [String] = []
    var hasDetector = true
    var categoryCount = 1
    var pictureCount = 3

    private func image(_ tone: UInt8) -> Image {
        var image = Image(width: 64, height: 48, colour: [tone, 90, 120])
        for y in 10..<20 { for x in 30..<44 { image[x, y] = 20 } }
        return image
    }

    private var mask: Mask {
        var mask = Mask(width: 64, height: 48)
        for y in 10..<20 { for x in 30..<44 { mask[x, y] = true } }
        return mask
    }

    func detection(anomalous: Bool) -> DetectionPicture {
        var map = Plane(width: 8, height: 6)
        map[5, 2] = anomalous ? 1 : 0.1
        return DetectionPicture(
            image: image(120), mask: anomalous ? mask : nil, map: map, range: 0...1, side: 96)
    }

    private func made() throws -> MadePictures {
        let trace = GuidanceTrace(n: [75, 40, 38], loss: [0.9, 0.85, 0.8], alpha: [14, 7], stoppedAt: 2)
        return MadePictures(
            sample: "1-shot, seed 0",
            categories: try (0..<categoryCount).map { number in
                .init(
                    name: number == 0 ? category : "\(category)\(number)", total: 40,
                    pictures: try (0..<pictureCount).map { index in
                        .init(
                            id: "0123456789abcdef0123456\(index)", kind: index == 0 ? kind : "stain",
                            source: "\(category)/train/good/005", photo: try EmbeddedPicture(image(120)),
                            image: try EmbeddedPicture(image(UInt8(index * 25 % 250))),
                            soft: try EmbeddedPicture(mask.plane.heatMap()), mask: try EmbeddedPicture(mask),
                            facts: [("prompt", "A photo of \(category)"), ("guidance", trace.summary)])
                    }, traces: [trace, trace])
            }, total: 80)
    }

    private func judged(_ name: String) throws -> ReportPage.JudgedSample {
        let scores =
            (0..<8).map { Judgement.Score(kind: "good", anomalous: false, score: Double($0) / 10) }
            + (0..<3).map { Judgement.Score(kind: kind, anomalous: true, score: 0.5 + Double($0) / 10) }
        let line = [CurvePoint(x: 0, y: 0), CurvePoint(x: 0.2, y: 0.8), CurvePoint(x: 1, y: 1)]
        let pictures = try [true, false].map { anomalous in
            try ReportPage.Picture(
                id: "\(name)/test/\(anomalous ? kind : "good")/000", defect: anomalous ? kind : "good",
                anomalous: anomalous, score: anomalous ? 0.87654 : -0.0004, reason: "test",
                detection: detection(anomalous: anomalous))
        }
        return ReportPage.JudgedSample(
            title: "1-shot, seed 0",
            judgements: [
                try Judgement(
                    category: name, scores: scores, metrics: exampleResults().shots[0].categories[0].values[0],
                    pixels: line, regions: line)
            ], galleries: [.init(category: name, range: 0...1, pictures: pictures)])
    }

    func page() throws -> ReportPage {
        var results = exampleResults(untrained: untrained, warnings: ["a < b"])
        results.shots[0].categories[0].name = category
        var values = PictureValues()
        (values[.kid], values[.kidOfGood], values[.recognised]) = (0.02346, 0.01, 0.5)
        for k in results.shots[0].categories.indices { results.shots[0].categories[k].pictures = [values, values] }
        results.quality = QualityProtocol(features: "CLIP", realPictures: [category: 3], lpips: nil)
        return ReportPage(
            .init(
                name: "example", dataset: "MVTec AD", generator: "CUT", untrained: untrained, warnings: ["a < b"]),
            made: try made(), report: hasDetector ? RunReport(results) : nil,
            judged: hasDetector ? [try judged(category)] : [],
            counts: PictureCounts([
                category: .init(good: 8, defective: 3, synthetic: ["1": 18]),
                "bottle": .init(good: 200, defective: 300, synthetic: ["1": 400]),
            ]), scores: hasDetector ? ScoreSheet.fileName : nil)
    }

    static let cost = RunCost(
        stages: [.init(name: "generate", objects: 3, seconds: 40), .init(name: "fit", objects: 1, seconds: 10)],
        interrupted: 1, drawn: 54, drawnSeconds: 40, toolMemory: 80_000_000, engineMemory: 1_200_000_000,
        objectBytes: 10_000_000, unitBytes: 2_000_000, exportBytes: 760_000,
        command: "flawsmith run 'my <b>manifest</b>.yaml'", engines: ["engine 0.1.0 on cpu, 2 threads"])

    static let recipe = RunRecipe(
        manifestPath: "Output/runs/example-01234567/manifest.resolved.yaml",
        manifest: "version: 2\nname: <i>example</i>\n", versions: [.init("flawsmith", "0.1.0")],
        inputs: [.init("data set", String(repeating: "ab", count: 32))],
        outputs: [.init("example-1shot-s0-mvtec.tar.gz", String(repeating: "cd", count: 32))],
        objects: [.init("generate/screw/1shot-s0", "generate-v7-0123456789ab")])
}
