import Foundation
import Generators
import Imaging
import StageKit
import Testing

/// Four changes of textures against Pillow 13.0.0's ImageOps on a made picture: SHA-256 of the grey levels that
///
///     from PIL import Image, ImageOps; import hashlib
///     picture = Image.frombytes("L", (32, 32), bytes(((i * i) // 7 + i * 3) % 97 + 60 for i in range(1024)))
///     hashlib.sha256(ImageOps.autocontrast(picture).tobytes())   # equalize, solarize(…, 100), posterize(…, 4)
///
/// gives.
@Suite struct MaterialChangeTests {
    private static let picture: Image = {
        let levels = (0..<1024).map { (place: Int) -> UInt8 in UInt8((place * place / 7 + place * 3) % 97 + 60) }
        return Image(width: 32, height: 32, channels: 1, pixels: levels)
    }()

    private func digest(_ image: Image) -> String { Digest.sha256(Data(image.pixels)) }

    @Test func agreesWithPillow() {
        #expect(
            digest(Self.picture.autoContrasted()) == "f58d81794efd9f389c9fe8d58c20b83794c7fcb2d38dff514bd3db8a3d703b09")
        #expect(digest(Self.picture.equalised()) == "59f7e6841c43b52f4e07b52f979617dd4b6d5f29f64ac6b19b5965cab7a95d91")
        #expect(
            digest(Self.picture.solarised(100)) == "4551d4280de6b2342e6730bf132e308e84416ec3067b6a74ace4e1d1ca22e812")
        #expect(
            digest(Self.picture.posterised(4)) == "01f2249ecd4f169d2621b7341e1248c8a990a3657c53fcaa0cf99350b29d604f")
    }

    @Test func sizeChannelsAndAlphaStay() {
        for channels in [1, 3, 4] {
            let (image, _) = SynthesisTests.scene(channels)
            for change in MaterialChange.allCases {
                var stream = RandomStream(seed: 5), again = stream
                let made = change.apply(image, &stream)
                #expect(made.width == image.width && made.height == image.height && made.channels == channels)
                #expect(made == change.apply(image, &again))
                guard channels == 4, change != .mirror, change != .flip else { continue }
                for place in 0..<image.width * image.height {
                    #expect(made.pixels[4 * place + 3] == image.pixels[4 * place + 3])
                }
            }
        }
        var stream = RandomStream(seed: 1)
        #expect((0..<50).allSatisfy { _ in Set(MaterialChange.three(of: MaterialChange.draem, &stream)).count == 3 })
    }
}
