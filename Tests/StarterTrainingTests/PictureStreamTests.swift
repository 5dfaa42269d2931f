import Imaging
import StarterTraining
import StarterWorld
import Testing

@Suite("The stream of training pictures")
struct PictureStreamTests {
    let settings: TrainingSettings
    let stream: PictureStream

    init() throws {
        settings = try SmallTraining.settings()
        stream = PictureStream(settings, purpose: "test")
    }

    @Test("number i is the same picture whenever it is asked for, on any thread; other purposes are other pictures")
    func order() {
        let examples = stream.map(0..<12, threads: 1) { stream.example($0) }
        let again = stream.map(4..<12, threads: 4) { stream.example($0) }
        #expect(examples.suffix(8).map(\.image) == again.map(\.image))
        #expect(examples.suffix(8).map(\.caption) == again.map(\.caption))
        #expect(Set(examples.map(\.image.pixels)).count == 12)
        #expect(PictureStream(settings, purpose: "other").example(0).image != examples[0].image)
    }

    @Test("what is held out is never shown damaged; everything else is")
    func heldOut() {
        var seen: Set<[String]> = []
        for index in 0..<400 {
            let example = stream.example(index)
            #expect(example.image.channels == 3 && example.image.width == 64)
            #expect(
                (example.damage == nil) == (example.mask == nil) && (example.damage == nil) == (example.words == nil))
            if let words = example.words { #expect(example.caption.contains(words)) }
            if let damage = example.damage {
                #expect(HeldOut.isSeen(category: example.category, damage: damage))
                seen.insert([example.category, damage])
            }
        }
        #expect(Set(seen.map { $0[0] }) == Set(StarterWorld.categories).subtracting(HeldOut.neverDamaged))
        let twins = stream.twins(3)
        #expect(twins.normal.damage == nil && twins.damaged.damage != nil && twins.normal.image != twins.damaged.image)
        #expect(twins.normal.category == twins.damaged.category)
    }
}
