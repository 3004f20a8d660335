/* loop.h - one poll loop: descriptors, signals, and the earliest wake-up.
 *
 * A turn of the loop: wait for a descriptor, a signal or the wake-up; call back whoever has something; then call the
 * tick, once. The tick looks at the time and does what is due. All runs in one thread; callbacks must not block. A
 * callback may watch, change, unwatch (itself too), ask for a wake-up and stop the loop; a descriptor that was
 * unwatched is not called back again, even if it had an event in the same turn. */
#ifndef TAAMIM_BASE_LOOP_H
#define TAAMIM_BASE_LOOP_H
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define LOOP_WATCHES_MAX 256
#define LOOP_WAIT_MAX_MS 60000 /* a turn at least this often, so that a clock that was set is noticed */

struct loop;
typedef void loop_watch_fn(void *arg, short revents);
typedef void loop_signal_fn(void *arg, int signal);
typedef void loop_tick_fn(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop *l); /* NULL is fine; closes no watched descriptor; signals stay blocked */

/* events: POLLIN, POLLOUT, both, or 0; errors and hang-ups are told in any case (POLLERR, POLLHUP: go on reading
 * until the end is seen, then unwatch). The descriptor stays the caller's: unwatch it before closing it. Watched
 * once at a time. False where LOOP_WATCHES_MAX are watched already: refuse the connection. */
bool loop_watch(struct loop *l, int fd, short events, loop_watch_fn *fn, void *arg);
void loop_change(struct loop *l, int fd, short events); /* no effect on a descriptor that is not watched */
void loop_unwatch(struct loop *l, int fd);              /* the same */

/* Blocks these signals and has them come to fn, in the loop. At most once per loop. */
bool loop_signals(struct loop *l, const int signals[], size_t n, loop_signal_fn *fn, void *arg, struct err *e);
void loop_tick(struct loop *l, loop_tick_fn *fn, void *arg); /* fn is called at the end of every turn; NULL for none */
/* Begin a turn no later than when clock_now_ms() reaches at_ms. The earliest of all that were asked for holds; once it
 * is reached it is forgotten, before the callbacks of that turn, so whoever still waits for something asks again (in
 * the tick). */
void loop_wake_at(struct loop *l, int64_t at_ms);

bool loop_turn(struct loop *l, int wait_max_ms, struct err *e); /* one turn; for tests and short waits */
/* Ticks once at the start, then turns until loop_stop(). False only where poll itself fails. */
bool loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l); /* loop_run returns at the end of this turn, its tick included */

#endif
