import AnomalyAnnotation
import AnomalyDatasets
import EngineLink
import Foundation
import GenerationStage
import Generators
import Imaging
import MethodKit
import StageKit
import StageSupport
import Testing

/// Pictures that are drawn in a window and put back.
@Suite("Windows and composites")
struct PictureFrameTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("frame-\(UUID().uuidString)")
    private static let (width, height) = (200, 150)

    init() throws { try DurableFile.makeFolder(folder) }

    /// A photo with detail everywhere and a part of 40 × 30 pixels.
    private var photo: Image {
        Image(
            width: Self.width, height: Self.height, channels: 3,
            pixels: (0..<Self.width * Self.height * 3).map { UInt8(($0 * 7919) % 200) })
    }
    private var part: Mask {
        var part = Mask(width: Self.width, height: Self.height)
        for y in 60..<90 { for x in 100..<140 { part[x, y] = true } }
        return part
    }

    /// What a generator would leave: a white picture, attention in a square of 6 × 6 pixels.
    private func draw(_ size: PixelWindow, at place: (x: Int, y: Int)) throws {
        var attention = Plane(width: size.width, height: size.height)
        for y in 0..<6 { for x in 0..<6 { attention[place.x + x, place.y + y] = 1 } }
        let white = Image(width: size.width, height: size.height, colour: [255, 255, 255])
        try white.write(png: folder.appendingPathComponent("image.png").path)
        try white.write(png: folder.appendingPathComponent("reconstruction.png").path)
        try attention.write(png16: folder.appendingPathComponent("attention.png").path)
    }

    @Test("the generator gets the window's pixels and what of the part lies in it")
    func written() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let frame = PictureFrame(photo: photo, part: part, choice: .object, composite: true, seed: 1)
        #expect(frame.window == PixelWindow(x: 95, y: 50, width: 50, height: 50))
        let (image, mask) = try frame.write(into: folder)
        #expect(try Image(contentsOf: image.path) == photo.cropped(to: frame.window))
        #expect(try Mask(contentsOf: mask.path, above: 127) == part.cropped(to: frame.window))
    }

    @Test(
        "a composite changes the label and two pixels around it, nothing else",
        arguments: [DrawingWindow.object, .whole])
    func composite(_ choice: DrawingWindow) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let frame = PictureFrame(photo: photo, part: part, choice: choice, composite: true, seed: 1)
        let place = (x: 110 - frame.window.x, y: 70 - frame.window.y)
        try draw(frame.window, at: place)
        let (image, annotation) = try frame.finish(.attention, threshold: 0.5, evidence: folder)
        #expect(annotation.binary.boundingBox == PixelWindow(x: 110, y: 70, width: 6, height: 6))
        #expect(annotation.binary.count == 36 && annotation.soft.width == Self.width)
        // The feather of the whole photo is wider: a 64th of its side.
        let reach = choice == .whole ? 3 : 2
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                if annotation.binary[x, y] {
                    #expect(image[x, y] == 255)
                } else if x < 110 - reach || x > 115 + reach || y < 70 - reach || y > 75 + reach {
                    for c in 0..<3 { #expect(image[x, y, c] == photo[x, y, c]) }
                }
            }
        }
    }

    @Test("without a composite the window fades out at its borders, but not at the photo's")
    func faded() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var corner = Mask(width: Self.width, height: Self.height)
        for y in 0..<40 { for x in 0..<40 { corner[x, y] = true } }
        let frame = PictureFrame(photo: photo, part: corner, choice: .object, composite: false, seed: 1)
        #expect(frame.window == PixelWindow(x: 0, y: 0, width: 50, height: 50))
        try draw(frame.window, at: (10, 10))
        let image = try frame.finish(.attention, threshold: 0.5, evidence: folder).image
        #expect(image[0, 0] == 255 && image[45, 45] == 255 && image[0, 45] == 255)
        #expect(image[49, 20] == photo[49, 20] && image[20, 49] == photo[20, 49])
        #expect(image[48, 20] > photo[48, 20] && image[48, 20] < 255)
        #expect(image[50, 20] == photo[50, 20] && image[120, 120] == photo[120, 120])
    }

    @Test("evidence of another size is refused")
    func otherSize() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let frame = PictureFrame(photo: photo, part: part, choice: .object, composite: true, seed: 1)
        try draw(PixelWindow(x: 0, y: 0, width: 40, height: 40), at: (1, 1))
        #expect(throws: ImageError.self) { try frame.finish(.attention, threshold: 0.5, evidence: folder) }
    }

    @Test("alpha is dropped, grey stays grey")
    func channels() {
        let clear = Image(width: 8, height: 8, colour: [1, 2, 3, 0]), grey = Image(width: 8, height: 8, colour: [9])
        func frame(_ photo: Image) -> PictureFrame {
            PictureFrame(photo: photo, part: nil, choice: .whole, composite: true, seed: 1)
        }
        #expect(frame(clear).photo == Image(width: 8, height: 8, colour: [1, 2, 3]) && frame(grey).photo == grey)
    }
}
