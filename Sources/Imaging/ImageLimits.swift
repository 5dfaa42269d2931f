internal import CImageCodecs

/// Upper limits for reading, checked against a file's header before memory of the picture's size is allocated.
package struct ImageLimits: Sendable, Equatable {
    /// Pixels a side. The largest known pictures in industrial data sets have 4096; 16384 leaves room.
    package var side = 16384
    /// Width times height: 2^27, 400 MB of RGB.
    package var pixels = 1 << 27
    /// Memory for one ancillary PNG chunk: 8 MB, as libpng's own default since 1.6.17 (libpng-history).
    package var chunkBytes = 8_000_000
    /// Ancillary PNG chunks kept: 128, libpng's own default.
    package var chunks = 128
    /// Scans of a progressive JPEG. The usual progression has 10; a file of thousands is made to keep the reader busy.
    package var scans = 100
    /// The JPEG and TIFF decoders' own memory, bytes; a progressive JPEG keeps 2 bytes per coefficient.
    package var workingBytes = 1 << 30
    /// The most bytes that a file may have.
    package var fileBytes = 1 << 30

    package init() {}

    package static let standard = ImageLimits()

    var forC: imgc_limits {
        imgc_limits(
            side: UInt32(clamping: side), pixels: UInt64(clamping: pixels), chunk_bytes: UInt64(clamping: chunkBytes),
            chunk_count: UInt32(clamping: chunks), scans: UInt32(clamping: scans),
            working_bytes: UInt64(clamping: workingBytes))
    }
}
