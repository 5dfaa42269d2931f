// Tiles cut out of a picture, and put together again.

extension TileGrid {
    /// - Precondition: the picture has the grid's size.
    package func cut(_ tile: Tile, of image: Image) -> Image {
        precondition(image.width == width && image.height == height)
        return image.cropped(x: tile.x, y: tile.y, width: tileWidth, height: tileHeight)
    }

    /// - Precondition: the mask has the grid's size.
    package func cut(_ tile: Tile, of mask: Mask) -> Mask {
        precondition(mask.width == width && mask.height == height)
        return mask.cropped(x: tile.x, y: tile.y, width: tileWidth, height: tileHeight)
    }

    /// - Precondition: the plane has the grid's size.
    package func cut(_ tile: Tile, of plane: Plane) -> Plane {
        precondition(plane.width == width && plane.height == height)
        return plane.cropped(x: tile.x, y: tile.y, width: tileWidth, height: tileHeight)
    }

    /// The whole picture's map from its tiles' maps, `[height, width]`.
    ///
    /// A tile's map of another size is brought to the tile's (bilinear, half-pixel centres). Where tiles overlap,
    /// values are weighted by how far the pixel lies from each tile's border, along both axes: a detector sees least of
    /// what is around a pixel there, and so no edge runs through the map where a tile ends. Where one tile alone holds
    /// a pixel, its value is taken as it is.
    ///
    /// - Parameter map: of a tile, asked for row by row; one is held at a time.
    package func joined(_ map: (Tile) throws -> Plane) rethrows -> Plane {
        let across = columns.shares(), down = rows.shares()
        var joined = Plane(width: width, height: height)
        for tile in tiles {
            let plane = try map(tile).resizedBilinear(width: tileWidth, height: tileHeight)
            let (horizontal, vertical) = (across[tile.column], down[tile.row])
            joined.values.withUnsafeMutableBufferPointer { out in
                plane.values.withUnsafeBufferPointer { source in
                    for y in 0..<tileHeight {
                        let from = y * tileWidth, to = (tile.y + y) * width + tile.x, share = vertical[y]
                        for x in 0..<tileWidth { out[to + x] += source[from + x] * (share * horizontal[x]) }
                    }
                }
            }
        }
        return joined
    }

    /// The whole picture from its tiles as they were cut.
    ///
    /// - Parameter image: of a tile, asked for row by row.
    /// - Returns: nil when a tile has another size, or tiles differ in their channels.
    package func joined(_ image: (Tile) throws -> Image) rethrows -> Image? {
        var pixels: [UInt8] = []
        var channels = 0
        for tile in tiles {
            let part = try image(tile)
            if pixels.isEmpty {
                channels = part.channels
                pixels = [UInt8](repeating: 0, count: width * height * channels)
            }
            guard (part.width, part.height, part.channels) == (tileWidth, tileHeight, channels) else { return nil }
            let row = tileWidth * channels
            pixels.withUnsafeMutableBufferPointer { out in
                part.pixels.withUnsafeBufferPointer { source in
                    for y in 0..<tileHeight {
                        let to = ((tile.y + y) * width + tile.x) * channels
                        for index in 0..<row { out[to + index] = source[y * row + index] }
                    }
                }
            }
        }
        return Image(width: width, height: height, channels: channels, pixels: pixels)
    }
}
