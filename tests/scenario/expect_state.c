/* What the store and the folders hold: standings, papers, held replies, deliveries, the story. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/marks.h"
#include "mail/address.h"
#include "mail/names.h"

/* ---- standings */

static bool seat(struct world *w, const struct line *l, struct seat_row *out, struct err *e)
{
    *out = (struct seat_row){0};
    if (!l->ref)
        return err_perm(e, "no round was launched yet");
    if (!store_seat(w->daemon->store, w->a, l->ref, l->words[0], out, e))
        return false;
    return out->party || err_perm(e, "%s is not in %s", l->words[0], l->ref);
}

static const char *standing(const struct seat_row *s)
{
    return s->complete_at ? "complete" : s->answered_at ? "answered in part" : "silent";
}

static bool expect_standing(struct world *w, const struct line *l, const char *wanted, struct err *e)
{
    struct seat_row s;

    return seat(w, l, &s, e) && (strcmp(standing(&s), wanted) == 0 || err_perm(e, "it is %s", standing(&s)));
}

static bool is_complete(struct world *w, const struct line *l, struct err *e)
{
    return expect_standing(w, l, "complete", e);
}
static bool is_in_part(struct world *w, const struct line *l, struct err *e)
{
    return expect_standing(w, l, "answered in part", e);
}
static bool is_silent(struct world *w, const struct line *l, struct err *e)
{
    return expect_standing(w, l, "silent", e);
}

static bool round_is(struct world *w, const struct line *l, struct err *e)
{
    struct round_row r;

    if (!l->ref || !store_round(w->daemon->store, w->a, l->ref, &r, e))
        return false;
    return (r.ref && strcmp(r.state, l->words[0]) == 0) || err_perm(e, "it is %s", r.ref ? r.state : "not there");
}

/* ---- papers */

