import Imaging
import StarterWorld
import Testing

@Suite("Pictures of parts that don't exist")
struct StarterWorldTests {
    static func kinds() -> [(category: String, damage: String)] {
        StarterWorld.categories.flatMap { category in
            ((try? StarterWorld.damages(of: category)) ?? []).map { (category, $0) }
        }
    }

    @Test("equal arguments make equal pictures, other seeds others")
    func seeds() throws {
        for category in StarterWorld.categories {
            let pictures = try (0..<4 as Range<UInt64>).map {
                try StarterWorld.render(category: category, seed: $0, width: 48, height: 40)
            }
            #expect(try StarterWorld.render(category: category, seed: 2, width: 48, height: 40) == pictures[2])
            #expect(Set(pictures.map(\.image.pixels)).count == 4)
            #expect(pictures.allSatisfy { $0.mask == nil && $0.image.width == 48 && $0.image.height == 40 })
        }
        #expect(StarterWorld.categories.count == 10)
    }

    @Test("threads that render at once get the same bytes")
    func threads() async throws {
        let alone = try StarterWorld.render(category: "cloth", seed: 5, width: 64, height: 64, damages: ["hole"])
        try await withThrowingTaskGroup(of: StarterWorld.Picture.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try StarterWorld.render(category: "cloth", seed: 5, width: 64, height: 64, damages: ["hole"])
                }
            }
            for try await picture in group { #expect(picture == alone) }
        }
    }

    @Test("twins are the two pictures that rendering gives", arguments: kinds())
    func twins(category: String, damage: String) throws {
        for (seed, width, height) in [(0, 64, 64), (1, 97, 64)] as [(UInt64, Int, Int)] {
            let twins = try StarterWorld.renderTwins(
                category: category, seed: seed, width: width, height: height, damage: damage)
            let damaged = try StarterWorld.render(
                category: category, seed: seed, width: width, height: height, damages: [damage])
            #expect(twins.damaged == damaged.image && [twins.mask] == damaged.masks)
            #expect(
                try twins.normal
                    == StarterWorld.render(category: category, seed: seed, width: width, height: height).image)
        }
    }

    @Test("a family holds the twins of each of its damages", arguments: StarterWorld.categories)
    func family(category: String) throws {
        let damages = try StarterWorld.damages(of: category)
        let family = try StarterWorld.renderFamily(category: category, seed: 3, width: 64, height: 64, damages: damages)
        for (place, damage) in damages.enumerated() {
            let twins = try StarterWorld.renderTwins(
                category: category, seed: 3, width: 64, height: 64, damage: damage)
            #expect(family.normal == twins.normal)
            #expect(family.damaged[place] == twins.damaged && family.masks[place] == twins.mask)
        }
    }

    @Test("damage is neither tiny nor everywhere, shows inside its mask and not beside it", arguments: kinds())
    func damage(category: String, damage: String) throws {
        var (visible, count) = (0, 0)
        for seed in 0..<4 as Range<UInt64> {
            let twins = try StarterWorld.renderTwins(
                category: category, seed: seed, width: 128, height: 128, damage: damage)
            let mask = twins.mask, channels = twins.normal.channels
            #expect((40...1500).contains(mask.count), "\(seed): \(mask.count) pixels")
            // Three pixels around: light, shadow and lens reach that far.
            let near = mask.dilated(7)
            var (inside, outside) = (0, 0)
            for i in mask.values.indices {
                let change = (0..<channels).reduce(0) {
                    max(
                        $0,
                        abs(Int(twins.normal.pixels[i * channels + $1]) - Int(twins.damaged.pixels[i * channels + $1])))
                }
                if mask.values[i] != 0 {
                    inside += change
                } else if near.values[i] == 0 {
                    outside = max(outside, change)
                }
            }
            #expect(outside == 0, "\(seed)")
            count += 1
            if inside >= 14 * mask.count { visible += 1 }
        }
        #expect(visible * 100 >= 85 * count, "seen on \(visible) of \(count)")
    }

    @Test("every category has five damages or more")
    func variety() throws {
        for category in StarterWorld.categories {
            let kinds = try StarterWorld.damages(of: category)
            #expect(kinds.count >= 5 && Set(kinds).count == kinds.count, "\(category)")
        }
        #expect(Set(Self.kinds().map(\.damage)).count >= 8)
    }

    @Test("parts stand out from their ground as the categories promise")
    func grounds() throws {
        let promises: [(category: String, polarity: Polarity, coverage: ClosedRange<Double>)] = [
            ("hex_nut", .dark, 0.15...0.55), ("tablet", .light, 0.12...0.55), ("board", .light, 0.30...0.55),
            ("bottle", .dark, 0.28...0.60), ("capsule", .light, 0.12...0.32), ("gear", .light, 0.22...0.55),
        ]
        for (category, polarity, coverage) in promises {
            for seed in 0..<8 as Range<UInt64> {
                let image = try StarterWorld.render(category: category, seed: seed, width: 128, height: 128).image
                let found = ForegroundExtractor(method: .otsu).extract(from: image)
                #expect(
                    found.polarity == polarity && coverage.contains(found.mask.coverage) && found.warnings.isEmpty,
                    "\(category) \(seed)")
            }
        }
    }

    @Test("a nut is grey, all else has colours")
    func channels() throws {
        for category in StarterWorld.categories {
            let image = try StarterWorld.render(category: category, seed: 1, width: 32, height: 32).image
            #expect(image.channels == (category == "hex_nut" ? 1 : 3))
        }
    }

    @Test("several damages have a mask each")
    func several() throws {
        let picture = try StarterWorld.render(
            category: "board", seed: 3, width: 90, height: 70, damages: ["burn", "scratch"])
        #expect(picture.masks.count == 2 && picture.masks[0] != picture.masks[1])
        #expect(picture.mask == picture.masks[0].union(picture.masks[1]))
    }

    @Test("unknown names say which there are")
    func names() {
        #expect(throws: StarterWorld.UnknownName.category("spoon")) { try StarterWorld.damages(of: "spoon") }
        let error = #expect(throws: StarterWorld.UnknownName.self) {
            try StarterWorld.render(category: "plank", seed: 0, width: 32, height: 32, damages: ["bent"])
        }
        #expect(error?.description.contains("hole") == true)
        #expect(throws: StarterWorld.UnknownName.self) {
            try StarterWorld.renderTwins(category: "plank", seed: 0, width: 32, height: 32, damage: "bent")
        }
    }
}
