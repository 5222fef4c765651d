/* Preloaded into a server, moves the wall clock that it sees by CLOCK_SKEW_MS, as if its machine's were wrong. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    const char *skew_ms = getenv("CLOCK_SKEW_MS");
    if (!failed && clock == CLOCK_REALTIME && skew_ms)
        now->tv_sec += atoll(skew_ms) / 1000;
    return failed;
}
