import Foundation
import Glibc
package import TensorCore

/// Writes safetensors files whose bytes depend on nothing but tensors and metadata.
package enum SafetensorsWriter {
    /// Writes the tensors to a temporary file beside `path`, syncs it and renames it, so that `path` is either complete
    /// or missing.
    ///
    /// - Parameter dtype: the dtype that floating-point tensors are converted to; nil to keep theirs.
    ///
    /// *Throws* `WeightsError` of kind `io` when writing fails, `TensorError` when a tensor can't be converted.
    package static func write(
        _ tensors: [String: Tensor], to path: String, dtype: DType? = nil, metadata: [String: String] = [:]
    ) throws {
        var parts: [(name: String, dtype: DType, shape: [Int], bytes: [UInt8])] = []
        for (name, tensor) in tensors {
            let stored = if let dtype, try tensor.dtype.isFloatingPoint { try tensor.to(dtype) } else { tensor }
            parts.append((name, try stored.dtype, stored.shape, try stored.bytes()))
        }
        // Widest dtypes first, so that every tensor is aligned, as the format's own writer does.
        parts.sort { ($1.dtype.size, $0.name) < ($0.dtype.size, $1.name) }
        var offset = 0
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        for part in parts {
            let shape = part.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(part.name)):{\"dtype\":\"\(part.dtype.safetensors)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(offset + part.bytes.count)]}"
            )
            offset += part.bytes.count
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)

        let temporary = path + ".tmp"
        guard let file = fopen(temporary, "wb") else { throw failure(path, "can't be created") }
        var written = withUnsafeBytes(of: UInt64(header.count).littleEndian) { fwrite($0.baseAddress, 1, 8, file) == 8 }
        for bytes in [header] + parts.map(\.bytes) {
            written = written && bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
        }
        written = written && fflush(file) == 0 && fsync(fileno(file)) == 0
        let error = written ? nil : failure(path, "can't be written")
        fclose(file)
        if let error {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else { throw failure(path, "can't be renamed from \(temporary)") }
        try syncFolder(of: path)
    }

    /// Makes a rename outlast a power cut.
    private static func syncFolder(of path: String) throws(WeightsError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, "can't be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, "can't be synced") }
    }

    private static func failure(_ path: String, _ what: String) -> WeightsError {
        WeightsError(.io, path, "\(what): \(String(cString: strerror(errno)))")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}": result += "\\u" + String(format: "%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
