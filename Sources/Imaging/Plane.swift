/// One value per pixel: `[height, width]`, float32, rows from top to bottom; the range depends on the use (soft labels:
/// 0...1).
package struct Plane: Equatable, Sendable {
    package let width: Int
    package let height: Int
    package var values: [Float]

    /// - Precondition: sizes are positive and `values` has one entry for each pixel.
    package init(width: Int, height: Int, values: [Float]) {
        precondition(width > 0 && height > 0 && values.count == width * height)
        (self.width, self.height, self.values) = (width, height, values)
    }

    package init(width: Int, height: Int, repeating value: Float = 0) {
        self.init(width: width, height: height, values: [Float](repeating: value, count: width * height))
    }

    package subscript(x: Int, y: Int) -> Float {
        get { values[y * width + x] }
        set { values[y * width + x] = newValue }
    }

    /// 1 where the value is at least `threshold`.
    package func atLeast(_ threshold: Float) -> Mask {
        Mask(width: width, height: height, values: values.map { $0 >= threshold ? 1 : 0 })
    }

    package var maximum: Float { values.reduce(-Float.infinity, max) }
    package var minimum: Float { values.reduce(Float.infinity, min) }
}
