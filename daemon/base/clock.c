/* clock.c - asks the time, for everyone.
 *
 * A test that sets the clock makes both clocks stand still; setting it again moves civil time alone, as an
 * administrator would, and advancing moves both, as waiting would. */
#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static struct {
    bool on;
    int64_t now_at, boot_s;
} standing;

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        abort();
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
    return standing.on ? standing.now_at * 1000 : read_ms(CLOCK_REALTIME);
}

int64_t clock_now(void)
{
    return standing.on ? standing.now_at : read_ms(CLOCK_REALTIME) / 1000;
}

int64_t clock_boot(void)
{
    return standing.on ? standing.boot_s : read_ms(CLOCK_BOOTTIME) / 1000;
}

void clock_set(int64_t now_at)
{
    if (!standing.on)
        standing.boot_s = clock_boot();
    standing.on = true;
    standing.now_at = now_at;
}

void clock_advance(int64_t s)
{
    if (!standing.on)
        clock_set(clock_now());
    standing.now_at += s;
    standing.boot_s += s;
}
