#include "Common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

// A TIFF file in memory, and the properties of its first picture.
typedef struct {
    const uint8_t *bytes;
    uint64_t count;
    uint64_t position;
    char *message;
    int spoken;
    uint32_t width, height;
    uint16_t bits, samples, photometric, planar, format, compression, extra;
    int alpha;      // the sample behind the colours is alpha
    int multiplied; // alpha is multiplied into the colours
    int colours;    // samples that make the colour: 1, 3, 4 (inks)
} tiff_file;

// MARK: - The file in memory

static tmsize_t on_read(thandle_t handle, void *out, tmsize_t wanted) {
    tiff_file *file = handle;
    uint64_t left = file->position < file->count ? file->count - file->position : 0;
    if (wanted < 0) return -1;
    uint64_t step = (uint64_t)wanted < left ? (uint64_t)wanted : left;
    memcpy(out, file->bytes + file->position, step);
    file->position += step;
    return (tmsize_t)step;
}

static tmsize_t on_write(thandle_t handle, void *data, tmsize_t count) {
    (void)handle, (void)data, (void)count;
    return -1;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
    tiff_file *file = handle;
    uint64_t base = whence == SEEK_CUR ? file->position : whence == SEEK_END ? file->count : 0;
    file->position = base + offset;
    return file->position;
}

static int on_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle) { return ((tiff_file *)handle)->count; }

// Keeps only the first error, which is the cause. Warnings are ignored: they are about unused tags.
static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    tiff_file *file = user;
    if (!file->spoken) vsnprintf(file->message, IMGC_MESSAGE_SIZE, format, values);
    file->spoken = 1;
    return 1;
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list values) {
    (void)tiff, (void)user, (void)module, (void)format, (void)values;
    return 1;
}

static imgc_status say(tiff_file *file, imgc_status status, const char *text) {
    if (!file->spoken) imgc_say(file->message, text);
    file->spoken = 1;
    return status;
}

static imgc_status refuse(tiff_file *file, const char *what, unsigned value) {
    char text[IMGC_MESSAGE_SIZE];
    snprintf(text, sizeof text, what, value);
    file->spoken = 0;
    return say(file, imgc_unsupported, text);
}

// MARK: - The header

static imgc_status check_compression(tiff_file *file) {
    switch (file->compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_LZW:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS: return imgc_ok;
    default:
        return refuse(file, "TIFF with compression %u; none, LZW, deflate and PackBits are read", file->compression);
    }
}

static imgc_status check_samples(tiff_file *file, imgc_info *info) {
    if (file->format == SAMPLEFORMAT_IEEEFP) {
        if (file->bits != 32 || file->samples != 1)
            return refuse(file, "TIFF with floating-point samples of %u bits; 32 bits and one channel are read", file->bits);
    } else if (file->format != SAMPLEFORMAT_UINT && file->format != SAMPLEFORMAT_VOID) {
        return refuse(file, "TIFF with samples of kind %u; whole numbers without sign are read", file->format);
    } else if (file->bits != 1 && file->bits != 2 && file->bits != 4 && file->bits != 8 && file->bits != 16) {
        return refuse(file, "TIFF with %u bits a sample; 1, 2, 4, 8 and 16 are read", file->bits);
    }
    switch (file->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_PALETTE: file->colours = 1; break;
    case PHOTOMETRIC_RGB: file->colours = 3; break;
    case PHOTOMETRIC_SEPARATED: file->colours = 4; break;
    default: return refuse(file, "TIFF in the colour space %u; grey, palette, RGB and CMYK are read", file->photometric);
    }
    if (file->samples < file->colours || file->samples > file->colours + 1 || (file->colours == 4 && file->samples != 4))
        return refuse(file, "TIFF with %u samples a pixel", file->samples);
    if (file->bits < 8 && (file->samples != 1 || file->planar != PLANARCONFIG_CONTIG))
        return refuse(file, "TIFF with several samples of %u bits", file->bits);
    if (file->photometric == PHOTOMETRIC_PALETTE && file->bits > 8)
        return refuse(file, "TIFF with a palette of %u bits", file->bits);
    int palette = file->photometric == PHOTOMETRIC_PALETTE;
    if (file->samples == file->colours) file->alpha = 0;
    info->channels = file->alpha ? 4 : palette || file->colours >= 3 ? 3 : 1;
    info->palette = (uint32_t)palette;
    info->bit_depth = file->format == SAMPLEFORMAT_IEEEFP ? 32 : file->bits;
    return imgc_ok;
}

