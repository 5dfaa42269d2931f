import Foundation

/// NumPy's file format for one array.
///
/// *Source*: NumPy, "NPY format", version 1.0.
package enum NPYFile {
    /// Writes float32 values in row-major order.
    ///
    /// - Throws: `DetectionError.unwritable`.
    package static func write(_ values: [Float], shape: [Int], to path: String) throws(DetectionError) {
        precondition(values.count == shape.reduce(1, *))
        let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(dimensions)), }"
        // Magic and lengths take 10 bytes; the header ends in a line feed, and the values begin at a multiple of 64.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var data = Data(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
        data.append(contentsOf: header.utf8)
        for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
