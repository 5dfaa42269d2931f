import AnomalyDatasets
import Testing

@Suite struct ExternalPicturesTests {
    private func set(_ names: String...) -> ExternalPictures { ExternalPictures(names: names, source: "source") }

    @Test func anomalyDiffusionsFolders() throws {
        let set = set(
            "generated/bolt/bent/image/10.jpg", "generated/bolt/bent/image/9.jpg", "generated/bolt/bent/mask/10.png",
            "generated/bolt/bent/mask/9.jpg", "generated/bolt/cut/image/0.jpg", "generated/bolt/cut/mask/0.jpg",
            "generated/bolt/bent/recon/9.jpg", "generated/bolt/notes.txt", "generated/nut/bent/image/0.png",
            "generated/nut/bent/mask/0.png")
        #expect(set.categories == ["bolt", "nut"])
        #expect(
            try set.pictures(of: "bolt") == [
                ExternalPicture(
                    anomaly: "bent", image: "generated/bolt/bent/image/10.jpg", mask: "generated/bolt/bent/mask/10.png"),
                ExternalPicture(
                    anomaly: "bent", image: "generated/bolt/bent/image/9.jpg", mask: "generated/bolt/bent/mask/9.jpg"),
                ExternalPicture(
                    anomaly: "cut", image: "generated/bolt/cut/image/0.jpg", mask: "generated/bolt/cut/mask/0.jpg"),
            ])
        #expect(try set.pictures(of: "washer") == nil)
    }

    @Test func mvtecsLayoutAndExports() throws {
        let set = set(
            "x-mvtec/hex_bolt/train/good/000.png", "x-mvtec/hex_bolt/test/good/000.png",
            "x-mvtec/hex_bolt/test/bent/000.png",
            "x-mvtec/hex_bolt/test/bent/001.png", "x-mvtec/hex_bolt/ground_truth/bent/000_mask.png",
            "x-mvtec/hex_bolt/ground_truth/bent/001.png", "x-mvtec/_meta/soft/hex_bolt/bent/000.png",
            "x-mvtec/_meta/records/hex_bolt/bent/000.json", "x-mvtec/README.md", "x-mvtec/manifest.yaml")
        #expect(set.categories == ["hex_bolt"])
        // An export calls a category by a plain name.
        for name in ["hex_bolt", "hex bolt"] {
            #expect(
                try set.pictures(of: name) == [
                    ExternalPicture(
                        anomaly: "bent", image: "x-mvtec/hex_bolt/test/bent/000.png",
                        mask: "x-mvtec/hex_bolt/ground_truth/bent/000_mask.png",
                        softLabel: "x-mvtec/_meta/soft/hex_bolt/bent/000.png"),
                    ExternalPicture(
                        anomaly: "bent", image: "x-mvtec/hex_bolt/test/bent/001.png",
                        mask: "x-mvtec/hex_bolt/ground_truth/bent/001.png"),
                ])
        }
        // One category's folder as the set itself.
        #expect(self.set("test/bent/000.png", "ground_truth/bent/000_mask.png").categories == ["source"])
        // A kind of damage may have the name of a folder in the other layout.
        #expect(
            try self.set("a/test/image/0.png", "a/ground_truth/image/0_mask.png").pictures(of: "a")?.map(\.anomaly) == [
                "image"
            ])
    }

    @Test func whatIsWrongIsNamed() {
        func place(_ names: String...) -> String? {
            let error = #expect(throws: DatasetError.self) {
                try ExternalPictures(names: names, source: "s").pictures(of: "a")
            }
            return error?.place
        }
        #expect(place("a/bent/image/0.jpg", "a/bent/image/1.jpg", "a/bent/mask/1.jpg") == "a/bent/image/0.jpg")
        #expect(place("a/test/bent/0.png", "a/ground_truth/cut/0_mask.png") == "a/test/bent/0.png")
        #expect(place("a/bent/image/0.jpg", "a/bent/image/0.png", "a/bent/mask/0.png") == "a/bent/image/0.png")
        #expect(place("a/bent/image/0.gif", "a/bent/mask/0.png") == "a/bent/image/0.gif")
        #expect(
            place("x/a/bent/image/0.jpg", "x/a/bent/mask/0.jpg", "y/a/cut/image/0.jpg", "y/a/cut/mask/0.jpg")
                == "y/a/cut/image/0.jpg")
    }

    @Test func anotherCategorysFaultsDontMatter() throws {
        let set = set("a/bent/image/0.jpg", "a/bent/mask/0.jpg", "b/bent/image/0.jpg", "c/bent/image/0.gif")
        #expect(try set.pictures(of: "a")?.count == 1)
        #expect(throws: DatasetError.self) { try set.pictures(of: "b") }
    }

    @Test func hiddenFilesAndMasksAloneAreNothing() {
        #expect(
            set("a/.bent/image/0.jpg", "__MACOSX/a/bent/image/0.jpg", "b/bent/mask/0.jpg", "_meta/soft/c/bent/0.png")
                .categories.isEmpty)
    }
}
