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
        let map = try NumpyFile(wide, name: "m.npy")
        #expect((map.width, map.height) == (1, 2) && map.values == [0.5, -2] && map.kind == .float64)
    }

    @Test("float16 and uint8: what numpy.save writes of [[1, 0.333], [65504, -0.0]] and [[0, 7], [254, 255]]")
    func narrow() throws {
        let half = try NumpyFile(
            file(
                "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }",
                data: [0x00, 0x3C, 0x54, 0x35, 0xFF, 0x7B, 0x00, 0x80]), name: "m.npy")
        #expect(half.values == [1, 0.33300781, 65504, 0] && half.kind == .float16)
        let bytes = try NumpyFile(
            file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", data: [0, 254, 7, 255]), name: "m.npy")
        #expect(bytes.values == [0, 7, 254, 255] && bytes.kind == .uint8)
    }

    @Test("2,000 damaged files of each kind: read or refused by name", arguments: ["<f8", "<f4", "<f2", "|u1"])
    func damaged(kind: String) {
        var state: UInt64 = 20_261
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        let size = ["<f8": 8, "<f4": 4, "<f2": 2][kind] ?? 1
        let whole = [UInt8](
            file(
                "{'descr': '\(kind)', 'fortran_order': False, 'shape': (3, 4), }",
                data: (0..<12 * size).map { UInt8(truncatingIfNeeded: $0 * 37) }))
        var refused = 0
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
            if next(4) == 0 { bytes.removeLast(next(bytes.count)) }
            do {
                let map = try NumpyFile(Data(bytes), name: "damaged")
                #expect(map.values.count == map.width * map.height)
            } catch {
                #expect(error.description.hasPrefix("damaged: "))
                refused += 1
            }
        }
        #expect(refused > 500)
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
            ("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", 5),
            ("{'descr': '|i1', 'fortran_order': False, 'shape': (1, 2), }", 2),
            ("{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2), }", 2),
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

    @Test("What a failed download left is called what it is")
    func standIns() {
        for (text, word) in [
            ("version https://git-lfs.github.com/spec/v1\noid x", "Git LFS"), ("<!DOCTYPE html>", "web page"),
        ] {
            let error = #expect(throws: NumpyFileError.self) { try NumpyFile(Data(text.utf8), name: "m.npy") }
            #expect(error?.description.contains(word) == true)
        }
    }

    @Test("Every cut of a good file is refused, never a crash")
    func truncated() {
        let whole = NumpyFile(width: 2, height: 2, values: [1, 2, 3, 4]).data
        for length in 0..<whole.count {
            #expect(throws: NumpyFileError.self) { try NumpyFile(whole.prefix(length), name: "m") }
        }
    }
}
