/* The fake folder for copies of what was sent. Like the collector it takes one copy at a time, looks for its
 * Message-ID where it is asked to, and reads the segments as they lie when it adds them. */
#include "scenario.h"

#include <stdlib.h>

#include "app/copies.h"
#include "crash.h"

bool sent_folder_append(void *world, const struct sent_copy *copy)
{
    struct world *w = world;
    struct sent_folder *f = &w->sent;

    if (f->conduct == COLLECTOR_AWAY)
        return false;
    crash_point(CRASH_COPY, CRASH_BEFORE);
    f->in_hand = copy->notice;
    f->look = copy->look;
    f->message_id = arena_strdup(w->a, copy->message_id);
    crash_point(CRASH_COPY, CRASH_AFTER);
    return true;
}

long sent_folder_count(const struct world *w, const char *message_id)
{
    long n = 0;

    for (size_t i = 0; i < w->sent.n; i++)
        n += strcmp(w->sent.ids[i], message_id) == 0;
    return n;
}

bool sent_folder_turn(struct world *w)
{
    struct sent_folder *f = &w->sent;
    int64_t notice = f->in_hand;
    bool taken = f->conduct == TAKES_COPIES || f->conduct == ENDS_AFTER_ONE;

    if (!notice || f->conduct == COLLECTOR_AWAY)
        return false;
    f->in_hand = 0;
    if (taken && !(f->look && sent_folder_count(w, f->message_id)))
        ARENA_PUSH(w->a, f->ids, f->n, f->message_id);
    if (f->conduct == ENDS_AFTER_ONE) { /* before it could say so */
        f->conduct = TAKES_COPIES;
        copies_begin(w->daemon);
    } else {
        crash_point(CRASH_COPIED, CRASH_BEFORE);
        copies_answered(w->daemon, notice, taken, taken ? "" : "APPEND: NO [OVERQUOTA] the mailbox is full");
        crash_point(CRASH_COPIED, CRASH_AFTER);
    }
    return true;
}

static bool conduct(struct world *w, enum sent_conduct c)
{
    w->sent.conduct = c;
    if (c == COLLECTOR_AWAY)
        w->sent.in_hand = 0;
    return true;
}

static bool is_away(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, COLLECTOR_AWAY);
}

static bool is_back(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    copies_begin(w->daemon);
    return conduct(w, TAKES_COPIES) && world_settle(w, e);
}

static bool takes_again(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, TAKES_COPIES);
}

static bool refuses(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, REFUSES_COPIES);
}

static bool ends_after_one(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, ENDS_AFTER_ONE);
}

static bool count(struct world *w, const struct line *l, struct err *e)
{
    return (size_t)strtol(l->words[0], NULL, 10) == w->sent.n || err_perm(e, "there are %zu", w->sent.n);
}

const struct sentence sent_folder_sentences[] = {
    {"collector is away", is_away},
    {"collector is back", is_back},
    {"sent folder refuses copies", refuses},
    {"sent folder takes copies", takes_again},
    {"collector ends after the next copy", ends_after_one},
    {"expect N copies of what was sent", count},
    {NULL, NULL},
};
