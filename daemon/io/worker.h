/* worker.h - the daemon's side of one child: started, greeted, spoken to, restarted with backoff.
 *
 * A child says {"hello":NAME,"version":1} first; then `ready` is called, which sends it what it needs. When it
 * ends, or says what cannot be read, `gone` is called with the reason and the child is started again: after 1 s,
 * doubling to 5 min, from the start again once it has worked for a minute. */
#ifndef TAAMIM_IO_WORKER_H
#define TAAMIM_IO_WORKER_H
#include "base/loop.h"
#include "base/wire.h"

struct worker;
struct worker_calls {
    void (*ready)(void *arg, struct worker *w);
    void (*message)(void *arg, struct worker *w, const json_t *message);
    void (*gone)(void *arg, struct worker *w, const char *why);
};

/* argv is copied; `name` is the one that the child's hello must say. Starts at the first worker_tend(). */
struct worker *worker_new(struct loop *l, const char *const argv[], const char *name, const struct worker_calls *calls,
                          void *arg);
void worker_free(
    struct worker
        *w); /* the channel is closed, which is the child's sign to end; the child is waited for by worker_reap() */
/* Starts what is due to be started; returns when to call again in clock_now_ms() terms, 0 = no need. */
int64_t worker_tend(struct worker *w);
bool worker_up(const struct worker *w); /* greeted, and its channel open */
/* False where it is not up. The message is stolen; a descriptor is duplicated. */
bool worker_send(struct worker *w, json_t *message, int fd);
/* Closes the channel and tells `gone` why; the child is started anew after its wait, as where it ended by itself.
 * Nothing happens where it is not running. */
void worker_end(struct worker *w, const char *why);
void worker_restart(struct worker *w,
                    const char *why); /* the same, but started anew at once: nothing is wrong with it. Where it is not
                                         running it waits no longer: new settings may be what it needs. */
void worker_signal(struct worker *w, int signal);
/* Collects ended children (SIGCHLD). */
void worker_reap(void);
/* The same for all of them, once their channels are closed: they are given so many seconds to end. */
void worker_await(int s);

#endif
