#pragma once
// PNG, JPEG, TIFF and WebP for Swift: libpng and libjpeg-turbo report errors by longjmp, which Swift must not see. Every
// function here catches it and returns a status; nothing jumps past this header.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    imgc_ok = 0,
    imgc_corrupt = 1,      // damaged or cut off
    imgc_unsupported = 2,  // a valid file of a kind that isn't read
    imgc_too_large = 3,    // beyond the limits
    imgc_no_memory = 4,
} imgc_status;

#define IMGC_MESSAGE_SIZE 256

/// The caller's limits, checked against the header before anything of the picture's size is allocated.
typedef struct {
    uint32_t side;             // pixels, width and height each
    uint64_t pixels;           // width * height
    uint64_t chunk_bytes;      // PNG: memory for one ancillary chunk
    uint32_t chunk_count;      // PNG: ancillary chunks kept
    uint32_t scans;            // JPEG: scans of a progressive file
    uint64_t working_bytes;    // JPEG and TIFF: the decoder's own memory
} imgc_limits;

typedef struct {
    uint32_t width;
    uint32_t height;
    uint32_t channels;         // 1, 3 or 4, as they come out of the decoder
    uint32_t bit_depth;        // of the file: 1, 2, 4, 8 or 16; 32: floating point (TIFF)
    uint32_t orientation;      // EXIF, 1...8; 1 where the file says nothing
    uint32_t lossy;            // 1: packed with loss, so that equal samples don't come out equal
    uint32_t palette;          // 1: samples are numbers of a palette's colours (PNG, TIFF)
} imgc_info;

/// Header only. `message` has room for IMGC_MESSAGE_SIZE bytes.
imgc_status imgc_png_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message);
imgc_status imgc_jpeg_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message);
imgc_status imgc_tiff_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message);
imgc_status imgc_webp_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message);

/// The header, and the checksum of every chunk up to the last one: whether the file is as it was written. Pixels are not
/// unpacked.
imgc_status imgc_png_check(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message);

/// As `sample_bytes`: the numbers of the palette's colours instead of the colours, one byte each (PNG or TIFF with a palette).
#define IMGC_INDICES 0

/// Interleaved samples, rows top to bottom without padding, in memory that the caller gives back with imgc_free.
/// `sample_bytes` 1: 8 bits a sample. 2 (only for 16-bit files): 16 bits in the machine's byte order. 4 (only for
/// floating-point TIFF of one channel): float.
imgc_status imgc_png_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes, imgc_info *info,
                            uint8_t **pixels, char *message);
imgc_status imgc_jpeg_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info,
                             uint8_t **pixels, char *message);
imgc_status imgc_tiff_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes,
                             imgc_info *info, uint8_t **pixels, char *message);
imgc_status imgc_webp_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info,
                             uint8_t **pixels, char *message);

/// PNG: fixed compression level and strategy; `filtered` 0 switches row filters off (masks pack better without). The
/// bytes written depend only on the pixels and the linked libpng and zlib.
imgc_status imgc_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int sample_bytes,
                            int filtered, uint8_t **bytes, size_t *count, char *message);
imgc_status imgc_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                             uint8_t **bytes, size_t *count, char *message);

/// The checksum of a PNG chunk, over its name and its bytes.
uint32_t imgc_png_checksum(const uint8_t *bytes, size_t count);

void imgc_free(void *memory);

#ifdef __cplusplus
}
#endif
