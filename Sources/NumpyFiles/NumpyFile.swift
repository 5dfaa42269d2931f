import FileSigns
package import Foundation

/// A two-dimensional array of floats as NumPy's `.npy` file: the engine writes it, and any detector can.
///
/// *Source*: NumPy's format description (NEP 1), versions 1.0 to 3.0. Read strictly: little-endian float16, float32
/// or float64, or uint8; C or Fortran order, shape `(height, width)` or with leading ones, and exactly as many bytes as
/// the header promises.
package struct NumpyFile: Sendable, Equatable {
    package var width: Int
    package var height: Int
    /// Row-major, `[height, width]`. Values of a float64 file are rounded to the nearest float32, which keeps their
    /// order but can make neighbours equal.
    package var values: [Float]
    /// The exact values of a float64 file, if float32 can't hold all of them; nil otherwise.
    package private(set) var doubles: [Double]?
    /// What the file holds.
    package private(set) var kind = Kind.float32

    package enum Kind: String, Sendable, CaseIterable {
        case float64 = "<f8"
        case float32 = "<f4"
        case float16 = "<f2"
        case uint8 = "|u1"

        var bytes: Int {
            switch self {
            case .float64: 8
            case .float32: 4
            case .float16: 2
            case .uint8: 1
            }
        }
    }

    /// - Precondition: `values` has `width * height` entries.
    package init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "a map needs width x height values")
        (self.width, self.height, self.values) = (width, height, values)
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// NumPy pads headers so that the data start at a multiple of this.
    private static let alignment = 64
    /// Far above any header of a plain array (about 120 bytes); limits what a hostile file can claim.
    private static let longestHeader = 4096

    /// - Throws: ``NumpyFileError/malformed(_:)`` naming `name` and what is wrong with it.
    package init(_ data: Data, name: String) throws(NumpyFileError) {
        let bytes = [UInt8](data)
        func bad(_ what: String) -> NumpyFileError { .malformed("\(name): \(what)") }

        guard bytes.count >= 12, Array(bytes[..<6]) == Self.magic, (1...3).contains(bytes[6]) else {
            if let standIn = StandIn(bytes) { throw bad(standIn.sentence) }
            throw bad("not a .npy file (no NumPy signature, or a version above 3)")
        }
        let wide = bytes[6] > 1
        let lengthBytes = bytes[8..<(wide ? 12 : 10)]
        let headerLength = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = lengthBytes.endIndex + headerLength
        guard headerLength <= Self.longestHeader, start <= bytes.count else {
            throw bad("the .npy header is cut off or too long")
        }
        let header = String(decoding: bytes[lengthBytes.endIndex..<start], as: UTF8.self)

        guard let type = Self.entry("descr", in: header), let order = Self.entry("fortran_order", in: header),
            let shapeText = Self.entry("shape", in: header)
        else { throw bad("the .npy header lacks descr, fortran_order or shape") }
        guard order == "False" || order == "True" else { throw bad("fortran_order is \(order)") }
        guard let kind = Kind.allCases.first(where: { "'\($0.rawValue)'" == type }) else {
            throw bad(
                "values are of type \(type); a map needs float16, float32 or float64 (little-endian), or uint8")
        }
        self.kind = kind
        let size = kind.bytes

        let shape = shapeText.dropFirst().dropLast().split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        .filter { !$0.isEmpty }.map { Int($0) }
        let extents = shape.compactMap { $0 }
        guard extents.count == shape.count, extents.count >= 2, extents.allSatisfy({ $0 > 0 }),
            extents.dropLast(2).allSatisfy({ $0 == 1 })
        else { throw bad("shape \(shapeText); a map needs (height, width)") }
        (height, width) = (extents[extents.count - 2], extents[extents.count - 1])
        let (count, overflow) = height.multipliedReportingOverflow(by: width)
        guard !overflow, count <= bytes.count, start + count * size == bytes.count else {
            throw bad("shape \(shapeText) and the file's length don't agree (\(bytes.count - start) bytes of data)")
        }
        let (rowStep, columnStep) = order == "True" ? (1, height) : (width, 1)
        let (rows, columns) = (height, width)
        func read<Bits: FixedWidthInteger, Value>(_ value: (Bits) -> Value) -> [Value] {
            Self.read(
                bytes, from: start, height: rows, width: columns, rowStep: rowStep, columnStep: columnStep, value)
        }
        switch kind {
        case .uint8: values = read { (byte: UInt8) in Float(byte) }
        case .float16: values = read { (bits: UInt16) in Float(Float16(bitPattern: UInt16(littleEndian: bits))) }
        case .float32: values = read { (bits: UInt32) in Float(bitPattern: UInt32(littleEndian: bits)) }
        case .float64:
            let wide = read { (bits: UInt64) in Double(bitPattern: UInt64(littleEndian: bits)) }
            values = wide.map(Float.init)
            // NaN equals nothing, so it counts as not held.
            if !zip(wide, values).allSatisfy({ $0 == Double($1) }) { doubles = wide }
        }
    }

    /// The values in row-major order; steps count values of the file.
    private static func read<Bits: FixedWidthInteger, Value>(
        _ bytes: [UInt8], from start: Int, height: Int, width: Int, rowStep: Int, columnStep: Int,
        _ value: (Bits) -> Value
    ) -> [Value] {
        bytes.withUnsafeBytes { raw in
            [Value](unsafeUninitializedCapacity: height * width) { values, count in
                for row in 0..<height {
                    for column in 0..<width {
                        let place = start + (row * rowStep + column * columnStep) * MemoryLayout<Bits>.size
                        values.initializeElement(
                            at: count, to: value(raw.loadUnaligned(fromByteOffset: place, as: Bits.self)))
                        count += 1
                    }
                }
            }
        }
    }

    /// The file's bytes: version 1.0, float32, byte for byte what `numpy.save` writes.
    package var data: Data {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(height), \(width)), }"
        let used = Self.magic.count + 4 + header.utf8.count + 1
        header += String(repeating: " ", count: (Self.alignment - used % Self.alignment) % Self.alignment) + "\n"
        let length = header.utf8.count
        var data = Data(Self.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8))
        values.map(\.bitPattern.littleEndian).withUnsafeBytes { data.append(contentsOf: $0) }
        return data
    }

    /// Writes them, whole or not at all.
    ///
    /// - Throws: ``NumpyFileError/unwritable(path:reason:)``.
    package func write(to path: String) throws(NumpyFileError) {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }

    /// The text after `'key':` in the header's dictionary, up to the comma that ends it.
    private static func entry(_ key: String, in header: String) -> String? {
        guard let place = header.range(of: "'\(key)':") else { return nil }
        let rest = header[place.upperBound...].drop { $0 == " " }
        let end: String.Index?
        if rest.first == "(" {
            end = rest.firstIndex(of: ")").map { rest.index(after: $0) }
        } else {
            end = rest.firstIndex { $0 == "," || $0 == "}" }
        }
        return end.map { rest[..<$0].trimmingCharacters(in: .whitespaces) }
    }
}
