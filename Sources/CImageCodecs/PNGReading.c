#include "Common.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    const imgc_limits *limits;
    char *message;
    imgc_status status;
    jmp_buf escape;
    uint8_t *pixels;
    png_bytep *rows;
} reading;

static void on_error(png_structp png, png_const_charp text) {
    reading *state = png_get_error_ptr(png);
    if (state->status == imgc_ok) state->status = imgc_corrupt;
    imgc_say(state->message, text);
    longjmp(state->escape, 1);
}

// Warnings are about ancillary chunks (colour profiles, gamma), which are not used.
static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep out, size_t wanted) {
    reading *state = png_get_io_ptr(png);
    if (wanted > state->count - state->position) png_error(png, "the file ends too early");
    memcpy(out, state->bytes + state->position, wanted);
    state->position += wanted;
}

static void fail(png_structp png, reading *state, imgc_status status, const char *text) {
    state->status = status;
    png_error(png, text);
}

// The eXIf chunk may also follow the pixels (PNG specification, third edition, 11.3.4.6), so this walks through all
// chunks. Files that libpng refuses never get this far.
static uint32_t orientation_of(const reading *state) {
    size_t at = 8;
    while (state->count - at >= 12) {
        uint32_t length = png_get_uint_32(state->bytes + at);
        if (length > state->count - at - 12) break;
        if (memcmp(state->bytes + at + 4, "eXIf", 4) == 0) {
            uint32_t found = imgc_exif_orientation(state->bytes + at + 8, length);
            if (found) return found;
        }
        at += (size_t)length + 12;
    }
    return 1;
}

static void read_header(png_structp png, png_infop header, reading *state, imgc_info *info) {
    const imgc_limits *limits = state->limits;
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png, limits->side, limits->side);
    png_set_chunk_malloc_max(png, (png_alloc_size_t)limits->chunk_bytes);
    png_set_chunk_cache_max(png, limits->chunk_count);

    // libpng refuses a size beyond its limits with a vague message; the header is read here first, so that the message
    // has the numbers. Signature 8, length 4, "IHDR" 4, width 4, height 4 (PNG specification, 11.2.2).
    if (state->count < 24) fail(png, state, imgc_corrupt, "the file ends too early");
    uint32_t width = png_get_uint_32(state->bytes + 16), height = png_get_uint_32(state->bytes + 20);
    char text[IMGC_MESSAGE_SIZE];
    if (memcmp(state->bytes + 12, "IHDR", 4) == 0 && !imgc_size_allowed(width, height, limits, text))
        fail(png, state, width == 0 || height == 0 ? imgc_corrupt : imgc_too_large, text);

    png_read_info(png, header);
    int type = png_get_color_type(png, header);
    int transparent = png_get_valid(png, header, PNG_INFO_tRNS) != 0;
    info->width = png_get_image_width(png, header);
    info->height = png_get_image_height(png, header);
    info->bit_depth = png_get_bit_depth(png, header);
    info->orientation = orientation_of(state);
    info->palette = type == PNG_COLOR_TYPE_PALETTE;
    info->channels = (type & PNG_COLOR_MASK_ALPHA) || transparent ? 4 : type == PNG_COLOR_TYPE_GRAY ? 1 : 3;
}

static void read_pixels(png_structp png, png_infop header, reading *state, int sample_bytes, imgc_info *info) {
    int type = png_get_color_type(png, header);
    if (sample_bytes == IMGC_INDICES) {
        if (type != PNG_COLOR_TYPE_PALETTE) fail(png, state, imgc_unsupported, "not a PNG with a palette");
        png_set_packing(png);  // one byte an index
        info->channels = 1;
        sample_bytes = 1;
        type = PNG_COLOR_TYPE_GRAY;
    } else {
        png_set_expand(png);  // palette to colours, 1, 2 and 4 bits to 8 by scaling, tRNS to alpha
    }
    if (sample_bytes == 2) {
        if (info->bit_depth != 16) fail(png, state, imgc_unsupported, "not a 16-bit PNG");
        png_set_swap(png);  // the file is big-endian
    } else if (info->bit_depth == 16) {
        png_set_scale_16(png);  // rounded, not cut off
    }
    if (info->channels == 4 && !(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, header);

    size_t stride = (size_t)info->width * info->channels * (size_t)sample_bytes;
    if (png_get_rowbytes(png, header) != stride) fail(png, state, imgc_unsupported, "a pixel layout that isn't read");
    state->pixels = malloc(stride * info->height);
    state->rows = malloc(sizeof(png_bytep) * info->height);
    if (!state->pixels || !state->rows) fail(png, state, imgc_no_memory, "not enough memory");
    for (uint32_t y = 0; y < info->height; y++) state->rows[y] = state->pixels + stride * y;
    png_read_image(png, state->rows);
    png_read_end(png, NULL);  // a file without its last chunk is cut off
}

// setjmp can return twice only in this function, so it changes no variable of its own.
static void read_guarded(png_structp png, png_infop header, reading *state, int sample_bytes, imgc_info *info, int whole) {
    if (setjmp(state->escape)) return;
    read_header(png, header, state, info);
    if (whole) read_pixels(png, header, state, sample_bytes, info);
}

static imgc_status read_png(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes, imgc_info *info,
                            uint8_t **pixels, char *message) {
    reading state = {.bytes = bytes, .count = count, .limits = limits, .message = message, .status = imgc_ok};
    if (pixels) *pixels = NULL;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    if (!header) {
        png_destroy_read_struct(&png, NULL, NULL);
        imgc_say(message, "libpng could not be started");
        return imgc_no_memory;
    }
    png_set_read_fn(png, &state, on_read);
    read_guarded(png, header, &state, sample_bytes, info, pixels != NULL);
    free(state.rows);
    png_destroy_read_struct(&png, &header, NULL);
    if (state.status != imgc_ok) {
        free(state.pixels);
    } else if (pixels) {
        *pixels = state.pixels;
    }
    return state.status;
}

imgc_status imgc_png_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message) {
    return read_png(bytes, count, limits, 1, info, NULL, message);
}

imgc_status imgc_png_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, int sample_bytes, imgc_info *info,
                            uint8_t **pixels, char *message) {
    return read_png(bytes, count, limits, sample_bytes, info, pixels, message);
}

imgc_status imgc_png_check(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message) {
    imgc_status status = imgc_png_probe(bytes, count, limits, info, message);
    if (status != imgc_ok) return status;
    int has_pixels = 0;
    for (size_t at = 8; count - at >= 12;) {
        uint32_t length = png_get_uint_32(bytes + at);
        if (length > count - at - 12) break;
        // The checksum covers the chunk's name and its bytes (PNG specification, 5.3).
        if (crc32(crc32(0, NULL, 0), bytes + at + 4, length + 4) != png_get_uint_32(bytes + at + 8 + length)) {
            imgc_say(message, "a wrong checksum");
            return imgc_corrupt;
        }
        if (memcmp(bytes + at + 4, "IDAT", 4) == 0) has_pixels = 1;
        if (memcmp(bytes + at + 4, "IEND", 4) == 0) {
            if (has_pixels) return imgc_ok;
            imgc_say(message, "no pixels");
            return imgc_corrupt;
        }
        at += (size_t)length + 12;
    }
    imgc_say(message, "the file ends too early");
    return imgc_corrupt;
}

uint32_t imgc_png_checksum(const uint8_t *bytes, size_t count) {
    return (uint32_t)crc32_z(crc32(0, NULL, 0), bytes, count);
}
