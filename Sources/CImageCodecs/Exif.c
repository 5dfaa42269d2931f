#include "Common.h"

static uint32_t number(const uint8_t *at, int bytes, int little) {
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint32_t)at[i] << 8 * (little ? i : bytes - 1 - i);
    return value;
}

// Tag 0x0112 of the first directory, one SHORT (Exif 2.3, 4.6.4).
uint32_t imgc_exif_orientation(const uint8_t *tiff, size_t length) {
    if (length < 8) return 0;
    int little = tiff[0] == 'I' && tiff[1] == 'I';
    if (!little && !(tiff[0] == 'M' && tiff[1] == 'M')) return 0;
    uint32_t start = number(tiff + 4, 4, little);
    if (start > length || length - start < 2) return 0;
    uint32_t entries = number(tiff + start, 2, little);
    for (uint32_t i = 0; i < entries; i++) {
        size_t at = (size_t)start + 2 + (size_t)i * 12;
        if (at + 12 > length) return 0;
        if (number(tiff + at, 2, little) == 0x0112 && number(tiff + at + 2, 2, little) == 3) {
            uint32_t value = number(tiff + at + 8, 2, little);
            return value >= 1 && value <= 8 ? value : 0;
        }
    }
    return 0;
}
