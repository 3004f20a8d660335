/* The sending children: each does one delivery at a time and has a few more waiting. One that ends leaves the
 * delivery it had begun uncertain: whether the server has the mail, nobody here knows. Those behind it were not
 * begun: it answers in order, and all its answers are read before its end is. */
#include "app/children.h"

#include <string.h>

#include "app/outbox.h"
#include "base/log.h"
#include "base/wire.h"

static void configure(struct sender *s)
{
    worker_send(s->worker, json_pack("{s:o}", "config", server_to_json(&s->of->daemon->orders.config->smtp)), -1);
}

void senders_configure(struct children *c)
{
    for (int i = 0; i < c->n_senders; i++)
        configure(&c->senders[i]);
}

static void ready(void *arg, struct worker *w)
{
    struct sender *s = arg;

    (void)w;
    configure(s);
    s->of->daemon->outbox_due = true;
}

static void message(void *arg, struct worker *w, const json_t *m)
{
    ARENA_SCOPED a = arena_new();
    struct sender *s = arg;
    struct send_outcome o;
    struct err e = {0};

    if (!send_outcome_from_json(a, m, &o, &e) || s->n == 0 || o.id != s->deliveries[0]) {
        worker_end(w, e.kind != ERR_NONE ? e.text : "it answered to another delivery");
        return;
    }
    memmove(s->deliveries, s->deliveries + 1, (size_t)--s->n * sizeof *s->deliveries);
    outbox_outcome(s->of->daemon, &o);
}

static void gone(void *arg, struct worker *w, const char *why)
{
    struct sender *s = arg;

    (void)w;
    log_event(LOG_LEVEL_WARNING, "sender_ended", "reason", why, NULL);
    for (int i = 0; i < s->n; i++)
        if (i == 0)
            outbox_lost(s->of->daemon, s->deliveries[i], why);
        else /* a connection that never was: it waits its turn again */
            outbox_outcome(s->of->daemon,
                           &(struct send_outcome){.id = s->deliveries[i], .stage = SEND_DATA, .text = why});
    s->n = 0;
}

bool senders_open(struct children *c, struct err *e)
{
    static const struct worker_calls calls = {ready, message, gone};
    ARENA_SCOPED a = arena_new();
    const char *argv[] = {child_path(a, c->daemon->orders.config, "send", e), NULL};

    if (!argv[0])
        return false;
    c->n_senders = c->daemon->orders.config->send_connections;
    if (c->n_senders < 1 || c->n_senders > SENDERS_MAX)
        c->n_senders = c->n_senders < 1 ? 1 : SENDERS_MAX;
    for (int i = 0; i < c->n_senders; i++) {
        c->senders[i].of = c;
        c->senders[i].worker = worker_new(c->loop, argv, "send", &calls, &c->senders[i]);
    }
    return true;
}

int senders_free(void *arg)
{
    struct children *c = arg;
    int n = 0;

    for (int i = 0; i < c->n_senders; i++)
        if (worker_up(c->senders[i].worker))
            n += SENDER_AHEAD - c->senders[i].n;
    return n;
}

/* The one with the least in hand. */
static struct sender *freest(struct children *c)
{
    struct sender *best = NULL;

    for (int i = 0; i < c->n_senders; i++)
        if (worker_up(c->senders[i].worker) && c->senders[i].n < SENDER_AHEAD && (!best || c->senders[i].n < best->n))
            best = &c->senders[i];
    return best;
}

void senders_send(void *arg, const struct send_job *job)
{
    struct children *c = arg;
    struct sender *s = freest(c);

    if (!s) {
        outbox_outcome(c->daemon,
                       &(struct send_outcome){.id = job->id, .stage = SEND_DATA, .text = "no sender was free"});
        return;
    }
    s->deliveries[s->n++] = job->id;
    worker_send(s->worker, send_job_to_json(job), -1);
}
