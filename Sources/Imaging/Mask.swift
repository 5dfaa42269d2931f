import Glibc

/// Which pixels belong: `[height, width]`, each 0 or 1, rows from top to bottom. In files: 8-bit grey, 0 or 255.
package struct Mask: Equatable, Sendable {
    package let width: Int
    package let height: Int
    package var values: [UInt8]

    /// - Precondition: sizes are positive, `values` has one entry for each pixel, each 0 or 1.
    package init(width: Int, height: Int, values: [UInt8]) {
        precondition(width > 0 && height > 0 && values.count == width * height)
        assert(values.allSatisfy { $0 <= 1 })
        (self.width, self.height, self.values) = (width, height, values)
    }

    package init(width: Int, height: Int, repeating value: Bool = false) {
        self.init(width: width, height: height, values: [UInt8](repeating: value ? 1 : 0, count: width * height))
    }

    /// 1 where any colour channel is above `level` (alpha does not count): 127 for foreground masks, 0 for label maps.
    package init(_ image: Image, above level: UInt8) {
        let colours = min(image.channels, 3)
        let values = [UInt8](unsafeUninitializedCapacity: image.width * image.height) { out, count in
            image.pixels.withUnsafeBufferPointer { source in
                if image.channels == 1 {
                    for i in source.indices { out[i] = source[i] > level ? 1 : 0 }
                    return
                }
                for i in 0..<image.width * image.height {
                    var inside: UInt8 = 0
                    for c in 0..<colours where source[i * image.channels + c] > level { inside = 1 }
                    out[i] = inside
                }
            }
            count = image.width * image.height
        }
        self.init(width: image.width, height: image.height, values: values)
    }

    package subscript(x: Int, y: Int) -> Bool {
        get { values[y * width + x] != 0 }
        set { values[y * width + x] = newValue ? 1 : 0 }
    }

    /// Pixels that belong.
    package var count: Int { values.withUnsafeBufferPointer { $0.reduce(0) { $0 + Int($1) } } }
    package var isEmpty: Bool {
        values.withUnsafeBytes { bytes in bytes.baseAddress.map { memchr($0, 1, bytes.count) == nil } ?? true }
    }
    /// Share of pixels that belong, 0...1.
    package var coverage: Double { Double(count) / Double(width * height) }

    /// The mask as a grey picture of 0 and 255.
    package var image: Image {
        let pixels = [UInt8](unsafeUninitializedCapacity: values.count) { out, count in
            values.withUnsafeBufferPointer { source in
                for index in source.indices { out[index] = source[index] == 0 ? 0 : 255 }
            }
            count = values.count
        }
        return Image(width: width, height: height, channels: 1, pixels: pixels)
    }

    package var plane: Plane { Plane(width: width, height: height, values: values.map(Float.init)) }

    package var inverted: Mask { Mask(width: width, height: height, values: values.map { 1 - $0 }) }

    /// - Precondition: both have one size.
    package func intersection(_ other: Mask) -> Mask {
        precondition(width == other.width && height == other.height)
        return Mask(width: width, height: height, values: zip(values, other.values).map { $0 & $1 })
    }

    /// - Precondition: both have one size.
    package func union(_ other: Mask) -> Mask {
        precondition(width == other.width && height == other.height)
        return Mask(width: width, height: height, values: zip(values, other.values).map { $0 | $1 })
    }
}
