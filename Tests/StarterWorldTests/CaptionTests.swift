import Imaging
import StarterWorld
import Testing

@Suite("Captions and held-out kinds")
struct CaptionTests {
    private let generic = [
        "damaged", "broken", "defective", "faulty", "with a defect", "with defect", "with damage", "with flaw",
        "with a flaw",
        "with an anomaly",
    ]

    @Test("captions of damage contain their words, in the shares that are promised")
    func damaged() {
        var stream = RandomStream(seed: 1)
        var (manifests, anyDamage, all, texts) = (0, 0, 0, Set<String>())
        for _ in 0..<100 {
            for (category, damage) in StarterWorldTests.kinds() {
                let caption = Captions.damaged(category, damage, namesKind: 0.65, &stream)
                #expect(
                    caption.text.contains(caption.words) && caption.text == caption.text.lowercased()
                        && !caption.text.contains("{}"))
                texts.insert(caption.text)
                all += 1
                if caption.text.hasPrefix("a photo of a") && caption.text.hasSuffix(" that is \(caption.words)") {
                    manifests += 1
                }
                if generic.contains(caption.words) { anyDamage += 1 }
            }
        }
        #expect(abs(Double(manifests) / Double(all) - 0.34) < 0.04)
        #expect(abs(Double(anyDamage) / Double(all) - 0.35) < 0.04)
        #expect(texts.count > 1000)
    }

    @Test("the share of captions that name the kind is the one asked for; the plain caption is the manifests'")
    func kinds() {
        var stream = RandomStream(seed: 3)
        for (category, damage) in StarterWorldTests.kinds() {
            for _ in 0..<20 {
                #expect(!Captions.isGeneric(Captions.damaged(category, damage, namesKind: 1, &stream).words))
                #expect(Captions.isGeneric(Captions.damaged(category, damage, namesKind: 0, &stream).words))
            }
        }
        #expect(Captions.plain("hex_nut", "hole").text == "a photo of a hex nut that is punctured")
        #expect(Captions.plain("hex_nut", "hole").words == "punctured")
    }

    @Test("captions of sound parts name their state in three of five, and never damage")
    func normal() {
        var stream = RandomStream(seed: 2)
        let states = ["flawless", "perfect", "unblemished", "intact", "undamaged", "good ", "that is good", "without"]
        var (named, all) = (0, 0)
        for _ in 0..<300 {
            for category in StarterWorld.categories {
                let text = Captions.normal(of: category, &stream)
                #expect(
                    !text.contains(" a u") && !text.contains(" a i") && !text.contains("{}")
                        && text == text.lowercased())
                for word in ["scratched", "broken", "defective", " damaged", "faulty", "with "] {
                    #expect(!text.contains(word), "\(text)")
                }
                all += 1
                // "a good photo of …" says nothing of the part.
                let said = text.replacing("good photo", with: "photo")
                if states.contains(where: said.contains) { named += 1 }
            }
        }
        #expect(abs(Double(named) / Double(all) - 0.6) < 0.04)
    }

    @Test("manifests' words")
    func words() {
        let words = Set(StarterWorldTests.kinds().map(\.damage)).map { Captions.word(for: $0) }.sorted()
        #expect(
            words == [
                "burnt", "chipped", "contaminated", "cracked", "dented", "discoloured", "punctured", "scratched",
                "stained",
            ])
    }

    @Test("each damage is seen on three categories or more; held-out kinds exist")
    func heldOut() throws {
        let seen = StarterWorldTests.kinds().filter { HeldOut.isSeen(category: $0.category, damage: $0.damage) }
        for damage in Set(StarterWorldTests.kinds().map(\.damage)) {
            #expect(seen.count { $0.damage == damage } >= 3, "\(damage)")
        }
        #expect(HeldOut.pairs.count >= 4 && HeldOut.neverDamaged == ["tile", "gear"])
        for (category, damage) in HeldOut.pairs {
            #expect(
                try StarterWorld.damages(of: category).contains(damage)
                    && !HeldOut.isSeen(category: category, damage: damage))
        }
        for category in HeldOut.neverDamaged {
            #expect(StarterWorld.categories.contains(category) && !HeldOut.isSeen(category: category, damage: "crack"))
        }
    }
}