static imgc_status read_header(TIFF *tiff, tiff_file *file, const imgc_limits *limits, imgc_info *info) {
    uint16_t orientation = 1, extra_count = 0, *extra = NULL;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &file->width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &file->height))
        return say(file, imgc_corrupt, "the picture's size is missing");
    char text[IMGC_MESSAGE_SIZE];
    if (!imgc_size_allowed(file->width, file->height, limits, text)) {
        file->spoken = 0;
        return say(file, file->width == 0 || file->height == 0 ? imgc_corrupt : imgc_too_large, text);
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &file->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &file->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &file->format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &file->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &file->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &file->photometric))
        file->photometric = file->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra) && extra_count == 1 && extra)
        file->alpha = extra[0] == EXTRASAMPLE_ASSOCALPHA || extra[0] == EXTRASAMPLE_UNASSALPHA;
    file->multiplied = file->alpha && extra[0] == EXTRASAMPLE_ASSOCALPHA;
    info->width = file->width;
    info->height = file->height;
    info->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    imgc_status status = check_compression(file);
    return status == imgc_ok ? check_samples(file, info) : status;
}

// Refuses a second picture of full size, which would otherwise be ignored silently. Reduced copies and masks of the
// first one are allowed.
static imgc_status check_single(TIFF *tiff, tiff_file *file) {
    for (int page = 1; page < 64 && TIFFReadDirectory(tiff); page++) {
        uint32_t kind = 0;
        TIFFGetField(tiff, TIFFTAG_SUBFILETYPE, &kind);
        if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0)
            return refuse(file, "a TIFF of several pictures (%u or more); save each as a file", (unsigned)page + 1);
    }
    file->spoken = 0;
    return TIFFSetDirectory(tiff, 0) ? imgc_ok : say(file, imgc_corrupt, "the first directory is damaged");
}

// MARK: - Pixels

// One plane's rows as stored, `row_bytes` each.
static int read_rows(TIFF *tiff, tiff_file *file, uint16_t plane, uint8_t *rows, size_t row_bytes, uint64_t most) {
    if (!TIFFIsTiled(tiff)) {
        if ((uint64_t)TIFFScanlineSize64(tiff) != row_bytes) return 0;
        for (uint32_t y = 0; y < file->height; y++)
            if (TIFFReadScanline(tiff, rows + row_bytes * y, y, plane) < 0) return 0;
        return 1;
    }
    size_t pixel_bits = (size_t)file->bits * (file->planar == PLANARCONFIG_SEPARATE ? 1 : file->samples);
    uint32_t tile_width = 0, tile_height = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
    uint64_t size = TIFFTileSize64(tiff), tile_row = TIFFTileRowSize64(tiff);
    if (!tile_width || tile_width % 16 || !tile_height || !size || size > most || tile_row * tile_height > size) return 0;
    uint8_t *tile = malloc(size);
    if (!tile) return 0;
    int good = 1;
    for (uint32_t y = 0; good && y < file->height; y += tile_height) {
        for (uint32_t x = 0; good && x < file->width; x += tile_width) {
            if (TIFFReadTile(tiff, tile, x, y, 0, plane) < 0) {
                good = 0;
                break;
            }
            size_t start = (size_t)x * pixel_bits / 8;  // sides of tiles are multiples of 16
            size_t bytes = tile_row < row_bytes - start ? tile_row : row_bytes - start;
            for (uint32_t row = 0; row < tile_height && y + row < file->height; row++)
                memcpy(rows + row_bytes * (y + row) + start, tile + tile_row * row, bytes);
            if (file->width - x <= tile_width) break;
        }
        if (file->height - y <= tile_height) break;
    }
    free(tile);
    return good;
}

