#pragma once
#include "CImageCodecs.h"

/// The caller's message buffer, always ended with a zero.
void imgc_say(char *message, const char *text);

/// 1 when the header's numbers are within the limits; else 0, and `message` names the number that isn't.
int imgc_size_allowed(uint64_t width, uint64_t height, const imgc_limits *limits, char *message);

/// The orientation, 1...8, in an EXIF block (a TIFF file without a picture); 0 where it has none.
uint32_t imgc_exif_orientation(const uint8_t *tiff, size_t length);
