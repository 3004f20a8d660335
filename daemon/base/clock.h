/* clock.h - the only place that asks what time it is.
 *
 * An instant is seconds since 1970 UTC in an int64_t and its name ends in `_at`; 0 means "none". Tests set the clock
 * and move it; from then on it stands still between moves. */
#ifndef TAAMIM_BASE_CLOCK_H
#define TAAMIM_BASE_CLOCK_H
#include <stdint.h>

int64_t clock_now(void);        /* CLOCK_REALTIME, or what a test has set */
int64_t clock_now_ms(void);     /* the same in milliseconds, for rates and logs */
int64_t clock_boot(void);       /* CLOCK_BOOTTIME in seconds: runs on through suspend, never set by anyone */
void clock_set(int64_t now_at); /* tests only: virtual time from here on */
void clock_advance(int64_t s);  /* tests only: both clocks */
#endif