static uint32_t sample_at(const uint8_t *row, size_t index, uint16_t bits) {
    if (bits == 8) return row[index];
    if (bits == 16) {
        uint16_t value;
        memcpy(&value, row + 2 * index, 2);
        return value;
    }
    size_t bit = index * bits;
    return (row[bit / 8] >> (8 - bits - bit % 8)) & ((1u << bits) - 1);
}

static void put(uint8_t *out, size_t index, uint32_t value, uint32_t most, int sample_bytes) {
    if (sample_bytes == 2) {
        uint16_t wide = (uint16_t)value;
        memcpy(out + 2 * index, &wide, 2);
    } else {
        out[index] = (uint8_t)((value * 255u + most / 2) / most);  // rounded
    }
}

// Converts stored samples to grey, colour or colour with alpha.
static void convert(tiff_file *file, const uint8_t *const *planes, size_t row_bytes, uint16_t *const *palette, int sample_bytes,
                    const imgc_info *info, uint8_t *out) {
    uint32_t most = (1u << file->bits) - 1;
    int separate = file->planar == PLANARCONFIG_SEPARATE && file->samples > 1;
    for (uint32_t y = 0; y < file->height; y++) {
        for (uint32_t x = 0; x < file->width; x++) {
            uint32_t value[5] = {0};
            for (uint16_t s = 0; s < file->samples; s++)
                value[s] = separate ? sample_at(planes[s] + row_bytes * y, x, file->bits)
                                    : sample_at(planes[0] + row_bytes * y, (size_t)x * file->samples + s, file->bits);
            uint32_t alpha = value[file->colours];
            uint32_t range = most;
            if (file->multiplied && alpha)  // colours as they were before alpha was multiplied into them
                for (uint16_t c = 0; c < file->colours; c++) {
                    uint64_t whole = ((uint64_t)value[c] * most + alpha / 2) / alpha;
                    value[c] = whole < most ? (uint32_t)whole : most;
                }
            if (file->photometric == PHOTOMETRIC_MINISWHITE) value[0] = most - value[0];
            if (file->photometric == PHOTOMETRIC_PALETTE && sample_bytes == IMGC_INDICES) {
                out[(size_t)y * file->width + x] = (uint8_t)value[0];
                continue;
            }
            if (file->photometric == PHOTOMETRIC_PALETTE) {
                uint32_t index = value[0];
                for (int c = 0; c < 3; c++) value[c] = palette[c][index];
                // Colours have 16 bits; writers that meant 8 filled the upper byte.
                for (int c = 0; c < 3; c++) value[c] >>= 8;
                range = 255;
            }
            if (file->photometric == PHOTOMETRIC_SEPARATED)  // inks as they are: the share of light that each leaves
                for (int c = 0; c < 3; c++)
                    value[c] = (uint32_t)(((uint64_t)(most - value[c]) * (most - value[3]) + most / 2) / most);
            size_t at = ((size_t)y * file->width + x) * info->channels;
            int grey = file->colours == 1 && file->photometric != PHOTOMETRIC_PALETTE;
            for (uint32_t c = 0; c < (info->channels == 1 ? 1 : 3); c++)
                put(out, at + c, value[grey ? 0 : c], range, sample_bytes);
            if (info->channels == 4) put(out, at + 3, alpha, most, sample_bytes);
        }
    }
}

// Whether a grey picture of 16 bits uses the upper two. Data of 10 to 14 bits whose 0 is white can't be inverted without
// knowing their range: against 16 bits they would come out nearly white.
static int fills_range(const tiff_file *file, const uint8_t *raw) {
    size_t step = file->planar == PLANARCONFIG_SEPARATE ? 1 : file->samples;
    for (size_t index = 0; index < (size_t)file->width * file->height; index++)
        if (sample_at(raw, index * step, 16) >= 1u << 14) return 1;
    return 0;
}

