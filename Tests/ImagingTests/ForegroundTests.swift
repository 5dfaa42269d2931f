import Imaging
import Testing

@Suite("Foregrounds")
struct ForegroundTests {
    @Test("Otsu, triangle and the median equal OpenCV's")
    func thresholds() throws {
        for item in try Goldens.load().thresholds {
            let scene = try Goldens.image(item.scene)
            let counts = scene.pixels.reduce(into: [Int](repeating: 0, count: 256)) { $0[Int($1)] += 1 }
            #expect(Histogram(scene).counts == counts)
            #expect(Histogram(scene).otsu() == item.otsu, "\(item)")
            #expect(Histogram(scene).triangle() == item.triangle, "\(item)")
            #expect(try scene.medianFiltered(5) == Goldens.image(item.median), "\(item)")
        }
    }

    @Test("morphology and holes equal OpenCV's and SciPy's, components too")
    func morphology() throws {
        func mask(_ name: String) throws -> Mask { Mask(try Goldens.image(name), above: 127) }
        let blobs = try mask("blobs.png")
        #expect(try blobs.closed(5) == mask("blobs_closed5.png"))
        #expect(try blobs.opened(5) == mask("blobs_opened5.png"))
        #expect(try blobs.dilated(4) == mask("blobs_dilated4.png"))
        #expect(try blobs.eroded(4) == mask("blobs_eroded4.png"))
        #expect(try blobs.fillingHoles() == mask("blobs_filled.png"))
        let components = blobs.components
        #expect(try components.parts.map(\.area).sorted() == Goldens.load().areas)
        #expect(Set(components.labels) == Set(0...Int32(components.parts.count)))
    }

    @Test("closing and opening by even squares move nothing")
    func evenSquares() {
        var mask = Mask(width: 40, height: 40)
        for y in 10..<25 { for x in 12..<30 { mask[x, y] = true } }
        for size in [2, 3, 6, 7] {
            #expect(mask.closed(size) == mask)
            #expect(mask.opened(size) == mask)
        }
        #expect(mask.opened(16).isEmpty)
    }

    @Test("holes up to a size, small parts dropped")
    func parts() {
        var mask = Mask(width: 12, height: 8)
        for y in 1..<7 { for x in 1..<7 { mask[x, y] = true } }
        mask[3, 3] = false
        mask[10, 2] = true
        #expect(mask.fillingHoles().count == 37)
        #expect(mask.fillingHoles(upTo: 0) == mask)
        #expect(mask.droppingComponents(smallerThan: 2).count == 35)
        #expect(mask.components.parts.count == 2)
        // A gap to the edge is no hole; a gap closed by a corner alone is one.
        let corner = Mask(width: 4, height: 4, values: [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0])
        #expect(corner.fillingHoles().count == 12)
    }

    /// A disc with a rim of noise on plain ground.
    private func scene(object: Double, ground: Double, hole: Bool = false) -> (image: Image, truth: Mask) {
        var truth = Mask(width: 200, height: 160)
        var pixels: [UInt8] = []
        for y in 0..<160 {
            for x in 0..<200 {
                let distance = (x - 90) * (x - 90) + (y - 80) * (y - 80)
                let inside = distance < 2500 && !(hole && distance < 400)
                truth[x, y] = distance < 2500
                let noise = Double((x * 7919 + y * 104_729) % 23 - 11)
                pixels.append(UInt8((inside ? object : ground) + noise))
            }
        }
        return (Image(width: 200, height: 160, channels: 1, pixels: pixels), truth)
    }

    private func overlap(_ a: Mask, _ b: Mask) -> Double { Double(a.intersection(b).count) / Double(a.union(b).count) }

    @Test(
        "polarity is found by itself, holes are filled",
        arguments: [ForegroundExtractor.Method.otsu, .triangle, .fixed])
    func polarity(_ method: ForegroundExtractor.Method) {
        for (object, ground, expected) in [(60.0, 210.0, Polarity.dark), (200, 40, .light)] {
            for hole in [false, true] {
                let (image, truth) = scene(object: object, ground: ground, hole: hole)
                let found = ForegroundExtractor(method: method).extract(from: image)
                #expect(found.polarity == expected)
                #expect(overlap(found.mask, truth) > 0.95)
                #expect(found.warnings.isEmpty)
            }
        }
        var forced = ForegroundExtractor(method: method, polarity: .light)
        forced.fillHoles = false
        let (image, truth) = scene(object: 60, ground: 210)
        #expect(overlap(forced.extract(from: image).mask, truth.inverted) > 0.95)
    }

    @Test("an object of another colour but equal grey is found by its distance from the ground")
    func ground() {
        var (grey, truth) = scene(object: 128, ground: 128)
        // BT.601: 0.299 R + 0.587 G: (200, 90) and (110, 136) are equally bright.
        var image = Image(width: grey.width, height: grey.height, colour: [110, 136, 60])
        for y in 0..<grey.height {
            for x in 0..<grey.width where truth[x, y] { (image[x, y, 0], image[x, y, 1]) = (200, 90) }
        }
        var extractor = ForegroundExtractor()
        extractor.channel = .ground
        #expect(overlap(extractor.extract(from: image).mask, truth) > 0.97)
        grey = image.grey()
        #expect(Set(grey.pixels).count <= 2)
    }

    @Test("whole, empty and doubtful masks say so")
    func warnings() {
        let flat = Image(width: 30, height: 20, colour: [90])
        let whole = ForegroundExtractor(method: .whole).extract(from: flat)
        #expect(whole.mask.count == 600 && whole.threshold == nil && whole.polarity == nil && whole.warnings.isEmpty)
        let none = ForegroundExtractor(method: .otsu, polarity: .light).extract(
            from: Image(width: 30, height: 20, colour: [0]))
        #expect(none.mask.isEmpty && none.warnings == ["no foreground found"])
        #expect(!ForegroundExtractor(method: .otsu).extract(from: flat).warnings.isEmpty)
        // A surface lit from one side: no object to be found.
        let slope = Image(width: 80, height: 60, channels: 1, pixels: (0..<4800).map { UInt8($0 % 80 * 3) })
        var extractor = ForegroundExtractor()
        #expect(extractor.extract(from: slope).warnings.contains { $0.contains("whole") })
        extractor.wholeWhenUnclear = true
        let taken = extractor.extract(from: slope)
        #expect(
            taken.method == .whole && taken.mask.coverage == 1 && taken.threshold == nil && taken.warnings.count == 1)
        let (image, truth) = scene(object: 60, ground: 210)
        let found = extractor.extract(from: image)
        #expect(found.method == .otsu && overlap(found.mask, truth) > 0.95)
    }
}
