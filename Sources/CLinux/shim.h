// Calls of Linux that Swift can't make: they take a variable number of arguments, or Glibc's overlay doesn't have them.
#pragma once
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Has the kernel send `signal` to this process when the thread that started it ends. 0, or -1 with errno set.
static inline int clinux_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

/// Has the disk begin to write what was written to this file, without waiting for it (sync_file_range with
/// SYNC_FILE_RANGE_WRITE, which is 2). It promises nothing. 0, or -1 with errno set.
static inline int clinux_begin_flush(int file) {
#if defined(SYS_sync_file_range) && __SIZEOF_LONG__ == 8
    return (int)syscall(SYS_sync_file_range, file, 0L, 0L, 2u);
#else
    (void)file;
    return 0;
#endif
}

/// Gives the calling thread less of a busy processor than the process's other threads have: on Linux a nice value is a
/// thread's own. 0, or -1 with errno set.
static inline int clinux_yield_to_others(void) { return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 5); }
