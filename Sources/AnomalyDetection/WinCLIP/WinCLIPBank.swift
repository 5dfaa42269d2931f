import NeuralNet
package import TensorCore

/// The normals' patches and windows, of length 1.
package struct WinCLIPBank {
    package let patches: CosineBank
    /// Of each size of windows.
    package let windows: [CosineBank]

    /// - Parameter normals: at least one.
    package init(_ normals: [WindowFeatures]) throws(TensorError) {
        patches = try CosineBank(normals.map(\.patches))
        var windows: [CosineBank] = []
        for index in normals.first?.windows.indices ?? 0..<0 {
            windows.append(try CosineBank(normals.map { $0.windows[index] }))
        }
        self.windows = windows
    }

    private init(patches: CosineBank, windows: [CosineBank]) { (self.patches, self.windows) = (patches, windows) }

    // MARK: - Files

    private static let patches = "patches"
    private static func name(_ side: Int) -> String { "windows\(side)" }

    /// Writes the bank as a safetensors file.
    ///
    /// - Parameter sides: of the windows, in their order.
    /// - Throws: `WeightsError` of kind io, `TensorError`.
    package func write(to path: String, sides: [Int]) throws {
        var tensors = [Self.patches: try patches.bank.vectors.to(device: .cpu).contiguous()]
        for (side, bank) in zip(sides, windows) {
            tensors[Self.name(side)] = try bank.bank.vectors.to(device: .cpu).contiguous()
        }
        try SafetensorsWriter.write(tensors, to: path)
    }

    /// Reads a bank.
    ///
    /// - Throws: `WeightsError`; `DetectionError.fitted` where it is of another network or other windows;
    ///   `TensorError`.
    package static func read(_ path: String, sides: [Int], width: Int, embedding: Int, device: Device) throws
        -> WinCLIPBank
    {
        let file = try SafetensorsFile(path)
        func bank(_ name: String, _ channels: Int) throws -> CosineBank {
            guard let shape = file.shapes[name], shape.count == 2, shape[0] > 0, shape[1] == channels else {
                throw DetectionError.fitted(
                    file: path, reason: "no \(name) of normals with \(channels) channels; fit it again")
            }
            return CosineBank(try PatchBank(file.tensor(name).to(.float32, device: device)))
        }
        return WinCLIPBank(
            patches: try bank(patches, width), windows: try sides.map { try bank(name($0), embedding) })
    }
}
