import Foundation
import GoldenSupport
import Imaging
import NeuralNet
import PictureQuality
import TensorCore
import Testing

/// What lpips_vgg.json describes.
struct LPIPSGolden: Decodable {
    var seed: Int
    /// Pixels a side of the pictures.
    var size: Int
    var parameters: [String: [Int]]
    var pictures: [String]
    /// Left, top, right, bottom of each picture's label, at `size`.
    var boxes: [[Int]]
    var references: [String]
    var nearest: [Int]
    var distance, distanceInside: Double

    func weights() throws -> [String: Tensor] {
        var weights = try SeededWeights(seed: seed).parameters(parameters)
        // As the script does: heads are never negative, and rectified activations keep their size.
        for (name, values) in weights {
            if name.hasPrefix("lin") {
                weights[name] = try values.abs()
            } else if values.shape.count > 1 {
                weights[name] = try values * 2.squareRoot()
            }
        }
        return weights
    }

    func network() throws -> LPIPSNetwork { try LPIPSNetwork(ParameterStore(WeightsInMemory(weights())).root) }

    func path(_ name: String) -> String { Goldens.folder.appendingPathComponent(name).path }

    /// A file with the label of one picture.
    func mask(_ place: Int, in folder: URL) throws -> String {
        var mask = Mask(width: size, height: size)
        let box = boxes[place]
        for y in box[1]..<box[3] { for x in box[0]..<box[2] { mask[x, y] = true } }
        let file = folder.appendingPathComponent("mask\(place).png").path
        try mask.write(png: file)
        return file
    }
}

@Suite("LPIPS")
struct LPIPSTests {
    @Test("Distances and maps are those of the lpips package")
    func parity() throws {
        let golden = try Golden<LPIPSGolden>("lpips_vgg")
        let network = try golden.description.network()
        let inputs = SeededWeights(seed: golden.description.seed)
        let shape = [2, 3, 32, 48]
        let first = try network.features(inputs.inputs("first", shape).clamp(min: -1, max: 1))
        let second = try network.features(inputs.inputs("second", shape).clamp(min: -1, max: 1))
        for row in 0..<2 {
            let maps = try network.maps(
                first.map { try $0.narrow(0, start: row, length: 1) },
                second.map { try $0.narrow(0, start: row, length: 1) })
            let distance = try maps.reduce(0) { try $0 + $1.mean().item() }
            let expected = try golden.output("distances").select(0, row).item()
            #expect(abs(distance - expected) < 1e-5 * expected)
            let all = try maps.map { try $0.interpolate(height: 32, width: 48, .bilinear) }
            let sum = try all.dropFirst().reduce(all[0]) { try $0 + $1 }
            #expect(try relativeError(sum, golden.output("maps").narrow(0, start: row, length: 1)) < 1e-4)
        }
        let mean = try golden.output("distances").mean().item()
        #expect(try abs(network.distance(first, second).item() - mean) < 1e-5 * mean)
    }

    @Test("Gradients lead from the distance back to the pictures, and are numbers where nothing differs")
    func gradient() throws {
        let golden = try Golden<LPIPSGolden>("lpips_vgg").description
        let network = try LPIPSNetwork(ParameterStore(WeightsInMemory(golden.weights()), trainable: true).root)
        let inputs = SeededWeights(seed: golden.seed)
        let target = try inputs.inputs("first", [1, 3, 32, 32]).clamp(min: -1, max: 1)
        let right = try withoutGradients { try network.features(target) }
        for (name, expectsSlope) in [("first", false), ("second", true)] {
            let picture = try inputs.inputs(name, [1, 3, 32, 32]).clamp(min: -1, max: 1)
            try picture.requiringGrad()
            let distance = try network.distance(network.features(picture), right)
            let slopes = try gradients(of: distance, withRespectTo: [picture])[0]
            #expect(try slopes.allFinite && (slopes.abs().max().item() > 0) == expectsSlope)
        }
    }

    @Test("A whole state of the lpips package is taken; another network's weights are refused with what is wrong")
    func files() throws {
        let golden = try Golden<LPIPSGolden>("lpips_vgg").description
        try Goldens.withFolder { folder in
            var weights = try golden.weights()
            for index in 0..<5 { weights["lins.\(index).model.1.weight"] = weights["lin\(index).model.1.weight"] }
            weights["scaling_layer.shift"] = try .zeros([1, 3, 1, 1])
            let file = folder.appendingPathComponent("lpips.safetensors")
            try Goldens.write(weights, to: file)
            _ = try LPIPSNetwork.load(file.path)

            weights["net.slice5.28.bias"] = nil
            weights["lin0.model.1.weight"] = try .zeros([1, 96, 1, 1])
            try Goldens.write(weights, to: file)
            let error = try #require(throws: WeightsError.self) { try LPIPSNetwork.load(file.path) }
            #expect(
                error.kind == .badData && error.reason.contains("net.slice5.28.bias")
                    && error.reason.contains("lin0.model.1.weight"))
        }
    }
}
