import Foundation
import StageKit
import Testing
import flawsmith

extension ProgramTests {
    /// What a run leaves to look at where no detector judges the pictures, and what it says at its end.
    @Suite(.serialized) struct EndingTests {
        @Test func aRunWithoutADetectorEndsWithThePathsAndAPageOfWhatWasMade() throws {
            let place = try PartFolder("method: perlin, images_per_normal: 4, anomalies: [worn, dirty]")
            let first = try place.run()
            try #require(first.status == 0, "\(first.errors)")
            let lines = first.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 3, "\(first.output)")
            #expect(lines[0].hasPrefix("Data set: ") && lines[0].contains(".tar.gz and 1 more beside it"))
            #expect(lines[1].hasPrefix("Report:   ") && lines[1].hasSuffix("/report/report.html"))
            #expect(lines[2].hasPrefix("Next:     open the report in a browser, train on the data set (tar -xf "))
            #expect(lines[2].hasSuffix("add detectors: { vlad: {} } to see what it is worth"))
            for line in lines.prefix(2) {
                let path = line.dropFirst(10).prefix { $0 != " " }
                #expect(FileManager.default.fileExists(atPath: String(path)), "\(path)")
            }

            let path = String(lines[1].dropFirst(10))
            let page = try String(contentsOfFile: path, encoding: .utf8)
            for text in [
                "data-kind=\"worn\"", "data-kind=\"dirty\"", "the manifest names no detector", "id=\"cost\"",
                "id=\"again\"", "data set", "images_per_normal", ".tar.gz",
            ] { #expect(page.contains(text), "\(text)") }
            #expect(!page.contains("id=\"guidance\""))
            let report = URL(fileURLWithPath: path).deletingLastPathComponent()
            #expect(try StoredObject.files(under: report) == ["report.html"])

            // Nothing is made, so nothing is measured and nothing written again.
            let again = try place.run()
            #expect(again.errors.contains("nothing to do") && again.output == first.output)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == page)
        }
    }
}

/// Times of stages, from the logs of their objects.
@Suite struct StageTimesTests {
    @Test func attemptsThatEndedCountAndInterruptedOnesAreCounted() {
        let times = StageTimes(
            log: """
                {"event":"started","reason":"never built","time":"2026-11-30T10:03:31.338Z"}
                {"event":"started","reason":"interrupted","time":"2026-11-30T10:04:00.000Z"}
                {"event":"notice","text":"x","time":"2026-11-30T10:04:01.000Z"}
                {"event":"done","time":"2026-11-30T10:04:02.500Z"}
                {"event":"started","reason":"forced","time":"2026-11-30T23:59:59.000Z"}
                {"event":"done","time":"2026-12-01T00:00:01.250Z"}
                not JSON
                {"event":"started","reason":"forced","time":"2026-12-02T00:00:00.000Z"}
                {"event":"failed","reason":"x","time":"2026-12-02T00:00:05.000Z"}
                """)
        #expect(times.spans.map { $0.upperBound - $0.lowerBound } == [2.5, 2.25])
        #expect(times.seconds == 2.25 && times.interrupted == 1)
        #expect(times.spans.first?.lowerBound == 1_796_033_040)
    }

    @Test func aLogThatSaysNothingGivesNoTime() {
        #expect(StageTimes(log: "").seconds == 0)
        // The clock was set back.
        let back = StageTimes(
            log: """
                {"event":"started","time":"2026-11-30T10:00:01.000Z"}
                {"event":"done","time":"2026-11-30T10:00:00.000Z"}
                """)
        #expect(back.spans.isEmpty)
        #expect(StageTimes.seconds("yesterday") == nil)
    }
}
