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

    @Test("a family is one part, sound and after different accidents; objects that are never damaged show sound parts")
    func families() {
        var categories: Set<String> = []
        for index in 0..<60 {
            let family = stream.family(index, size: 4, soundToo: true)
            #expect(family.count == 4 && Set(family.map(\.category)).count == 1)
            categories.insert(family[0].category)
            #expect(family[0].damage == nil)
            if HeldOut.neverDamaged.contains(family[0].category) {
                #expect(family.allSatisfy { $0.damage == nil } && Set(family.map(\.image.pixels)).count == 4)
            } else {
                let kinds = family.dropFirst().compactMap(\.damage)
                #expect(Set(kinds).count == 3)
                #expect(kinds.allSatisfy { HeldOut.isSeen(category: family[0].category, damage: $0) })
                // The same part: pixels outside all masks hardly differ.
                for member in family.dropFirst() {
                    let same = zip(family[0].image.pixels, member.image.pixels).count { $0 == $1 }
                    #expect(same > family[0].image.pixels.count / 4, "\(member.category) \(member.damage ?? "")")
                }
            }
            let damagedAlone = stream.family(index, size: 2, soundToo: false)
            #expect(damagedAlone[1].damage != nil)
            let twins = stream.twins(index)
            #expect(damagedAlone.map(\.image) == [twins.normal.image, twins.damaged.image])
            #expect(damagedAlone.map(\.caption) == [twins.normal.caption, twins.damaged.caption])
        }
        #expect(categories == Set(StarterWorld.categories))
        // More accidents than the part knows kinds: some come twice.
        #expect(stream.family(0, size: 12, soundToo: false).count == 12)
    }
}
