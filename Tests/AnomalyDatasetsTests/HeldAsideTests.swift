import AnomalyDatasets
import Testing

@Suite("What is held aside from fits")
struct HeldAsideTests {
    private func sample(_ shots: String, seed: Int = 0) -> SampleRecord {
        SampleRecord(category: "nut", shots: shots, seed: seed, order: "random", images: [])
    }

    private func normal(_ number: Int) -> ImageRecord {
        ImageRecord(
            id: "nut/train/good/\(number)", category: "nut", split: .train, anomalous: false, defect: "good",
            file: "\(number).png", mask: nil, width: 8, height: 8, channels: 3, sha256: "\(number)", maskSHA256: nil)
    }

    private func units(_ count: Int, kinds: [String], sources: Int) -> [ListedUnit] {
        (0..<count).map { number in
            ListedUnit(
                unit: "unit\(number)", record: "r", anomaly: kinds[number % kinds.count],
                source: "nut/train/good/\(number / kinds.count % sources)")
        }
    }

    @Test("A share is above 0 and below 1")
    func shares() {
        for share in [0, 1, -0.1, 2, Double.nan] { #expect(HeldAside(share: share) == nil) }
        #expect(HeldAside(share: 0.2)?.share == 0.2)
    }

    @Test("At few shots normals stay, and of each kind of generated pictures the share goes, the same each time")
    func few() throws {
        let aside = try #require(HeldAside(share: 0.2))
        let normals = (0..<4).map(normal), sample = sample("4")
        #expect(aside.normals(normals, of: sample).held.isEmpty)
        #expect(aside.normals(normals, of: sample).kept == normals)
        let units = units(50, kinds: ["bent", "cut"], sources: 4)
        let (kept, held) = aside.pictures(units, of: sample, normals: [])
        #expect(held.count == 10 && held.count { $0.anomaly == "bent" } == 5)
        #expect(Set(kept.map(\.unit)).union(held.map(\.unit)).count == 50 && kept.count == 40)
        #expect(
            aside.pictures(units.reversed(), of: sample, normals: []).held.map(\.unit) == held.map(\.unit).reversed())
        let other = aside.pictures(units, of: self.sample("4", seed: 1), normals: [])
        #expect(other.held != held)
        // One picture of a kind is learnt from; of two one is.
        #expect(aside.pictures([units[0], units[1]], of: sample, normals: []).held.isEmpty)
        #expect(aside.pictures([units[0], units[2]], of: sample, normals: []).held.count == 1)
    }

    @Test("At full shot normals go, and with them exactly the pictures that were made from them")
    func full() throws {
        let aside = try #require(HeldAside(share: 0.25))
        let normals = (0..<8).map(normal), sample = sample("full")
        let (kept, held) = aside.normals(normals, of: sample)
        #expect(held.count == 2 && kept.count == 6 && Set(held.map(\.id)).isDisjoint(with: kept.map(\.id)))
        let units = units(32, kinds: ["bent", "cut"], sources: 8)
        let pictures = aside.pictures(units, of: sample, normals: held)
        #expect(pictures.held.count == 8)
        #expect(Set(pictures.held.compactMap(\.source)) == Set(held.map(\.id)))
        #expect(Set(pictures.kept.compactMap(\.source)) == Set(kept.map(\.id)))
        // A single normal is needed.
        #expect(aside.normals([normals[0]], of: sample).held.isEmpty)
    }

    @Test("Many held-aside pictures are scored in part, about equally many of each kind")
    func most() throws {
        let aside = try #require(HeldAside(share: 0.5)), sample = sample("1")
        let many = (0..<300).map { number in
            ListedUnit(unit: "u\(number)", record: "r", anomaly: number < 280 ? "bent" : "cut", source: nil)
        }
        let scored = aside.scored(many, of: sample)
        #expect(scored.count == HeldAside.most && scored.count { $0.anomaly == "cut" } == 20)
        #expect(aside.scored(Array(many.prefix(5)), of: sample).count == 5)
    }
}
