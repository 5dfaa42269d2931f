#include "JPEGTrouble.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    struct jpeg_progress_mgr manager;  // first, likewise
    uint32_t scans;
} watch;

typedef struct {
    struct jpeg_decompress_struct jpeg;
    trouble state;
    watch progress;
    uint8_t *pixels;
    uint8_t *inks;
} job;

static void on_progress(j_common_ptr codec) {
    watch *limits = (watch *)codec->progress;
    if (!codec->is_decompressor || ((j_decompress_ptr)codec)->input_scan_number <= (int)limits->scans) return;
    trouble *state = (trouble *)codec->err;
    state->status = imgc_too_large;
    snprintf(state->message, IMGC_MESSAGE_SIZE, "more than %u scans", limits->scans);
    longjmp(state->escape, 1);
}

// MARK: - Reading

static void read_header(struct jpeg_decompress_struct *jpeg, const uint8_t *bytes, size_t count, const imgc_limits *limits,
                        imgc_info *info) {
    trouble *state = (trouble *)jpeg->err;
    jpeg->mem->max_memory_to_use = (long)limits->working_bytes;
    jpeg_mem_src(jpeg, bytes, (unsigned long)count);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(jpeg, TRUE);
    if (!imgc_size_allowed(jpeg->image_width, jpeg->image_height, limits, state->message)) {
        state->status = imgc_too_large;
        longjmp(state->escape, 1);
    }
    info->width = jpeg->image_width;
    info->height = jpeg->image_height;
    info->channels = jpeg->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    info->bit_depth = 8;
    info->orientation = 1;
    info->lossy = 1;
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
        // APP1 holds "Exif\0\0" and a TIFF file (Exif 2.3, 4.7.2).
        if (marker->data_length < 6 || memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
        uint32_t found = imgc_exif_orientation(marker->data + 6, marker->data_length - 6);
        if (found) {
            info->orientation = found;
            break;
        }
    }
}

// Four inks to RGB. Files with four inks are written inverted by nearly every program (Adobe's convention: 255 is no ink),
// so a sample is already the share of light left: red = cyan * black / 255, rounded.
static void inks_to_colour(const uint8_t *inks, uint8_t *colour, uint32_t width) {
    for (uint32_t x = 0; x < width; x++)
        for (int c = 0; c < 3; c++) {
            uint32_t product = (uint32_t)inks[4 * x + c] * inks[4 * x + 3] + 128;
            colour[3 * x + c] = (uint8_t)((product + (product >> 8)) >> 8);
        }
}

static void read_pixels(job *work, const imgc_info *info) {
    struct jpeg_decompress_struct *jpeg = &work->jpeg;
    int four = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = four ? JCS_CMYK : info->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(jpeg);
    size_t stride = (size_t)info->width * info->channels;
    work->pixels = malloc(stride * info->height);
    if (four) work->inks = malloc((size_t)info->width * 4);
    if (!work->pixels || (four && !work->inks)) {
        work->state.status = imgc_no_memory;
        imgc_say(work->state.message, "not enough memory");
        longjmp(work->state.escape, 1);
    }
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = work->pixels + stride * jpeg->output_scanline;
        JSAMPROW target = four ? work->inks : row;
        jpeg_read_scanlines(jpeg, &target, 1);
        if (four) inks_to_colour(work->inks, row, info->width);
    }
    jpeg_finish_decompress(jpeg);
}

// setjmp can return twice only in this function, so it changes no variable of its own.
static void read_guarded(job *work, const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, int whole) {
    if (setjmp(work->state.escape)) return;
    jpeg_create_decompress(&work->jpeg);
    work->progress.manager.progress_monitor = on_progress;
    work->jpeg.progress = &work->progress.manager;
    read_header(&work->jpeg, bytes, count, limits, info);
    if (whole) read_pixels(work, info);
}

static imgc_status read_jpeg(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, uint8_t **pixels,
                             char *message) {
    job work;
    memset(&work, 0, sizeof work);
    work.progress.scans = limits->scans;
    imgc_start_errors(&work.state, message);
    work.jpeg.err = &work.state.manager;
    if (pixels) *pixels = NULL;
    read_guarded(&work, bytes, count, limits, info, pixels != NULL);
    free(work.inks);
    jpeg_destroy_decompress(&work.jpeg);
    if (work.state.status != imgc_ok) {
        free(work.pixels);
    } else if (pixels) {
        *pixels = work.pixels;
    }
    return work.state.status;
}

imgc_status imgc_jpeg_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message) {
    return read_jpeg(bytes, count, limits, info, NULL, message);
}

imgc_status imgc_jpeg_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, uint8_t **pixels,
                             char *message) {
    return read_jpeg(bytes, count, limits, info, pixels, message);
}
