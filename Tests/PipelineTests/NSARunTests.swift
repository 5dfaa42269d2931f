import Foundation
import Imaging
import ParameterKit
import StageKit
import Testing

extension ProgramTests {
    /// `generation.method: nsa`: pieces of the sample's other normals.
    @Suite(.serialized) struct NSARunTests {
        @Test func donorsAreTheSamplesOtherNormals() throws {
            let place = try PartFolder("method: nsa, images_per_normal: 4")
            let outcome = try place.run()
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("the sample has one normal"), "\(outcome.errors)")
            #expect(try place.units("bolt/1shot-s3").allSatisfy { try $0.record["account"]?["donor"] == "itself" })
            let two = try place.units("bolt/2shot-s3")
            let sources = Set(two.compactMap(\.source))
            #expect(two.count == 8 && sources.count == 2)
            for unit in two {
                let donor = try #require(try unit.record["account"]?["donor"]?.string)
                #expect(sources.contains(donor) && donor != unit.source)
                #expect(try unit.record["method"]?["method"] == "nsa" && !unit.mask.isEmpty)
            }
            // Another sample has other donors: no picture is shared.
            #expect(try Set(two.map(\.pooled.id)).isDisjoint(with: place.units("bolt/1shot-s3").map(\.pooled.id)))

            let again = try place.run(output: "again")
            try #require(again.status == 0)
            for (unit, twin) in zip(two, try place.units("bolt/2shot-s3", output: "again")) {
                #expect(unit.pooled.id == twin.pooled.id)
                #expect(try unit.record["files"] == twin.record["files"])
            }
        }

        @Test func aDonorThatChangesMakesOtherPictures() throws {
            let place = try PartFolder("method: nsa, images_per_normal: 2")
            try #require(try place.run("--until", "generate").status == 0)
            let before = try place.units("nut/2shot-s3").map(\.pooled.id)
            let other = try #require(try place.units("nut/2shot-s3").compactMap(\.source).last)
            let name = try #require(other.split(separator: "/").last)
            try place.write(PartFolder.part(77), "data/nut/train/good/\(name).png")
            try #require(try place.run("--until", "generate").status == 0)
            #expect(try Set(place.units("nut/2shot-s3").map(\.pooled.id)).isDisjoint(with: before))
        }

        @Test func publishedConstantsAreOfMVTecADAlone() throws {
            let place = try PartFolder("method: nsa, nsa: { constants: published }")
            let outcome = try place.run()
            #expect(outcome.status == 78 && outcome.errors.contains("none for bolt"), "\(outcome.errors)")
        }
    }
}
