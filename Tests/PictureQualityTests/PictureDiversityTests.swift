import Foundation
import GoldenSupport
import Imaging
import PictureQuality
import TensorCore
import Testing

@Suite("Diversity of generated pictures")
struct PictureDiversityTests {
    private let golden: LPIPSGolden
    private let diversity: PictureDiversity

    init() throws {
        golden = try Golden<LPIPSGolden>("lpips_vgg").description
        var diversity = PictureDiversity(try golden.network())
        diversity.size = golden.size
        self.diversity = diversity
    }

    @Test("One group: the mean over its pairs, all over and where either picture is labelled")
    func group() throws {
        try Goldens.withFolder { folder in
            let pictures = try golden.pictures.indices.map {
                PictureDiversity.Picture(
                    image: golden.path(golden.pictures[$0]), mask: try golden.mask($0, in: folder), kind: "scratch",
                    source: 0)
            }
            let groups = try diversity.measure(pictures, references: golden.references.map(golden.path))
            let group = try #require(groups.first)
            #expect(groups.count == 1 && group.pictures == 3 && group.reference == 0)
            #expect(abs(group.distance - golden.distance) < 1e-5 * golden.distance)
            let inside = try #require(group.distanceInside)
            #expect(abs(inside - golden.distanceInside) < 1e-5 * golden.distanceInside)
        }
    }

    @Test("Pictures are compared within a kind and a source alone; one without a source joins the most similar normal")
    func grouping() throws {
        func picture(_ place: Int, _ kind: String, _ source: Int?) -> PictureDiversity.Picture {
            PictureDiversity.Picture(image: golden.path(golden.pictures[place]), mask: nil, kind: kind, source: source)
        }
        let references = golden.references.map(golden.path)
        let apart = try diversity.measure(
            [picture(0, "a", 0), picture(1, "b", 0), picture(2, "a", 1)], references: references)
        #expect(apart.isEmpty)

        let known = golden.pictures.indices.map { picture($0, "a", golden.nearest[$0]) }
        let found = golden.pictures.indices.map { picture($0, "a", nil) }
        let groups = try diversity.measure(found, references: references)
        #expect(try groups == diversity.measure(known, references: references))
        #expect(!groups.isEmpty && groups.allSatisfy { $0.distanceInside == nil }, "no labels, nothing inside them")
        #expect(try diversity.measure(found, references: []).map(\.reference) == [nil])
    }

    @Test("Equal pictures have no distance; of a large group the first fifty are compared; progress reaches the total")
    func extremes() throws {
        let same = [PictureDiversity.Picture](
            repeating: .init(image: golden.path(golden.pictures[0]), mask: nil, kind: "a", source: nil), count: 52)
        var small = diversity
        small.size = 16
        var last = (0, 0)
        let groups = try small.measure(same, references: []) { last = ($0, $1) }
        #expect(groups.map(\.pictures) == [50] && groups.map(\.distance) == [0])
        #expect(last == (52, 52))
    }
}