static imgc_status read_pixels(TIFF *tiff, tiff_file *file, const imgc_limits *limits, int sample_bytes, imgc_info *info,
                               uint8_t **pixels) {
    if (sample_bytes == IMGC_INDICES && file->photometric != PHOTOMETRIC_PALETTE)
        return refuse(file, "TIFF in the colour space %u, not one with a palette", file->photometric);
    if (sample_bytes == 2 && info->bit_depth != 16) return refuse(file, "a TIFF of %u bits, not 16", info->bit_depth);
    if ((sample_bytes == 4) != (info->bit_depth == 32))
        return refuse(file, "TIFF with samples of %u bits, where others are wanted", info->bit_depth);
    uint16_t *palette[3] = {NULL, NULL, NULL};
    if (file->photometric == PHOTOMETRIC_PALETTE
        && !TIFFGetField(tiff, TIFFTAG_COLORMAP, &palette[0], &palette[1], &palette[2]))
        return say(file, imgc_corrupt, "the palette is missing");
    int separate = file->planar == PLANARCONFIG_SEPARATE && file->samples > 1;
    uint16_t planes = separate ? file->samples : 1;
    size_t row_bytes = ((size_t)file->width * (separate ? 1 : file->samples) * file->bits + 7) / 8;
    size_t plane_bytes = row_bytes * file->height;
    uint8_t *raw = malloc(plane_bytes * planes);
    if (!raw) return say(file, imgc_no_memory, "not enough memory");
    const uint8_t *plane[5] = {NULL};
    for (uint16_t p = 0; p < planes; p++) {
        plane[p] = raw + plane_bytes * p;
        if (!read_rows(tiff, file, p, raw + plane_bytes * p, row_bytes, limits->working_bytes)) {
            free(raw);
            return say(file, imgc_corrupt, "the pixels are damaged or cut off");
        }
    }
    if (sample_bytes == 4) {
        *pixels = raw;
        return imgc_ok;
    }
    if (file->photometric == PHOTOMETRIC_MINISWHITE && file->bits == 16 && !fills_range(file, raw)) {
        free(raw);
        return refuse(file, "a TIFF of %u bits in which 0 is white and the upper bits are empty; save it with 0 as black",
                      file->bits);
    }
    if (sample_bytes == IMGC_INDICES) info->channels = 1;
    uint8_t *out = malloc((size_t)info->width * info->height * info->channels * (sample_bytes == 2 ? 2 : 1));
    if (out) convert(file, plane, row_bytes, palette, sample_bytes, info, out);
    free(raw);
    if (!out) return say(file, imgc_no_memory, "not enough memory");
    *pixels = out;
    return imgc_ok;
}

static imgc_status read_tiff(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes, imgc_info *info,
                             uint8_t **pixels, char *message) {
    tiff_file file = {.bytes = bytes, .count = count, .message = message};
    if (pixels) *pixels = NULL;
    memset(info, 0, sizeof *info);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return say(&file, imgc_no_memory, "not enough memory");
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, &file);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, &file);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)limits->working_bytes);
    // "m": no memory mapping; everything is read through the functions above.
    TIFF *tiff = TIFFClientOpenExt("picture", "rm", &file, on_read, on_write, on_seek, on_close, on_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    if (!tiff) return say(&file, imgc_corrupt, "the header or the first directory is damaged");
    imgc_status status = check_single(tiff, &file);
    if (status == imgc_ok) status = read_header(tiff, &file, limits, info);
    if (status == imgc_ok && pixels) status = read_pixels(tiff, &file, limits, sample_bytes, info, pixels);
    TIFFClose(tiff);
    return status;
}

imgc_status imgc_tiff_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message) {
    return read_tiff(bytes, count, limits, 1, info, NULL, message);
}

imgc_status imgc_tiff_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes,
                             imgc_info *info, uint8_t **pixels, char *message) {
    return read_tiff(bytes, count, limits, sample_bytes, info, pixels, message);
}