static bool papers(struct world *w, const struct line *l, struct err *e)
{
    struct paper_row *rows;
    size_t n, current = 0;

    if (!l->ref || !store_papers(w->daemon->store, w->a, l->ref, l->words[1], &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        current += rows[i].current;
    return (long)current == strtol(l->words[0], NULL, 10) || err_perm(e, "there are %zu", current);
}

static const char *folder_of(struct world *w, const char *code)
{
    const struct party *p = register_find(w->daemon->orders.parties, code);

    return p ? name_clean(w->a, party_name(p, LANG_AR)) : code;
}

/* The file that a person opens over the share. */
static bool paper_lies(struct world *w, const struct line *l, struct err *e)
{
    const char *path = arena_printf(w->a, "papers/%s/%s/%s", spool_round_folder(w->a, l->ref ? l->ref : ""),
                                    folder_of(w, l->words[1]), l->words[0]);
    size_t n;
    const char *bytes = file_read(w->a, spool_full(w->daemon->spool, w->a, path), BUF_MAX, &n, e);

    return bytes &&
           (l->n < 3 || strstr(bytes, l->words[2]) || err_perm(e, "%s does not say \"%s\"", path, l->words[2]));
}

static bool has_version(struct world *w, const struct line *l, struct err *e)
{
    struct paper_row *rows;
    size_t n;

    if (!l->ref || !store_papers(w->daemon->store, w->a, l->ref, l->words[1], &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, l->words[0]) == 0 && rows[i].current)
            return rows[i].version == strtol(l->words[2], NULL, 10) || err_perm(e, "it is version %d", rows[i].version);
    return err_perm(e, "%s has no paper %s", l->words[1], l->words[0]);
}

/* ---- the last letter */

static bool letter_is(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    if (!mailbox_message(w, &m, e))
        return false;
    return (m.state && strcmp(m.state, l->words[0]) == 0) ||
           err_perm(e, "it is %s (%s, rule \"%s\") %s", m.state ? m.state : "unknown", m.kind, m.rule, m.why);
}

static bool letter_is_because(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    return letter_is(w, l, e) && mailbox_message(w, &m, e) &&
           (strstr(m.why, l->words[1]) || strstr(m.rule, l->words[1]) ||
            err_perm(e, "because \"%s\", \"%s\"", m.rule, m.why));
}

static bool letter_marked(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    return mailbox_message(w, &m, e) &&
           (mark_has(m.marks, l->words[0]) || err_perm(e, "its marks are \"%s\"", m.marks));
}

static bool letter_not_marked(struct world *w, const struct line *l, struct err *e)
{
    struct message_row m;

    return mailbox_message(w, &m, e) &&
           (!mark_has(m.marks, l->words[0]) || err_perm(e, "its marks are \"%s\"", m.marks));
}

static bool letter_moved(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    return (w->mailbox.n && w->mailbox.letters[w->mailbox.n - 1].moved) || err_perm(e, "it lies where it came");
}

static bool letter_stays(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    return (w->mailbox.n && !w->mailbox.letters[w->mailbox.n - 1].moved) || err_perm(e, "it was moved");
}

static bool count_messages(struct world *w, const struct line *l, const char *state, struct err *e)
{
    struct message_row *rows;
    size_t n;

    if (!store_messages(w->daemon->store, w->a, &(struct wanted){.round = NULL, .state = state, .most = 100000}, &rows,
                        &n, e))
        return false;
    return (long)n == strtol(l->words[0], NULL, 10) || err_perm(e, "there are %zu", n);
}

static bool count_held(struct world *w, const struct line *l, struct err *e)
{
    return count_messages(w, l, "held", e);
}
static bool count_known(struct world *w, const struct line *l, struct err *e)
{
    return count_messages(w, l, NULL, e);
}

/* ---- deliveries and the queue */

static const char *last_delivery(struct world *w, const char *address)
{
    struct round_row *rounds;
    struct notice_row *notices;
    struct delivery_row *rows;
    size_t n_rounds, n_notices, n;
    const char *state = "none";

    if (!store_rounds(w->daemon->store, w->a, NULL, &rounds, &n_rounds, NULL))
        return "unreadable";
    for (size_t r = n_rounds; r > 0; r--) {
        if (!store_notices(w->daemon->store, w->a, rounds[r - 1].ref, NULL, &notices, &n_notices, NULL))
            return "unreadable";
        for (size_t i = 0; i < n_notices; i++) {
            if (!store_deliveries_of(w->daemon->store, w->a, notices[i].id, &rows, &n, NULL))
                return "unreadable";
            for (size_t k = 0; k < n; k++)
                if (address_same(rows[k].address, address))
                    state = rows[k].state;
        }
    }
    return state;
}

static bool delivery_is(struct world *w, const struct line *l, struct err *e)
{
    const char *state = last_delivery(w, l->words[0]);

    return strcmp(state, l->words[1]) == 0 || err_perm(e, "it is %s", state);
}

static bool count_deliveries(struct world *w, const struct line *l, struct err *e)
{
    struct count_row *rows;
    size_t n;
    long found = 0;

    if (!store_delivery_counts(w->daemon->store, w->a, l->ref, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, l->words[1]) == 0)
            found = (long)rows[i].n;
    return found == strtol(l->words[0], NULL, 10) || err_perm(e, "there are %ld", found);
}

static bool queue_is(struct world *w, const struct line *l, struct err *e)
{
    const char *state = w->daemon->queue.stopped ? "stopped" : "running";

    return strcmp(state, l->words[0]) == 0 || err_perm(e, "it is %s", state);
}

/* ---- the story */

static bool story_tells(struct world *w, const struct line *l, struct err *e)
{
    struct event_row *rows;
    size_t n;
    const char *last = "";

    if (!store_events(w->daemon->store, w->a, NULL, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        last = arena_printf(w->a, "%s %s %s: %s", rows[i].who, rows[i].what, rows[i].party, rows[i].text);
        if (strstr(last, l->words[0]))
            return true;
    }
    return err_perm(e, "it does not; its last line is \"%s\"", last);
}

static bool officer_told(struct world *w, const struct line *l, struct err *e)
{
    return (w->answer && strstr(w->answer, l->words[0])) ||
           err_perm(e, "the answer was \"%s\"", w->answer ? w->answer : "");
}

const struct sentence expect_state_sentences[] = {
    {"expect PARTY complete", is_complete},
    {"expect PARTY answered in part", is_in_part},
    {"expect PARTY silent", is_silent},
    {"expect the round STATE", round_is},
    {"expect N papers of PARTY", papers},
    {"expect N paper of PARTY", papers},
    {"expect paper NAME of PARTY", paper_lies},
    {"expect paper NAME of PARTY saying TEXT", paper_lies},
    {"expect paper NAME of PARTY in version N", has_version},
    {"expect the letter STATE", letter_is},
    {"expect the letter STATE because REASON", letter_is_because},
    {"expect the letter marked MARK", letter_marked},
    {"expect the letter not marked MARK", letter_not_marked},
    {"expect the letter moved away", letter_moved},
    {"expect the letter left in place", letter_stays},
    {"expect N held", count_held},
    {"expect N letters known", count_known},
    {"expect delivery to ADDRESS is STATE", delivery_is},
    {"expect N deliveries STATE", count_deliveries},
    {"expect the queue STATE", queue_is},
    {"expect the story tells TEXT", story_tells},
    {"expect the officer told TEXT", officer_told},
    {NULL, NULL},
};
