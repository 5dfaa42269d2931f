#define _GNU_SOURCE
#include "COpenBLAS.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[512];
static __typeof__(&cblas_dgemm) dgemm;

static void fail(const char *reason) { strncpy(failure, reason ? reason : "no reason given", sizeof failure - 1); }

static void load(void) {
    // LibTorch exports BLAS names too: DEEPBIND lets this library's own calls find its own functions, LOCAL hides them from all others.
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!library) return fail(dlerror());
    dgemm = (__typeof__(dgemm))dlsym(library, "cblas_dgemm");
    if (!dgemm) return fail(dlerror());
    // One thread keeps the order of sums the same on any number of cores.
    void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
    if (set_threads) set_threads(1);
}

const char *copenblas_product_transposed(int rows, int columns, int depth, const double *a, const double *b, double *c) {
    pthread_once(&once, load);
    if (!dgemm) return failure;
    dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, depth, 1, a, depth, b, depth, 0, c, columns);
    return NULL;
}
