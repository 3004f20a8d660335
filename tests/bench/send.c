/* send CONFIG: sends all that waits in the queue through the real senders and the daemon's own loop, and prints the
 * seconds that took: from the moment all senders are up until no delivery is anything but durably sent. */
#include <signal.h>
#include <string.h>

#include "app/children.h"
#include "app/outbox.h"
#include "base/clock.h"
#include "base/log.h"
#include "bench/bench.h"

#define PATIENCE_S 120

struct sending {
    struct daemon daemon;
    struct children children;
    struct loop *loop;
    int64_t outbox_at;
    double started, begun, ended;
};

static bool all_up(const struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        if (!worker_up(c->senders[i].worker))
            return false;
    return true;
}

static void tend(struct sending *s)
{
    for (int i = 0; i < s->children.n_senders; i++) {
        int64_t at_ms = worker_tend(s->children.senders[i].worker);

        if (at_ms)
            loop_wake_at(s->loop, at_ms);
    }
}

static bool queue_empty(struct sending *s)
{
    return s->daemon.n_outcomes == 0 && children_idle(&s->children) && store_next_delivery_at(s->daemon.store) == 0;
}

static void on_tick(void *arg)
{
    struct sending *s = arg;
    struct daemon *d = &s->daemon;

    tend(s);
    if (seconds_now() - s->started > PATIENCE_S)
        give_up("send", "not done in time");
    if (!s->begun) {
        if (!all_up(&s->children))
            return;
        s->begun = seconds_now();
        d->outbox_due = true;
    }
    if (d->outbox_due || (s->outbox_at && clock_now() >= s->outbox_at))
        s->outbox_at = outbox_turn(d);
    if (queue_empty(s)) {
        s->ended = seconds_now();
        loop_stop(s->loop);
    } else if (d->outbox_due) {
        loop_wake_at(s->loop, clock_now_ms());
    } else if (s->outbox_at) {
        loop_wake_at(s->loop, s->outbox_at * 1000);
    }
}

static void on_signal(void *arg, int signal)
{
    (void)arg, (void)signal;
    worker_reap();
}

/* Of all deliveries, what is not sent; text for a person, or NULL. */
static const char *unsent(struct sending *s, struct arena *a)
{
    struct count_row *rows;
    size_t n;
    struct err e = {0};

    if (!store_delivery_counts(s->daemon.store, a, NULL, &rows, &n, &e))
        return arena_strdup(a, e.text);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, delivery_state_names[DELIVERY_SENT]) != 0)
            return arena_printf(a, "%lld are %s", (long long)rows[i].n, rows[i].name);
    return n ? NULL : "there were none";
}

static void run(struct sending *s)
{
    static const int signals[] = {SIGCHLD};
    struct err e = {0};

    s->loop = loop_new();
    s->children.daemon = &s->daemon;
    s->children.loop = s->loop;
    s->daemon.ports = (struct ports){.arg = &s->children, .senders_free = senders_free, .send = senders_send};
    if (!loop_signals(s->loop, signals, 1, on_signal, s, &e))
        give_up("signals", e.text);
    if (!senders_open(&s->children, &e))
        give_up("senders", e.text);
    loop_tick(s->loop, on_tick, s);
    s->started = seconds_now();
    if (!loop_run(s->loop, &e))
        give_up("loop", e.text);
}

int main(int argc, char **argv)
{
    static struct sending s;
    ARENA_SCOPED a = arena_new();
    const char *why;

    if (argc != 2)
        give_up("usage", "send CONFIG");
    signal(SIGPIPE, SIG_IGN);
    log_open("send", LOG_LEVEL_WARNING);
    open_office(&s.daemon, argv[1]);
    run(&s);
    why = unsent(&s, a);
    if (why)
        give_up("deliveries", why);
    printf("%.3f\n", s.ended - s.begun);
    for (int i = 0; i < s.children.n_senders; i++)
        worker_free(s.children.senders[i].worker);
    close_office(&s.daemon);
    loop_free(s.loop);
    return EXIT_SUCCESS;
}
