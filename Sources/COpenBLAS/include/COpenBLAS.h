#pragma once
#include <stddef.h>

/// c = a · bᵀ in double precision, on one thread: a `[rows, depth]`, b `[columns, depth]`, c `[rows, columns]`, row by row.
///
/// Returns NULL, or the reason why OpenBLAS can't be used (static text of the loader; c is then unchanged). Sizes must
/// fit an int. Safe on several threads.
const char *copenblas_product_transposed(int rows, int columns, int depth, const double *a, const double *b, double *c);
