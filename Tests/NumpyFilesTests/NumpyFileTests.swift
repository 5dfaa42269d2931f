import Foundation
import NumpyFiles
import Testing

@Suite("NumPy files")
struct NumpyFileTests {
    /// Bytes of `numpy.save` (NumPy 2.4.6) before the data: version 1.0, padded to 128 bytes.
    private func file(_ dictionary: String, data: [UInt8], version: UInt8 = 1) -> Data {
        let lengthBytes = version == 1 ? 2 : 4
        let length = 128 - 8 - lengthBytes
        let header = dictionary.padding(toLength: length - 1, withPad: " ", startingAt: 0) + "\n"
        let lengthField = [UInt8(length), 0, 0, 0].prefix(lengthBytes)
        return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + lengthField + Array(header.utf8) + data)
    }

    private func bytes(_ values: [Float]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    @Test("What is written is what NumPy writes, and reads back")
    func roundTrip() throws {
        let map = NumpyFile(width: 3, height: 2, values: [0, -1.5, .pi, 1e-30, 3, .greatestFiniteMagnitude])
        let expected = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data: bytes(map.values))
        #expect(map.data == expected)
        #expect(try NumpyFile(map.data, name: "m.npy") == map)
    }

    @Test("Written whole; where it can't be, the error names the file")
    func written() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flawsmith-npy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let rows = NumpyFile(width: 2, height: 1, values: [1, 2])
        let file = folder.appending(path: "rows.npy")
        try rows.write(to: file.path)
        #expect(try Data(contentsOf: file) == rows.data)
        let nowhere = folder.appending(path: "none/rows.npy").path
        let error = #expect(throws: NumpyFileError.self) { try rows.write(to: nowhere) }
        #expect(error?.description.hasPrefix("\(nowhere): can't be written: ") == true)
    }

    private func bytes(_ values: [Double]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
    }

    @Test("float64, leading ones and format version 2 are read")
    func variants() throws {
        let wide = file(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 1), }", data: bytes([0.5, -2.0]), version: 2)
        #expect(try NumpyFile(wide, name: "m.npy") == NumpyFile(width: 1, height: 2, values: [0.5, -2]))
    }

    @Test("float64 is kept where float32 can't hold it")
    func doubles() throws {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"
        let close = [1.0, 1.0.nextUp]
        let file = try NumpyFile(file(header, data: bytes(close)), name: "m.npy")
        #expect(file.doubles == close)
        #expect(file.values == [1, 1])
        #expect(try NumpyFile(self.file(header, data: bytes([Double.nan, 1])), name: "m.npy").doubles != nil)
        #expect(try NumpyFile(self.file(header, data: bytes([-Double.infinity, 1])), name: "m.npy").doubles == nil)
    }

    @Test("Fortran order: what numpy.save writes of a transposed array")
    func fortranOrder() throws {
        // numpy.arange(6, dtype="<f4").reshape(2, 3).T: [[0, 3], [1, 4], [2, 5]]
        let transposed = file(
            "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }", data: bytes([0, 1, 2, 3, 4, 5] as [Float]))
        #expect(try NumpyFile(transposed, name: "m.npy") == NumpyFile(width: 2, height: 3, values: [0, 3, 1, 4, 2, 5]))
    }

    @Test(
        "Anything else is refused by name",
        arguments: [
            ("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", 4),
            ("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", 8),
            ("{'descr': '<f4', 'fortran_order': 1, 'shape': (1, 2), }", 8),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 1), }", 8),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", 0),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 7),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 12),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 8),
            ("{'descr': '<f4', 'shape': (1, 2), }", 8),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2), }", 8),
        ])
    func refused(dictionary: String, dataBytes: Int) {
        let data = file(dictionary, data: [UInt8](repeating: 0, count: dataBytes))
        let error = #expect(throws: NumpyFileError.self) { try NumpyFile(data, name: "screw/001.npy") }
        #expect(error?.description.hasPrefix("screw/001.npy: ") == true)
    }

    @Test("Every cut of a good file is refused, never a crash")
    func truncated() {
        let whole = NumpyFile(width: 2, height: 2, values: [1, 2, 3, 4]).data
        for length in 0..<whole.count {
            #expect(throws: NumpyFileError.self) { try NumpyFile(whole.prefix(length), name: "m") }
        }
    }
}
