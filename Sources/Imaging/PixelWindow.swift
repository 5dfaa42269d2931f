/// A rectangle of a picture's pixels.
package struct PixelWindow: Equatable, Sendable, Codable {
    /// Of its upper left pixel.
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int

    /// - Precondition: the sizes are positive, the place isn't negative.
    package init(x: Int, y: Int, width: Int, height: Int) {
        precondition(x >= 0 && y >= 0 && width > 0 && height > 0)
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    /// Whether it lies inside a picture of this size.
    package func fits(width: Int, height: Int) -> Bool { x + self.width <= width && y + self.height <= height }
}

extension Image {
    /// - Precondition: the window fits.
    package func cropped(to window: PixelWindow) -> Image {
        precondition(window.fits(width: width, height: height))
        var rows: [UInt8] = []
        rows.reserveCapacity(window.width * window.height * channels)
        for y in window.y..<window.y + window.height {
            let start = (y * width + window.x) * channels
            rows += pixels[start..<start + window.width * channels]
        }
        return Image(width: window.width, height: window.height, channels: channels, pixels: rows)
    }
}

extension Mask {
    /// - Precondition: the window fits.
    package func cropped(to window: PixelWindow) -> Mask {
        Mask(width: window.width, height: window.height, values: values.rows(width, height, window))
    }

    /// A mask of the given size that has this one at the window and nothing elsewhere.
    ///
    /// - Precondition: the window fits and has this mask's size.
    package func placed(at window: PixelWindow, width: Int, height: Int) -> Mask {
        precondition(window.fits(width: width, height: height) && self.width == window.width)
        return Mask(width: width, height: height, values: values.placed(0, window, width, height))
    }
}

extension Plane {
    /// - Precondition: the window fits.
    package func cropped(to window: PixelWindow) -> Plane {
        Plane(width: window.width, height: window.height, values: values.rows(width, height, window))
    }

    /// A plane of the given size that has this one at the window and zeros elsewhere.
    ///
    /// - Precondition: the window fits and has this plane's size.
    package func placed(at window: PixelWindow, width: Int, height: Int) -> Plane {
        precondition(window.fits(width: width, height: height) && self.width == window.width)
        return Plane(width: width, height: height, values: values.placed(0, window, width, height))
    }
}

extension Array {
    fileprivate func rows(_ width: Int, _ height: Int, _ window: PixelWindow) -> [Element] {
        precondition(window.fits(width: width, height: height))
        var taken: [Element] = []
        taken.reserveCapacity(window.width * window.height)
        for y in window.y..<window.y + window.height {
            taken += self[y * width + window.x..<y * width + window.x + window.width]
        }
        return taken
    }

    fileprivate func placed(_ nothing: Element, _ window: PixelWindow, _ width: Int, _ height: Int) -> [Element] {
        precondition(count == window.width * window.height)
        var whole = [Element](repeating: nothing, count: width * height)
        for row in 0..<window.height {
            let start = (window.y + row) * width + window.x
            whole.replaceSubrange(
                start..<start + window.width, with: self[row * window.width..<(row + 1) * window.width])
        }
        return whole
    }
}
