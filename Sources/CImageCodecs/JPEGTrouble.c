#include "JPEGTrouble.h"

#include <jerror.h>

static void on_error(j_common_ptr codec) {
    trouble *state = (trouble *)codec->err;
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, text);
    imgc_say(state->message, text);
    if (state->status == imgc_ok) {
        switch (codec->err->msg_code) {
        case JERR_OUT_OF_MEMORY: state->status = imgc_no_memory; break;
        case JERR_NO_BACKING_STORE: state->status = imgc_too_large; break;
        case JERR_CONVERSION_NOTIMPL:
        case JERR_SOF_UNSUPPORTED:
        case JERR_BAD_PRECISION:
#if JPEG_LIB_VERSION < 70 // Ubuntu's library has the interface of version 8, which has no such error.
        case JERR_ARITH_NOTIMPL:
#endif
            state->status = imgc_unsupported;
            break;
        default: state->status = imgc_corrupt;
        }
    }
    longjmp(state->escape, 1);
}

// After a warning (level -1), such as "premature end of file" or bad codes, the library makes up the remaining pixels.
// Two kinds are only about the header's version numbers and change no pixel.
static void on_message(j_common_ptr codec, int level) {
    int code = codec->err->msg_code;
    if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM) on_error(codec);
}

void imgc_start_errors(trouble *state, char *message) {
    jpeg_std_error(&state->manager);
    state->manager.error_exit = on_error;
    state->manager.emit_message = on_message;
    state->message = message;
    state->status = imgc_ok;
}
