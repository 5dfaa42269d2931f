import Imaging
import StarterData
import Testing

@Suite("Drawn photos in plain folders")
struct StarterPhotosTests {
    @Test("good parts and a delivery with damage, none of them one of another's pictures")
    func photos() throws {
        let files = try StarterPhotos.files(of: "hex_nut", count: 3, width: 48, height: 36)
        #expect(files.keys.count { $0.hasPrefix("photos/IMG_000") } == 3)
        let good = files.keys.count { $0.hasPrefix("delivery/good/") }
        #expect(good == 24 && files.count == 3 + 2 * good)
        #expect(Set(files.values).count == files.count)
        let photo = try Image(bytes: files["photos/IMG_0001.png"] ?? [], name: "photo")
        #expect((photo.width, photo.height) == (48, 36))
        #expect(try StarterPhotos.files(of: "hex_nut", count: 3, width: 48, height: 36) == files)
    }
}
