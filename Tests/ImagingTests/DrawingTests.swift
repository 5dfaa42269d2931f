import Imaging
import Testing

@Suite("Drawing")
struct DrawingTests {
    @Test("heat colours grow lighter step by step")
    func heat() {
        // Relative luminance of sRGB (IEC 61966-2-1), strictly growing but for the rounding to 8 bits.
        func luminance(_ colour: Colour) -> Double {
            func linear(_ value: UInt8) -> Double {
                let v = Double(value) / 255
                return v <= 0.04045
                    ? v / 12.92 : ((v + 0.055) / 1.055) * ((v + 0.055) / 1.055) * ((v + 0.055) / 1.055).squareRoot()
            }
            return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
        }
        let values = HeatColours.table.map(luminance)
        for step in stride(from: 0, to: 248, by: 8) { #expect(values[step + 8] > values[step]) }
        #expect(values[0] < 0.02 && values[255] > 0.85)
        let map = Plane(width: 3, height: 1, values: [-1, 0.5, .nan]).heatMap()
        let dark = HeatColours.table[0], middle = HeatColours.table[128]
        #expect(
            map.pixels == [
                dark.red, dark.green, dark.blue, middle.red, middle.green, middle.blue, dark.red, dark.green, dark.blue,
            ])
    }

    @Test("text, places and outlines stay inside the picture")
    func edges() {
        var image = Image(width: 20, height: 10, colour: [0, 0, 0])
        image.write("Wide text 1 é", x: -3, y: 5, colour: .white)
        image.place(Image(width: 30, height: 30, colour: [7]), x: -5, y: -5)
        #expect(image[0, 0] == 7 && image[19, 9] == 7)
        image.place(Image(width: 3, height: 3, colour: [9]), x: 40, y: 40)
        image.place(Image(width: 3, height: 3, colour: [9]), x: 18, y: 8)
        #expect(image[17, 9] == 7 && image[18, 8] == 9)
        var mask = Mask(width: 20, height: 10)
        for y in 2..<8 { for x in 3..<12 { mask[x, y] = true } }
        let outlined = Image(width: 20, height: 10, colour: [50]).outlining(mask)
        #expect(outlined[3, 2] == Colour.red.red && outlined[4, 3] == 50 && outlined[2, 2] == 50)
    }

    @Test("letters differ and are where they should be")
    func letters() {
        func drawn(_ text: String) -> Image {
            var image = Image(width: 8, height: 8, colour: [0, 0, 0])
            image.write(text, x: 1, y: 0, colour: .white)
            return image
        }
        let characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-_/%()+=<>#'!?*|[] ~"
        for a in characters {
            for b in characters where a != b { #expect(drawn(String(a)) != drawn(String(b)), "\(a) \(b)") }
        }
        #expect(drawn("a") == drawn("A"))
        #expect(drawn("L")[1, 0] == 255 && drawn("L")[5, 6] == 255 && drawn("L")[5, 0] == 0)
    }

    @Test("a sheet has room for every cell")
    func sheet() {
        let cells = (0..<5).map {
            ContactSheet.Cell(Image(width: 40 + $0, height: 20, colour: [200]), caption: ["one", "two"])
        }
        let sheet = ContactSheet(title: "five", cells: cells, columns: 3, cellSide: 32).render()
        #expect(sheet.width == 8 + 3 * 40 && sheet.channels == 3)
        #expect(sheet.pixels.contains(200))
        #expect(ContactSheet(title: "none", cells: [], columns: 2).render().height > 0)
    }

    @Test("thumbnails keep the shape and never grow")
    func thumbnails() {
        let image = Image(width: 100, height: 50, colour: [1])
        #expect(
            image.thumbnail(width: 40, height: 40).width == 40 && image.thumbnail(width: 40, height: 40).height == 20)
        #expect(image.thumbnail(width: 400, height: 400) == image)
    }
}
