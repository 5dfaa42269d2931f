#include "JPEGTrouble.h"

#include <stdlib.h>
#include <string.h>

#include <jerror.h>

// A destination of our own, because the library's memory destination leaks its buffer after an error.
typedef struct {
    struct jpeg_destination_mgr manager;  // first: the library hands back a pointer to it
    uint8_t *bytes;
    size_t count;
    size_t room;
} destination;

typedef struct {
    struct jpeg_compress_struct jpeg;
    trouble state;
    destination out;
} job;

static void make_room(j_compress_ptr jpeg, size_t room) {
    destination *out = (destination *)jpeg->dest;
    uint8_t *larger = realloc(out->bytes, room);
    if (!larger) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    size_t used = out->room;  // called when the buffer is full
    out->bytes = larger;
    out->room = room;
    out->manager.next_output_byte = larger + used;
    out->manager.free_in_buffer = room - used;
}

static void on_start(j_compress_ptr jpeg) { make_room(jpeg, 65536); }

static boolean on_full(j_compress_ptr jpeg) {
    make_room(jpeg, ((destination *)jpeg->dest)->room * 2);
    return TRUE;
}

static void on_end(j_compress_ptr jpeg) {
    destination *out = (destination *)jpeg->dest;
    out->count = out->room - out->manager.free_in_buffer;
}

// setjmp can return twice only in this function, so it changes no variable of its own.
static void write_guarded(job *work, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality) {
    if (setjmp(work->state.escape)) return;
    struct jpeg_compress_struct *jpeg = &work->jpeg;
    jpeg_create_compress(jpeg);
    work->out.manager.init_destination = on_start;
    work->out.manager.empty_output_buffer = on_full;
    work->out.manager.term_destination = on_end;
    jpeg->dest = &work->out.manager;
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = (int)channels;
    jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_compress(jpeg, TRUE);
    size_t stride = (size_t)width * channels;
    while (jpeg->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(pixels + stride * jpeg->next_scanline);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

imgc_status imgc_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                             uint8_t **bytes, size_t *count, char *message) {
    job work;
    memset(&work, 0, sizeof work);
    imgc_start_errors(&work.state, message);
    work.jpeg.err = &work.state.manager;
    *bytes = NULL;
    *count = 0;
    write_guarded(&work, pixels, width, height, channels, quality);
    jpeg_destroy_compress(&work.jpeg);
    if (work.state.status != imgc_ok) {
        free(work.out.bytes);
        return work.state.status;
    }
    *bytes = work.out.bytes;
    *count = work.out.count;
    return imgc_ok;
}
