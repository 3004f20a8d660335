/* loop.c - the poll loop.
 *
 * Watches stand in an array in the order they came. While callbacks run, an unwatched one is only marked (its
 * descriptor becomes -1) and new ones are appended, so that the answers of this turn's poll still belong to the
 * entries they were asked for, even where a descriptor's number is used again at once. */
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct watch {
    int fd; /* -1 once unwatched */
    short events;
    loop_watch_fn *fn;
    void *arg;
};

struct loop {
    struct watch watches[LOOP_WATCHES_MAX];
    struct pollfd polled[LOOP_WATCHES_MAX];
    size_t n;
    int64_t wake_ms; /* INT64_MAX: none */
    bool stopped;
    loop_tick_fn *tick;
    void *tick_arg;
    int signal_fd;
    loop_signal_fn *signal_fn;
    void *signal_arg;
};

struct loop *loop_new(void)
{
    struct loop *l = mem_alloc(sizeof *l);
    l->wake_ms = INT64_MAX;
    l->signal_fd = -1;
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->signal_fd >= 0)
        close(l->signal_fd);
    free(l);
}

static struct watch *find(struct loop *l, int fd)
{
    for (size_t i = 0; i < l->n; i++)
        if (fd >= 0 && l->watches[i].fd == fd)
            return &l->watches[i];
    return NULL;
}

bool loop_watch(struct loop *l, int fd, short events, loop_watch_fn *fn, void *arg)
{
    if (fd < 0 || find(l, fd))
        abort();
    if (l->n == LOOP_WATCHES_MAX)
        return false;
    l->watches[l->n++] = (struct watch){.fd = fd, .events = events, .fn = fn, .arg = arg};
    return true;
}

void loop_change(struct loop *l, int fd, short events)
{
    struct watch *w = find(l, fd);
    if (w)
        w->events = events;
}

void loop_unwatch(struct loop *l, int fd)
{
    struct watch *w = find(l, fd);
    if (w)
        w->fd = -1;
}

static void forget_unwatched(struct loop *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->watches[i].fd >= 0)
            l->watches[kept++] = l->watches[i];
    l->n = kept;
}

static void signal_ready(void *arg, short revents)
{
    struct loop *l = arg;
    struct signalfd_siginfo info;
    (void)revents;
    while (read(l->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        l->signal_fn(l->signal_arg, (int)info.ssi_signo);
}

bool loop_signals(struct loop *l, const int signals[], size_t n, loop_signal_fn *fn, void *arg, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < n; i++)
        sigaddset(&set, signals[i]);
    if (l->signal_fd >= 0)
        abort();
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return err_perm(e, "cannot block the signals: %s", strerror(errno));
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return err_perm(e, "cannot receive signals: %s", strerror(errno));
    l->signal_fd = fd;
    l->signal_fn = fn;
    l->signal_arg = arg;
    return loop_watch(l, fd, POLLIN, signal_ready, l) || err_perm(e, "too many descriptors are watched");
}

void loop_tick(struct loop *l, loop_tick_fn *fn, void *arg)
{
    l->tick = fn;
    l->tick_arg = arg;
}

void loop_wake_at(struct loop *l, int64_t at_ms)
{
    if (at_ms < l->wake_ms)
        l->wake_ms = at_ms;
}

static int wait_ms(const struct loop *l, int wait_max_ms)
{
    if (l->wake_ms == INT64_MAX)
        return wait_max_ms;
    int64_t now = clock_now_ms();
    if (l->wake_ms <= now)
        return 0;
    /* Compared as unsigned: a wake-up in the far past or future must not overflow the difference. */
    uint64_t left = (uint64_t)l->wake_ms - (uint64_t)now;
    return left < (uint64_t)wait_max_ms ? (int)left : wait_max_ms;
}

static void dispatch(struct loop *l, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct watch w = l->watches[i];
        if (w.fd >= 0 && l->polled[i].revents)
            w.fn(w.arg, l->polled[i].revents);
    }
}

static void run_tick(struct loop *l)
{
    if (l->tick)
        l->tick(l->tick_arg);
}

bool loop_turn(struct loop *l, int wait_max_ms, struct err *e)
{
    forget_unwatched(l);
    size_t n = l->n;
    for (size_t i = 0; i < n; i++)
        l->polled[i] = (struct pollfd){.fd = l->watches[i].fd, .events = l->watches[i].events};
    int ready = poll(l->polled, n, wait_ms(l, wait_max_ms));
    if (ready < 0 && errno != EINTR)
        return err_perm(e, "cannot wait for events: %s", strerror(errno));
    if (clock_now_ms() >= l->wake_ms)
        l->wake_ms = INT64_MAX;
    if (ready > 0)
        dispatch(l, n);
    run_tick(l);
    return true;
}

bool loop_run(struct loop *l, struct err *e)
{
    l->stopped = false;
    run_tick(l);
    while (!l->stopped)
        if (!loop_turn(l, LOOP_WAIT_MAX_MS, e))
            return false;
    return true;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
}
