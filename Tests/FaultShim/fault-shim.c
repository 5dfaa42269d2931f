// A library that tests load before a program (LD_PRELOAD): it counts system calls on files below a folder, and makes
// one of them fail or kills the process there. Not part of the product.
//
//   FAULT_UNDER    calls on paths that begin so, and on descriptors opened by them, are counted
//   FAULT_COUNTER  a file of 8 bytes that holds the count, shared with the processes that the program starts
//   FAULT_AT       the call that fails, counted from 1; 0 or absent: none
//   FAULT_KIND     an errno; -1: the process is killed; -2: a write takes half of its bytes; -3: the process is stopped
//   FAULT_CHANGES  an errno with which every call fails that would change something: a file system that is read only
//   FAULT_LOG      a file of one byte a call: 'w' where that call is a write of more than one byte, else '.'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { KILL = -1, SHORT = -2, STOP = -3, DESCRIPTORS = 65536, LOGGED = 1 << 20 };
enum { WRITES = 01 | 02 | 0100 /* O_WRONLY, O_RDWR, O_CREAT */ };

int dirfd(void *stream);

static const char *under;
static size_t under_length;
static _Atomic uint64_t *counter;
static uint64_t fails_at;
static int kind;
static int changes_fail;
static volatile char *calls;
static volatile char watched[DESCRIPTORS];

static void *mapped(const char *file, size_t size) {
    if (!file) return NULL;
    int descriptor = (int)syscall(SYS_openat, -100, file, 2 /* O_RDWR */ | 02000000 /* O_CLOEXEC */, 0);
    if (descriptor < 0) return NULL;
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    syscall(SYS_close, descriptor);
    return page == MAP_FAILED ? NULL : page;
}

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_KIND"), *changes = getenv("FAULT_CHANGES");
    const char *prefix = getenv("FAULT_UNDER");
    void *page = mapped(getenv("FAULT_COUNTER"), 8);
    if (!page || !prefix) return;
    calls = mapped(getenv("FAULT_LOG"), LOGGED);
    changes_fail = changes ? atoi(changes) : 0;
    fails_at = at ? strtoull(at, NULL, 10) : 0;
    kind = what ? atoi(what) : 0;
    under_length = strlen(prefix);
    counter = page;
    under = prefix;
}

static int concerns(const char *path) { return under && path && !strncmp(path, under, under_length); }
static int is_watched(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS && watched[descriptor]; }
static void watch(int descriptor, int how) {
    if (descriptor >= 0 && descriptor < DESCRIPTORS) watched[descriptor] = (char)how;
}

// Counts a call and returns whether it is the one that fails. Doesn't return if the process is to be killed.
static int strikes(char letter) {
    uint64_t number = ++*counter;
    if (calls && number <= LOGGED) calls[number - 1] = letter;
    if (!fails_at || number != fails_at) return 0;
    if (kind == KILL) syscall(SYS_kill, getpid(), SIGKILL);
    if (kind == STOP) syscall(SYS_kill, getpid(), SIGSTOP);
    return 1;
}

static int fails(int counts, int changes) {
    if (!counts) return 0;
    int is_struck = strikes('.') && kind > 0;
    if (is_struck) errno = kind;
    if (!is_struck && changes && changes_fail) {
        errno = changes_fail;
        return 1;
    }
    return is_struck;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        unsigned mode = va_arg(rest, unsigned); \
        va_end(rest); \
        int counts = concerns(path); \
        if (fails(counts, flags & WRITES)) return -1; \
        int descriptor = real(path, flags, mode); \
        watch(descriptor, counts); \
        return descriptor; \
    }
OPEN(open)
OPEN(open64)

