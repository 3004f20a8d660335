/* bench.h - what the bench's programs share: an office opened without its children, the time, and giving up. */
#ifndef TAAMIM_TESTS_BENCH_H
#define TAAMIM_TESTS_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/daemon.h"

static inline void give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static inline double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline long number(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*end || end == text || n < 0)
        give_up("not a number", text);
    return n;
}

static inline void open_orders(struct daemon *d, const char *config)
{
    struct problems p = {0};

    if (!orders_load(&d->orders, config, &p))
        give_up(config, buf_text(&p.text));
}

static inline void open_office(struct daemon *d, const char *config)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};

    open_orders(d, config);
    d->spool = spool_open(d->orders.config->state_dir, true, NULL, &e);
    d->store = d->spool ? store_open(spool_full(d->spool, a, "taamim.db"), STORE_WRITE, &e) : NULL;
    if (!d->store)
        give_up(d->orders.config->state_dir, e.text);
}

static inline void close_office(struct daemon *d)
{
    store_close(d->store);
    spool_close(d->spool);
    orders_free(&d->orders);
}

/* The round that was launched last; its reference in the arena. */
static inline struct round_row newest_round(struct store *s, struct arena *a)
{
    struct round_row *rows;
    size_t n;
    struct err e = {0};

    if (!store_rounds(s, a, NULL, &rows, &n, &e) || n == 0)
        give_up("rounds", n == 0 ? "none was launched" : e.text);
    return rows[0];
}

#endif
