#pragma once
#include "Common.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr manager;  // first: the library hands back a pointer to it
    char *message;
    imgc_status status;
    jmp_buf escape;
} trouble;

/// Makes errors, and warnings after which pixels are made up, jump to `escape` with status and message set.
void imgc_start_errors(trouble *state, char *message);
