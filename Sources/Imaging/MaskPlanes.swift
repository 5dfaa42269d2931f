/// A mask's raw values, not yet interpreted: the brightest colour of each pixel, and its alpha.
struct MaskPlanes {
    struct Plane {
        let width: Int
        let values: [UInt16]
        /// Whether more than one pixel in a hundred has colours that differ by more than a quarter of white.
        var isColourful = false

        var largest: Int { values.max().map(Int.init) ?? 0 }
        /// Whether all values are the same.
        var isFlat: Bool { values.allSatisfy { $0 == values[0] } }

        /// Rules 2 and 3 of `MaskReader`.
        func isLabelMap(fewLevels: Int) -> Bool {
            var occurs = [Bool](repeating: false, count: 65536)
            for value in values { occurs[Int(value)] = true }
            let levels = occurs.indices.filter { occurs[$0] }
            if Set(levels + [0]).count <= fewLevels { return true }
            var fills = [Bool](repeating: false, count: 65536)
            values.withUnsafeBufferPointer { values in
                for y in 0..<max(0, values.count / width - 1) {
                    for x in 0..<max(0, width - 1) {
                        let at = y * width + x, value = values[at]
                        if value == values[at + 1], value == values[at + width], value == values[at + width + 1] {
                            fills[Int(value)] = true
                        }
                    }
                }
            }
            let kinds = levels.filter { $0 > 0 }
            return 2 * kinds.count(where: { fills[$0] }) >= kinds.count
        }
    }

    let colour: Plane
    let alpha: Plane?

    init(_ bytes: [UInt8], _ info: ImageInfo, name: String, limits: ImageLimits) throws(ImageError) {
        let samples: [UInt16]
        if info.bitDepth == 16 {
            samples = try PictureReader.samples(bytes, name: name, limits: limits)
        } else {
            samples = try Image(bytes: bytes, name: name, limits: limits).pixels.map(UInt16.init)
        }
        let channels = info.channels, count = info.width * info.height
        guard channels > 1 else {
            (colour, alpha) = (Plane(width: info.width, values: samples), nil)
            return
        }
        let quarter = (info.bitDepth == 16 ? 65535 : 255) / 4
        var brightest = [UInt16](repeating: 0, count: count), opacity = brightest
        var colourful = 0
        samples.withUnsafeBufferPointer { samples in
            for pixel in 0..<count {
                let at = pixel * channels
                let (red, green, blue) = (samples[at], samples[at + 1], samples[at + 2])
                brightest[pixel] = max(red, green, blue)
                if Int(brightest[pixel]) - Int(min(red, green, blue)) > quarter { colourful += 1 }
                if channels == 4 { opacity[pixel] = samples[at + 3] }
            }
        }
        colour = Plane(width: info.width, values: brightest, isColourful: 100 * colourful > count)
        alpha = channels == 4 ? Plane(width: info.width, values: opacity) : nil
    }
}
