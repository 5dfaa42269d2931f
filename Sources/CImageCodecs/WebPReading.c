#include "Common.h"

#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>

static uint32_t little(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

// A RIFF file: "RIFF", size, "WEBP", then chunks of four letters, size, data, padded to an even length (WebP container
// specification). The orientation stands in the chunk "EXIF".
static imgc_status read_container(const uint8_t *bytes, size_t count, imgc_info *info, char *message) {
    info->orientation = 1;
    if (count < 12 || (size_t)little(bytes + 4) + 8 > count) {
        imgc_say(message, "the file ends too early");
        return imgc_corrupt;
    }
    size_t end = (size_t)little(bytes + 4) + 8, at = 12;
    while (end - at >= 8) {
        size_t length = little(bytes + at + 4);
        const uint8_t *data = bytes + at + 8;
        if (length > end - at - 8) {
            imgc_say(message, "the file ends too early");
            return imgc_corrupt;
        }
        if (memcmp(bytes + at, "EXIF", 4) == 0) {
            // Some writers keep the six bytes in front that JPEG has.
            size_t skip = length >= 6 && memcmp(data, "Exif\0\0", 6) == 0 ? 6 : 0;
            uint32_t found = imgc_exif_orientation(data + skip, length - skip);
            if (found) info->orientation = found;
        }
        at += 8 + length + (length & 1);
        if (at > end) break;
    }
    return imgc_ok;
}

static imgc_status fail(VP8StatusCode code, char *message) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: imgc_say(message, "not enough memory"); return imgc_no_memory;
    case VP8_STATUS_UNSUPPORTED_FEATURE: imgc_say(message, "a kind of WebP that isn't read"); return imgc_unsupported;
    case VP8_STATUS_NOT_ENOUGH_DATA: imgc_say(message, "the file ends too early"); return imgc_corrupt;
    default: imgc_say(message, "the WebP data are damaged"); return imgc_corrupt;
    }
}

static imgc_status read_webp(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info,
                             uint8_t **pixels, char *message) {
    if (pixels) *pixels = NULL;
    memset(info, 0, sizeof *info);
    imgc_status status = read_container(bytes, count, info, message);
    if (status != imgc_ok) return status;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        imgc_say(message, "libwebp could not be started");
        return imgc_no_memory;
    }
    VP8StatusCode code = WebPGetFeatures(bytes, count, &config.input);
    if (code != VP8_STATUS_OK) return fail(code, message);
    if (config.input.has_animation) {
        imgc_say(message, "an animation");
        return imgc_unsupported;
    }
    if (!imgc_size_allowed((uint64_t)config.input.width, (uint64_t)config.input.height, limits, message))
        return imgc_too_large;
    info->width = (uint32_t)config.input.width;
    info->height = (uint32_t)config.input.height;
    info->channels = config.input.has_alpha ? 4 : 3;
    info->bit_depth = 8;
    info->lossy = config.input.format != 2;  // 2: lossless
    if (!pixels) return imgc_ok;

    size_t stride = (size_t)info->width * info->channels;
    uint8_t *samples = malloc(stride * info->height);
    if (!samples) {
        imgc_say(message, "not enough memory");
        return imgc_no_memory;
    }
    config.output.colorspace = info->channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.u.RGBA.rgba = samples;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * info->height;
    config.output.is_external_memory = 1;
    code = WebPDecode(bytes, count, &config);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK) {
        free(samples);
        return fail(code, message);
    }
    *pixels = samples;
    return imgc_ok;
}

imgc_status imgc_webp_probe(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info, char *message) {
    return read_webp(bytes, count, limits, info, NULL, message);
}

imgc_status imgc_webp_decode(const uint8_t *bytes, size_t count, const imgc_limits *limits, imgc_info *info,
                             uint8_t **pixels, char *message) {
    return read_webp(bytes, count, limits, info, pixels, message);
}
