import AnomalyGeneration
import Foundation
import Imaging
import NeuralNet
import TensorCore
import Testing

@Suite struct NormalPictureTests {
    private static let side = 64, latentSide = 32

    private func image(_ tensor: Tensor) throws -> Image {
        try Image(width: tensor.size(1), height: tensor.size(0), channels: 3, pixels: tensor.array(of: UInt8.self))
    }

    private func mask(_ tensor: Tensor) throws -> Mask {
        try Mask(width: tensor.size(1), height: tensor.size(0), values: tensor.array(of: UInt8.self))
    }

    @Test(arguments: ["equal", "square", "lying", "standing", "strip"])
    func preparationAndItsInverseAreTheReferences(name: String) throws {
        let golden = try Goldens.tensors("cut_parts")
        let foreground = try mask(golden.tensor("\(name).mask"))
        let normal = try NormalPicture(
            picture: image(golden.tensor("\(name).source")), foreground: foreground, side: Self.side,
            latentSide: Self.latentSide)
        #expect(try normal.pixels == image(golden.tensor("\(name).prepared")))
        #expect(try normal.restored(normal.pixels) == image(golden.tensor("\(name).restored")))
        #expect(try normal.cells.foreground == mask(golden.tensor("\(name).foreground")))
        #expect(try normal.cells.attention == mask(golden.tensor("\(name).m16")))
        #expect(try normal.cells.latent == mask(golden.tensor("\(name).mz")))
        #expect(normal.cells.warnings.isEmpty)
    }

    @Test func aForegroundTooSmallForItsCellsKeepsTheMostCoveredOne() throws {
        var foreground = Mask(width: 64, height: 64)
        (foreground[33, 21], foreground[34, 21], foreground[33, 22]) = (true, true, true)
        let picture = Image(width: 64, height: 64, colour: [90, 90, 90])
        let cells = try NormalPicture(
            picture: picture, foreground: foreground, side: Self.side, latentSide: Self.latentSide
        ).cells
        #expect(try cells.attention == mask(Goldens.tensors("cut_parts").tensor("small.m16")))
        #expect(cells.attention.count == 1 && cells.attention[8, 5])
        // Nor is a cell of the latent (2 x 2 pixels) half covered
        #expect(cells.latent.count == 1)
        #expect(
            cells.warnings.count == 2 && cells.warnings[0].contains("16 x 16") && cells.warnings[1].contains("32 x 32"))
    }

    /// One pixel of a large picture covers no pixel of the model's size by half.
    @Test func aForegroundThatVanishesAtTheModelsSizeKeepsItsMostCoveredPixel() throws {
        var foreground = Mask(width: 256, height: 256)
        foreground[100, 60] = true
        let picture = Image(width: 256, height: 256, colour: [90, 90, 90])
        let cells = try NormalPicture(
            picture: picture, foreground: foreground, side: Self.side, latentSide: Self.latentSide
        ).cells
        #expect(cells.foreground.count == 1 && cells.foreground[25, 15])
        #expect(cells.attention[6, 3] && cells.latent[12, 7])
        #expect(cells.warnings.count == 3)
    }

    @Test func masksThatCannotBeUsedAreRefused() throws {
        let picture = Image(width: 20, height: 10, colour: [1, 2, 3])
        let empty = #expect(throws: GenerationError.self) {
            try NormalPicture(picture: picture, foreground: Mask(width: 20, height: 10), side: 64, latentSide: 32)
        }
        #expect(empty?.code == .badData)
        let other = #expect(throws: GenerationError.self) {
            try NormalPicture(
                picture: picture, foreground: Mask(width: 10, height: 20, repeating: true), side: 64, latentSide: 32)
        }
        #expect(other?.code == .badData && other?.message.contains("10 x 20") == true)
    }

    @Test func aGreySourceGivesAGreyPicture() throws {
        let grey = Image(width: 64, height: 64, colour: [77])
        let normal = try NormalPicture(picture: grey, foreground: nil, side: 64, latentSide: 32)
        #expect(normal.pixels.channels == 3)
        #expect(normal.restored(normal.pixels) == grey)
        #expect(normal.cells.foreground.count == 64 * 64)
    }
}
