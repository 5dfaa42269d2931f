// Calls of Linux that Swift can't make because they take a variable number of arguments. This file can be removed once
// Glibc's overlay has them.
#pragma once
#include <sys/prctl.h>

/// Has the kernel send `signal` to this process when the thread that started it ends. 0, or -1 with errno set.
static inline int clinux_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
