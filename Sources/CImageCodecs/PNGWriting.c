#include "Common.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t room;
    char *message;
    imgc_status status;
    jmp_buf escape;
} writing;

static void on_error(png_structp png, png_const_charp text) {
    writing *state = png_get_error_ptr(png);
    if (state->status == imgc_ok) state->status = imgc_unsupported;
    imgc_say(state->message, text);
    longjmp(state->escape, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void on_write(png_structp png, png_bytep data, size_t length) {
    writing *state = png_get_io_ptr(png);
    if (length > state->room - state->count) {
        size_t room = state->room ? state->room : 65536;
        while (room - state->count < length) room *= 2;
        uint8_t *larger = realloc(state->bytes, room);
        if (!larger) {
            state->status = imgc_no_memory;
            png_error(png, "not enough memory");
        }
        state->bytes = larger;
        state->room = room;
    }
    memcpy(state->bytes + state->count, data, length);
    state->count += length;
}

static void on_flush(png_structp png) { (void)png; }

// setjmp can return twice only in this function, so it changes no variable of its own.
static void write_guarded(png_structp png, png_infop header, writing *state, const uint8_t *pixels, uint32_t width,
                          uint32_t height, uint32_t channels, int sample_bytes, int filtered) {
    if (setjmp(state->escape)) return;
    int type = channels == 1 ? PNG_COLOR_TYPE_GRAY : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA;
    png_set_IHDR(png, header, width, height, 8 * sample_bytes, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    // All of zlib's settings are given, so that another version's defaults can't change the bytes.
    png_set_compression_level(png, 6);
    png_set_compression_mem_level(png, 8);
    png_set_compression_window_bits(png, 15);
    png_set_compression_method(png, 8);
    png_set_compression_strategy(png, filtered ? Z_FILTERED : Z_DEFAULT_STRATEGY);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, filtered ? PNG_ALL_FILTERS : PNG_FILTER_NONE);
    png_write_info(png, header);
    if (sample_bytes == 2) png_set_swap(png);
    size_t stride = (size_t)width * channels * (size_t)sample_bytes;
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + stride * y);
    png_write_end(png, NULL);
}

imgc_status imgc_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int sample_bytes,
                            int filtered, uint8_t **bytes, size_t *count, char *message) {
    writing state = {.message = message, .status = imgc_ok};
    *bytes = NULL;
    *count = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning);
    png_infop header = png ? png_create_info_struct(png) : NULL;
    if (!header) {
        png_destroy_write_struct(&png, NULL);
        imgc_say(message, "libpng could not be started");
        return imgc_no_memory;
    }
    png_set_write_fn(png, &state, on_write, on_flush);
    write_guarded(png, header, &state, pixels, width, height, channels, sample_bytes, filtered);
    png_destroy_write_struct(&png, &header);
    if (state.status != imgc_ok) {
        free(state.bytes);
        return state.status;
    }
    *bytes = state.bytes;
    *count = state.count;
    return imgc_ok;
}
