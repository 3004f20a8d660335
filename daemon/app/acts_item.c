/* An officer's word on what a filed paper answers: an item, or nothing, since it is a covering letter alone. Either
 * takes back the other, and where the party stands is counted anew. */
#include <string.h>

#include "app/acts_reply.h"
#include "app/covers.h"
#include "app/filing.h"
#include "round/cover.h"

/* What the delegation is told, which lang_reasons.c has in all languages. */
#define COVER_ADVICE                                                                                                   \
    "this is a covering letter, and has been filed as such; the paper that it accompanies has not arrived, and is "    \
    "kindly requested."

static struct paper_row *nth_paper(struct daemon *d, struct arena *a, int64_t message, int64_t n, struct err *e)
{
    struct paper_row *rows;
    size_t count;

    if (!store_papers_of_message(d->store, a, message, &rows, &count, e))
        return NULL;
    if (n < 1 || (size_t)n > count) {
        err_perm(e, "reply %lld has %zu papers, not a paper %lld", (long long)message, count, (long long)n);
        return NULL;
    }
    return &rows[n - 1];
}

/* A round without items asks for one thing, and item 1 stands for it. */
static bool has_item(const struct round_view *v, int item, struct err *e)
{
    size_t last = v->spec->n_items ? v->spec->n_items : 1;

    return (item >= 1 && (size_t)item <= last) ||
           err_perm(e, "round %s has no item %d: its last is %zu", v->row.ref, item, last);
}

bool act_item(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;
    struct paper_row *p;
    struct round_view v;
    bool good;

    if (!reply_begin(d, a, act->message, &m, e))
        return false;
    p = nth_paper(d, a, m.id, act->paper, e);
    good = p && round_view(d, a, m.round, &v, e) && has_item(&v, act->item, e);
    if (good && p->item == act->item - 1 && strcmp(p->round, v.row.ref) == 0) {
        daemon_rollback(d);
        *text_out = arena_printf(a, "%s answers item %d already", p->name, act->item);
        return true;
    }
    if (good) {
        p->item = act->item - 1;
        p->round = v.row.ref; /* a held paper bears none yet: the word is of this round's items */
        good = store_update_paper(d->store, p, e) && filing_update_seat(d, a, &v, m.party, e) &&
               story(d, &(struct story_line){act->who, "item", m.round, m.party, m.id}, e, "%s answers item %d",
                     p->name, act->item);
        *text_out = arena_printf(a, "%s answers item %d", p->name, act->item);
    }
    return reply_done(d, a, &m, m.file, good, e);
}

/* ---- a covering letter alone */

/* Papers of one reply; n is small. */
struct chosen {
    struct paper_row *rows;
    size_t n, changed;
    const char *names;
};

static bool in_force(const struct paper_row *p)
{
    return p->current && !p->held;
}

static void choose(struct arena *a, struct chosen *c, const struct paper_row *p)
{
    ARENA_PUSH(a, c->rows, c->n, *p);
}

static bool choose_named(struct daemon *d, struct arena *a, const struct act *act, struct chosen *c, struct err *e)
{
    struct paper_row *p = nth_paper(d, a, act->message, act->paper, e);

    if (!p)
        return false;
    if (!in_force(p))
        return err_perm(e, "%s has a later version, and answers nothing", p->name);
    choose(a, c, p);
    return true;
}

/* Not named: those that look so; or the only one; or those of which it has been said. */
static bool choose_likely(struct daemon *d, struct arena *a, const struct round_view *v, const struct message_row *m,
                          struct chosen *c, struct err *e)
{
    struct paper_row *rows, *only = NULL;
    size_t n, papers = 0;
    unsigned alone;

    if (!store_papers_of_message(d->store, a, m->id, &rows, &n, e) || !covers_of(d, a, v, m->party, &alone, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!in_force(&rows[i]))
            continue;
        only = &rows[i];
        papers++;
        if (cover_meant(v->spec, alone, rows[i].item))
            choose(a, c, only);
    }
    for (size_t i = 0; c->n == 0 && papers > 1 && i < n; i++)
        if (rows[i].item == ITEM_COVER)
            choose(a, c, &rows[i]);
    if (c->n == 0 && papers == 1)
        choose(a, c, only);
    return c->n > 0 ||
           err_perm(e,
                    papers ? "reply %lld: which paper is the covering letter? --paper N; `taamim reply show "
                             "%lld` numbers them"
                           : "reply %lld has no paper in force; `taamim reply show %lld`",
                    (long long)m->id, (long long)m->id);
}

static bool set_aside(struct daemon *d, struct arena *a, const struct act *act, const struct message_row *m,
                      struct chosen *c, struct err *e)
{
    struct story_line line = {act->who, "cover", m->round, m->party, m->id};

    c->names = "";
    for (size_t i = 0; i < c->n; i++) {
        struct paper_row *p = &c->rows[i];

        c->names = arena_printf(a, "%s%s%s", c->names, i ? ", " : "", p->name);
        if (p->item == ITEM_COVER)
            continue;
        c->changed++;
        if (!filing_set_aside(d, a, p, e) || !story(d, &line, e, "%s is a covering letter alone", p->name))
            return false;
    }
    return true;
}

static bool tell_cover(struct daemon *d, struct arena *a, const struct message_row *m, const struct chosen *c,
                       struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        struct letter_paper about = {
            .name = c->rows[i].name, .sha256 = "", .item = ITEM_COVER, .trouble = COVER_ADVICE};
        const char *cause = arena_printf(a, "cover:%lld", (long long)c->rows[i].id);

        if (!reply_tell(d, a, &(struct reply_word){m, cause, &about}, e))
            return false;
    }
    return true;
}

static const char *cover_answer(struct daemon *d, struct arena *a, const struct round_view *v,
                                const struct message_row *m, const struct chosen *c)
{
    bool complete = filing_standing(d, a, v, m->party).complete;

    if (!c->changed)
        return arena_printf(a, "%s: a covering letter already", c->names);
    return arena_printf(a, "%s: a covering letter alone; %s", c->names,
                        complete ? "the answer is complete all the same"
                                 : "what it answered is open again, and reminders go on");
}

bool act_cover(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;
    struct round_view v;
    struct chosen c = {0};
    bool good;

    if (!reply_begin(d, a, act->message, &m, e))
        return false;
    good = (strcmp(m.state, "filed") == 0 || err_perm(e, "reply %lld is %s, not filed", (long long)m.id, m.state)) &&
           round_view(d, a, m.round, &v, e) &&
           (act->paper ? choose_named(d, a, act, &c, e) : choose_likely(d, a, &v, &m, &c, e)) &&
           set_aside(d, a, act, &m, &c, e) && filing_update_seat(d, a, &v, m.party, e) &&
           (!act->tell || tell_cover(d, a, &m, &c, e));
    if (good)
        *text_out = cover_answer(d, a, &v, &m, &c);
    if (!reply_done(d, a, &m, m.file, good, e))
        return false;
    daemon_round_changed(d);
    return true;
}
