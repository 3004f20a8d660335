/* How everything stands at the end, as sorted lines: two tellings of a scenario that may be told apart by nobody have
 * the same. Left out is what chance decides (tokens, and so Message-IDs), and how often a delivery was tried. */
#include "scenario.h"

#include <stdlib.h>

#include "app/audit.h"
#include "crash.h"

struct listing {
    struct world *w;
    struct arena *a;
    struct crash_end *out;
    bool stopped; /* sending was, once */
};

static void add(struct listing *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct listing *s, const char *format, ...)
{
    va_list args;
    const char *line;

    va_start(args, format);
    line = arena_vprintf(s->a, format, args);
    va_end(args);
    ARENA_PUSH(s->a, s->out->lines, s->out->n, line);
}

/* ---- rounds, seats and what was written to them */

static bool add_seats(struct listing *s, const char *ref, struct err *e)
{
    struct seat_row *rows;
    size_t n;

    if (!store_seats(s->w->daemon->store, s->a, ref, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        add(s, "%s in %s: %s, deadline %s, steps %x, receipt %s", rows[i].party, ref,
            rows[i].complete_at   ? "complete"
            : rows[i].answered_at ? "answered in part"
                                  : "silent",
            rows[i].deadline_text, rows[i].steps_done, rows[i].receipt_due_at ? "due" : "not due");
    return true;
}

/* "reply:17" without the number: it is a row's, and a message told twice costs one. */
static const char *cause_of(struct arena *a, const char *cause)
{
    static const char *const numbered[] = {"reply:", "reject:", "alert:", "partner:", "nothing_new:"};

    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
        if (strncmp(cause, numbered[i], strlen(numbered[i])) == 0)
            return arena_strndup(a, cause, strlen(numbered[i]) - 1);
    return cause;
}

static bool add_notice(struct listing *s, const struct notice_row *n, struct err *e)
{
    struct delivery_row *rows;
    size_t many;

    if (!store_deliveries_of(s->w->daemon->store, s->a, n->id, &rows, &many, e))
        return false;
    for (size_t i = 0; i < many; i++)
        add(s, "%s of %s for %s (%s) to %s: %s, its copy %s", n->kind, n->round, n->party, cause_of(s->a, n->cause),
            rows[i].address, rows[i].state,
            n->copy_at > 0 ? "due"
            : n->copy_at   ? "settled"
                           : "not wanted");
    return true;
}

static bool add_notices(struct listing *s, const char *ref, struct err *e)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(s->w->daemon->store, s->a, ref, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!add_notice(s, &rows[i], e))
            return false;
    return true;
}

static bool add_rounds(struct listing *s, struct err *e)
{
    struct round_row *rows;
    size_t n;

    if (!store_rounds(s->w->daemon->store, s->a, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        add(s, "round %s: %s, deadline %s", rows[i].ref, rows[i].state, rows[i].deadline_text);
        if (!add_seats(s, rows[i].ref, e) || !add_notices(s, rows[i].ref, e))
            return false;
    }
    return add_notices(s, "", e);
}

/* ---- letters and papers */

/* held/17/name without the message's number. */
static const char *place_of(struct arena *a, const char *path)
{
    return strncmp(path, "held/", 5) == 0 ? arena_printf(a, "held/%s", strrchr(path, '/') + 1) : path;
}

static bool add_papers_of(struct listing *s, int64_t message, struct err *e)
{
    struct paper_row *rows;
    size_t n;

    if (!store_papers_of_message(s->w->daemon->store, s->a, message, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct paper_row *p = &rows[i];

        add(s, "paper %s of %s in %s: item %d, version %d%s%s, marks \"%s\", %s at %s", p->name, p->party, p->round,
            p->item, p->version, p->current ? ", in force" : "", p->held ? ", held" : "", p->marks, p->sha256,
            place_of(s->a, p->path));
    }
    return true;
}

static bool add_letters(struct listing *s, struct err *e)
{
    struct message_row *rows;
    size_t n;

    if (!store_messages(s->w->daemon->store, s->a, &(struct wanted){.round = NULL, .state = NULL, .most = 100000},
                        &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct message_row *m = &rows[i];

        add(s, "letter %s %lld from %s: %s, %s by \"%s\" (%s), %s in %s, marks \"%s\", at %s%s, receipt %s", m->mailbox,
            *m->mailbox ? (long long)m->uid : 0, m->sender, m->state, m->verdict, m->rule, m->why, m->party, m->round,
            m->marks, m->file, m->moved ? ", moved" : "", m->receipt ? "made" : "none");
        if (!add_papers_of(s, m->id, e))
            return false;
    }
    for (size_t i = 0; i < s->w->mailbox.n; i++)
        add(s, "mailbox %s: %s number %lld", s->w->mailbox.letters[i].mailbox,
            s->w->mailbox.letters[i].moved ? "moved away" : "has", (long long)s->w->mailbox.letters[i].uid);
    return true;
}

/* ---- the story, and what else is remembered */

/* What a mail went through on its way is not the same after a kill; that it arrived is told above. */
static bool is_of_a_delivery(const char *what)
{
    int state;

    return enum_by_name(delivery_state_names, DELIVERY_STATE_COUNT, what, &state);
}

static bool add_story(struct listing *s, struct err *e)
{
    struct event_row *rows;
    size_t n;

    if (!store_events(s->w->daemon->store, s->a, NULL, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].what, "queue_stopped") == 0)
            s->stopped = true;                          /* which of the mails under way met the refusal is chance */
        else if (strcmp(rows[i].what, "register") == 0) /* said again, the file has the change already */
            add(s, "story: %s changes the register for %s", rows[i].who, rows[i].party);
        else if (!is_of_a_delivery(rows[i].what))
            add(s, "story: %s %s %s in %s: %s", rows[i].who, rows[i].what, rows[i].party, rows[i].round, rows[i].text);
    return true;
}

static bool add_rest(struct listing *s, struct err *e)
{
    struct suppressed_row *rows;
    struct alert_row *alerts;
    size_t n;
    char sha256[65];
    int64_t size;

    if (!store_suppressed_list(s->w->daemon->store, s->a, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        add(s, "suppressed: %s", rows[i].address);
    if (!store_alerts(s->w->daemon->store, s->a, &alerts, &n, e) ||
        !file_sha256(world_path(s->w, "delegations.conf"), sha256, &size, e))
        return false;
    for (size_t i = 0; i < n; i++)
        add(s, "alert waits: %s %s", alerts[i].kind, alerts[i].text);
    add(s, "register %s", sha256);
    add(s, "queue %s", s->w->daemon->queue.stopped ? "stopped" : "running");
    return true;
}

/* ---- what left */

static bool is_same_mail(const struct kept_mail *a, const struct kept_mail *b)
{
    return strcasecmp(a->to, b->to) == 0 && strcmp(a->message_id, b->message_id) == 0;
}

static bool came_before(const struct post_office *o, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_same_mail(&o->mails[k], &o->mails[i]))
            return true;
    return false;
}

/* "News of the rounds: 3": where sending stopped, how many refusals came before that is chance. */
static const char *subject_of(const struct listing *s, const struct kept_mail *m)
{
    const char *number = strrchr(m->subject, ' ');

    if (!s->stopped || !number || strcmp(m->kind, "alert") != 0 || number[1 + strspn(number + 1, "0123456789")])
        return m->subject;
    return arena_strndup(s->a, m->subject, (size_t)(number - m->subject));
}

static void add_mails(struct listing *s)
{
    const struct post_office *o = &s->w->office;

    for (size_t i = 0; i < o->n_mails; i++)
        if (came_before(o, i))
            s->out->doubles++;
        else
            add(s, "mail: %s to %s: %s (%zu files)", o->mails[i].kind, o->mails[i].to, subject_of(s, &o->mails[i]),
                o->mails[i].n_attachments);
    add(s, "copies: %zu", s->w->sent.n);
}

/* What `taamim verify` would say. */
static bool add_audit(struct listing *s, struct err *e)
{
    struct audit found = {0};

    if (!audit_run(s->w->daemon->store, s->a, s->w->daemon->orders.config->state_dir, &found, e))
        return false;
    for (size_t i = 0; i < found.n_wrong; i++)
        add(s, "wrong: %s", found.wrong[i]);
    for (size_t i = 0; i < found.n_unknown; i++)
        add(s, "unknown: %s", found.unknown[i]);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool end_state(struct world *w, struct arena *a, struct crash_end *out, struct err *e)
{
    struct listing s = {.w = w, .a = a, .out = out};

    if (!add_rounds(&s, e) || !add_letters(&s, e) || !add_story(&s, e) || !add_rest(&s, e) || !add_audit(&s, e))
        return false;
    add_mails(&s);
    if (out->n)
        qsort(out->lines, out->n, sizeof *out->lines, by_text);
    return true;
}
