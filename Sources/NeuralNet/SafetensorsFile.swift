import FileSigns
package import TensorCore

/// Tensors in one safetensors file, which is mapped into memory and completely checked before anything is read.
package final class SafetensorsFile: WeightSource {
    package let name: String
    private let file: MappedFile
    private let header: SafetensorsHeader
    package let shapes: [String: [Int]]

    /// *Throws* `WeightsError`: `inputMissing`, or `badData` naming what is wrong (for a pickle, how to convert it).
    package init(_ path: String) throws(WeightsError) {
        name = path
        file = try MappedFile(path)
        if let standIn = StandIn(file.bytes) { throw WeightsError(.badData, path, standIn.sentence) }
        try Pickle.refuse(path, file.bytes)
        header = try SafetensorsHeader(file: file.bytes) { WeightsError(.badData, path, $0) }
        shapes = header.entries.mapValues(\.shape)
    }

    package var keys: [String] { shapes.keys.sorted() }
    /// Free text beside the tensors.
    package var metadata: [String: String] { header.metadata }
    package func dtype(_ key: String) -> DType? { header.entries[key]?.dtype }

    package func tensor(_ key: String) throws(TensorError) -> Tensor {
        guard let entry = header.entries[key] else {
            throw TensorError(.invalidArgument, "\(name) holds no tensor “\(key)”")
        }
        let start = header.dataStart + entry.range.lowerBound
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + entry.range.count])
        let tensor = try Tensor(bytes: bytes, shape: entry.shape, dtype: entry.dtype)
        file.forget(start..<start + entry.range.count)
        return tensor
    }

    /// Every tensor by its key.
    package func all() throws(TensorError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for key in keys { tensors[key] = try tensor(key) }
        return tensors
    }
}

/// PyTorch's own files: Python objects whose loading runs code, which is why they are refused.
enum Pickle {
    private static let endings = [".bin", ".pt", ".pth", ".ckpt", ".pkl"]

    static func refuse(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
        // A zip archive (PyTorch 1.6 and later) or a bare pickle of protocol 2 and later.
        let isZip = bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
        let isPickle =
            bytes.count > 1 && bytes[0] == 0x80 && (2...5).contains(bytes[1])
            && !(bytes.count > 8 && bytes[8] == UInt8(ascii: "{"))
        if isZip || isPickle { throw refusal(path) }
    }

    static func isNamedLikeOne(_ path: String) -> Bool { endings.contains { path.hasSuffix($0) } }

    static func refusal(_ path: String) -> WeightsError {
        let stem = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
        return WeightsError(
            .badData, path,
            """
            a pickle: loading one runs whatever code stands in it, so only safetensors are read. Convert it once, in Python with torch and safetensors:
              import torch, safetensors.torch; weights = torch.load("\(path)", map_location="cpu", weights_only=True); weights = weights.get("state_dict", weights)
              safetensors.torch.save_file({k: v.contiguous().clone() for k, v in weights.items() if isinstance(v, torch.Tensor)}, "\(stem).safetensors")
            """)
    }
}
