import FeatureTrunks
import Imaging
import Testing

@Suite("Turned pictures")
struct PictureTurnTests {
    private func picture(_ width: Int, _ height: Int) -> Image {
        Image(
            width: width, height: height, channels: 3,
            pixels: (0..<width * height * 3).map { UInt8(($0 * 37 + $0 / 7) % 251) })
    }

    @Test(
        "Quarter turns move pixels as they are, counter-clockwise", arguments: [PictureTurn.Style.mirrored, .blackened])
    func quarters(_ style: PictureTurn.Style) {
        let image = picture(9, 9), turned = PictureTurn(degrees: 90, style)(image)
        for y in 0..<9 {
            for x in 0..<9 { for c in 0..<3 { #expect(turned[x, y, c] == image[8 - y, x, c]) } }
        }
        let half = PictureTurn(degrees: 180, style)(picture(10, 7))
        #expect(half[0, 0, 1] == picture(10, 7)[9, 6, 1])
        #expect(PictureTurn(degrees: 360, style)(image) == image)
    }

    @Test("Corners are the picture mirrored, or black")
    func corners() {
        let white = Image(width: 21, height: 11, colour: [200, 200, 200])
        #expect(PictureTurn(degrees: 45, .mirrored)(white) == white)
        let black = PictureTurn(degrees: 45, .blackened)(white)
        #expect(black[0, 0, 0] == 0 && black[20, 10, 2] == 0 && black[10, 5, 1] == 200)
        // Mirrored without the outermost pixels: a quarter turn of a picture twice as wide reads columns beyond its
        // height.
        let wide = picture(5, 3), turned = PictureTurn(degrees: 90, .mirrored)(wide)
        #expect(
            turned[0, 1, 0] == wide[2, 1, 0] || turned[0, 1, 0] == wide[2, 0, 0] || turned[0, 1, 0] == wide[2, 2, 0])
    }

    @Test("A picture of one pixel, and copies evenly around the circle")
    func small() {
        let pixel = Image(width: 1, height: 1, channels: 1, pixels: [9])
        #expect(PictureTurn(degrees: 33, .mirrored)(pixel).pixels == [9, 9, 9])
        #expect(PictureTurn.evenly(7).map(\.degrees) == [45, 90, 135, 180, 225, 270, 315])
        #expect(PictureTurn.evenly(0).isEmpty)
    }
}