int openat(int folder, const char *path, int flags, ...) {
    REAL(int, "openat", int, const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    unsigned mode = va_arg(rest, unsigned);
    va_end(rest);
    int counts = concerns(path) || is_watched(folder);
    if (fails(counts, flags & WRITES)) return -1;
    int descriptor = real(folder, path, flags, mode);
    watch(descriptor, counts);
    return descriptor;
}

int close(int descriptor) {
    REAL(int, "close", int);
    watch(descriptor, 0);
    return real(descriptor);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
    REAL(ssize_t, "read", int, void *, size_t);
    return fails(is_watched(descriptor), 0) ? -1 : real(descriptor, bytes, count);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t at) {
    REAL(ssize_t, "pread", int, void *, size_t, off_t);
    return fails(is_watched(descriptor), 0) ? -1 : real(descriptor, bytes, count, at);
}

// Half of the bytes to be written, if that is more than none.
static size_t shortened(int descriptor, size_t count, int *failed) {
    *failed = 0;
    if (!is_watched(descriptor) || !strikes(count > 1 ? 'w' : '.')) return count;
    if (kind == SHORT) return count > 1 ? count / 2 : count;
    if (kind > 0) {
        errno = kind;
        *failed = 1;
    }
    return count;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int failed;
    count = shortened(descriptor, count, &failed);
    return failed ? -1 : real(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    int failed;
    count = shortened(descriptor, count, &failed);
    return failed ? -1 : real(descriptor, bytes, count, at);
}

#define ON_DESCRIPTOR(name, ...) \
    int name(int descriptor) { \
        REAL(int, #name, int); \
        return fails(is_watched(descriptor), 0) ? -1 : real(descriptor); \
    }
ON_DESCRIPTOR(fsync)
ON_DESCRIPTOR(fdatasync)

int flock(int descriptor, int operation) {
    REAL(int, "flock", int, int);
    return fails(is_watched(descriptor), 0) ? -1 : real(descriptor, operation);
}

int ftruncate(int descriptor, off_t size) {
    REAL(int, "ftruncate", int, off_t);
    return fails(is_watched(descriptor), 1) ? -1 : real(descriptor, size);
}

#define ON_PATH(name) \
    int name(const char *path) { \
        REAL(int, #name, const char *); \
        return fails(concerns(path), 1) ? -1 : real(path); \
    }
ON_PATH(unlink)
ON_PATH(rmdir)

int mkdir(const char *path, unsigned mode) {
    REAL(int, "mkdir", const char *, unsigned);
    return fails(concerns(path), 1) ? -1 : real(path, mode);
}

#define ON_TWO_PATHS(name) \
    int name(const char *path, const char *other) { \
        REAL(int, #name, const char *, const char *); \
        return fails(concerns(path) || concerns(other), 1) ? -1 : real(path, other); \
    }
ON_TWO_PATHS(rename)
ON_TWO_PATHS(link)

#define STAT(name) \
    int name(const char *path, void *facts) { \
        REAL(int, #name, const char *, void *); \
        return fails(concerns(path), 0) ? -1 : real(path, facts); \
    }
STAT(stat)
STAT(lstat)

int fstat(int descriptor, void *facts) {
    REAL(int, "fstat", int, void *);
    return fails(is_watched(descriptor), 0) ? -1 : real(descriptor, facts);
}

// The first look into a folder is what asks the disk; further entries come from memory.
enum { UNREAD_FOLDER = 2 };

void *opendir(const char *path) {
    REAL(void *, "opendir", const char *);
    int counts = concerns(path);
    if (fails(counts, 0)) return NULL;
    void *stream = real(path);
    if (stream) watch(dirfd(stream), counts ? UNREAD_FOLDER : 0);
    return stream;
}

void *readdir(void *stream) {
    REAL(void *, "readdir", void *);
    int descriptor = dirfd(stream);
    if (is_watched(descriptor) && watched[descriptor] == UNREAD_FOLDER) {
        watch(descriptor, 1);
        if (fails(1, 0)) {
            // Asked again, it is as before.
            watch(descriptor, UNREAD_FOLDER);
            return NULL;
        }
    }
    return real(stream);
}

int closedir(void *stream) {
    REAL(int, "closedir", void *);
    watch(dirfd(stream), 0);
    return real(stream);
}
