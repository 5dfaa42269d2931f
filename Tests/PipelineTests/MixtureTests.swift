import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `generation.mixture`: several generators in one data set.
    @Suite(.serialized) struct MixtureTests {
        @Test func sharesAreKeptAndEachPictureNamesItsGenerator() throws {
            let place = try PartFolder(
                "mixture: { perlin: 1, nsa: 2, cutpaste: 1 }, images_per_normal: 8, anomalies: [worn, { words: dirty, count: 4 }]"
            )
            let outcome = try place.run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            let units = try place.units("bolt/2shot-s3")
            let counts = try Dictionary(grouping: units) {
                "\($0.anomaly) \(try $0.record["method"]?["method"]?.string ?? "?")"
            }.mapValues(\.count)
            #expect(
                counts == [
                    "worn cutpaste": 4, "worn nsa": 8, "worn perlin": 4, "dirty cutpaste": 1, "dirty nsa": 2,
                    "dirty perlin": 1,
                ])
            let page = try String(contentsOf: place.report(), encoding: .utf8)
            for name in ["cutpaste", "perlin", "nsa"] { #expect(page.contains(name), "the page doesn't name \(name)") }
            #expect(page.contains("2 of 4 by"))
            #expect(try place.run().errors.contains("nothing to do"))
        }

        @Test func whatCantBeMixedIsNamed() throws {
            for (text, words) in [
                ("mixture: { perlen: 1 }", "no generator `perlen`"), ("mixture: {}", "names no generator"),
                ("mixture: { perlin: 1, external: 2 }", "`external` makes no pictures"),
                ("method: perlin, mixture: { nsa: 1 }", "not both"),
                ("mixture: { cut: 1, nsa: 1 }", "models.diffusion is missing"), ("mixture: { nsa: 0 }", "mixture.nsa"),
                ("mixture: { nsa: 1, perlin: 1 }, window: object", "methods perlin and nsa draw"),
            ] {
                let outcome = try PartFolder(text).run()
                #expect(outcome.status == 78 && outcome.errors.contains(words), "\(text): \(outcome.errors)")
            }
        }
    }
}
