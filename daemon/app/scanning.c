/* Papers at the virus scanner. Some messages are in hand: their facts and decoded parts are kept, and their papers go
 * to the scanner one by one. All others are remembered by their number alone and parsed again when their turn has
 * come, so that a scanner that is away for a night costs neither memory nor room on the disk. What waits is lost with
 * the process and harmless: a restart parses every message that nobody has judged. */
#include "app/scanning.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "app/filing.h"
#include "app/ticker.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define AT_ONCE     8
#define ASK_EVERY_S 15 /* a scanner that is away */
#define AGAIN_S     10 /* after a failure of ours */
#define NOT_STARTED "taamim-scan does not run"

struct waiting {
    struct waiting *next;
    int64_t message;
    int64_t since_boot, not_before_boot;
    int tries;
    bool given; /* to the parser, again */
    char why[SCAN_TEXT_MAX + 1];
    json_t *facts; /* NULL: not in hand */
    int scratch_fd;
    struct arena *arena; /* of what was found; NULL where facts is */
    struct scanned found;
    bool *asked; /* by part */
    bool begun;  /* since it came in hand */
    size_t part, n_parts;
};

struct scanning {
    struct waiting *first; /* the oldest */
    int64_t asked;         /* the message of which a paper is at the scanner; 0: none */
    int64_t ask_at_boot;
};

static struct waiting *find(const struct daemon *d, int64_t message)
{
    struct waiting *w = d->scanning ? d->scanning->first : NULL;

    while (w && w->message != message)
        w = w->next;
    return w;
}

static struct waiting *add(struct daemon *d, int64_t message)
{
    struct waiting *w = mem_alloc(sizeof *w), **end;

    if (!d->scanning)
        d->scanning = mem_alloc(sizeof *d->scanning);
    for (end = &d->scanning->first; *end;)
        end = &(*end)->next;
    *w = (struct waiting){.message = message, .since_boot = clock_boot(), .scratch_fd = -1};
    return *end = w;
}

/* Out of hand: what is left is its number and how long it has waited. */
static void let_go(struct daemon *d, struct waiting *w, const char *why)
{
    if (why)
        snprintf(w->why, sizeof w->why, "%s", why);
    if (d->scanning->asked == w->message)
        d->scanning->asked = 0;
    json_decref(w->facts);
    fd_close(&w->scratch_fd);
    if (w->arena)
        arena_free(w->arena);
    w->facts = NULL;
    w->arena = NULL;
    w->given = false;
    d->scan_due = true;
}

void scanning_forget(struct daemon *d, int64_t message)
{
    struct waiting *w = find(d, message), **at;

    if (!w)
        return;
    let_go(d, w, NULL);
    for (at = &d->scanning->first; *at != w && (*at)->next;)
        at = &(*at)->next;
    *at = w->next;
    free(w);
}

void scanning_close(struct daemon *d)
{
    while (d->scanning && d->scanning->first)
        scanning_forget(d, d->scanning->first->message);
    free(d->scanning);
    d->scanning = NULL;
}

/* ---- what comes from the parser */

static bool is_to_scan(struct daemon *d, struct arena *a, const struct fact_part *part)
{
    return filing_is_paper(part) && !trouble_of_part(a, d->orders.config, part);
}

static bool brings_papers(struct daemon *d, const struct facts *f)
{
    ARENA_SCOPED a = arena_new();

    for (size_t i = 0; i < f->n_parts; i++)
        if (is_to_scan(d, a, &f->parts[i]))
            return true;
    return false;
}

static bool is_there(const struct daemon *d)
{
    return d->scan_watch.known && !d->scan_watch.away;
}

/* How long it waits for a scanner that is away; a long queue before one that works is no reason to give up. */
static int64_t patience_left(const struct daemon *d, const struct waiting *w)
{
    int64_t from = d->scan_watch.since_boot > w->since_boot ? d->scan_watch.since_boot : w->since_boot;

    return is_there(d) ? SCANNING_PATIENCE_S : from + SCANNING_PATIENCE_S - clock_boot();
}

static bool is_over(const struct daemon *d, const struct waiting *w)
{
    return w->tries >= SCANNING_TRIES || patience_left(d, w) <= 0;
}

static size_t in_hand(const struct scanning *s)
{
    size_t n = 0;

    for (const struct waiting *w = s->first; w; w = w->next)
        n += w->facts || w->given;
    return n;
}

/* Its facts outlive the parser's answer; false where a descriptor is missing: it waits. */
static bool take_in_hand(struct daemon *d, struct waiting *w, const struct parsed *p)
{
    w->scratch_fd = fcntl(p->scratch_fd, F_DUPFD_CLOEXEC, 0);
    if (w->scratch_fd < 0) {
        w->not_before_boot = clock_boot() + AGAIN_S;
        return false;
    }
    w->facts = facts_to_json(p->facts);
    w->arena = arena_new();
    w->found = (struct scanned){.why = NULL};
    w->n_parts = p->facts->n_parts;
    w->asked = arena_alloc(w->arena, (w->n_parts + 1) * sizeof *w->asked);
    for (w->part = 0; w->part < w->n_parts; w->part++)
        w->asked[w->part] = !is_to_scan(d, w->arena, &p->facts->parts[w->part]);
    w->part = 0;
    w->begun = false;
    return true;
}

bool scanning_holds_back(struct daemon *d, struct parsed *p)
{
    struct waiting *w;

    if (!d->orders.config->scanner || p->scanned || !p->facts || !brings_papers(d, p->facts))
        return false;
    w = find(d, p->message);
    if (!w)
        w = add(d, p->message);
    d->scan_due = true;
    w->given = false;
    if (w->facts) /* the parser's answer came twice */
        return true;
    if (is_over(d, w)) {
        if (!*w->why)
            snprintf(w->why, sizeof w->why, "%.*s", SCAN_TEXT_MAX, d->scan_watch.text);
        w->found = (struct scanned){.why = w->why};
        p->scanned = &w->found;
        return false;
    }
    if (is_there(d) && in_hand(d->scanning) < AT_ONCE)
        take_in_hand(d, w, p);
    return true;
}

/* ---- what comes from the scanner */

void scanning_state(struct daemon *d, bool up, const char *text)
{
    bool news = !d->scan_watch.known || d->scan_watch.away == up;

    ticker_server(d, &d->scan_watch, up, text);
    d->scan_due = true;
    d->ticker_due |= news;
    for (struct waiting *w = d->scanning && !up ? d->scanning->first : NULL; w; w = w->next)
        if (w->facts)
            let_go(d, w, text);
}

void scanning_answered(struct daemon *d, const struct scan_answer *answer)
{
    struct waiting *w = find(d, answer->id);

    if (!w || !w->facts || d->scanning->asked != answer->id)
        return;
    d->scanning->asked = 0;
    d->scan_due = true;
    switch (answer->result) {
    case SCAN_CLEAN: break;
    case SCAN_INFECTED: w->found.infected[w->part] = arena_strdup(w->arena, answer->text); break;
    case SCAN_FAILED: w->found.why = arena_strdup(w->arena, answer->text); break;
    case SCAN_AWAY: scanning_state(d, false, answer->text); return;
    }
    w->asked[w->part] = true;
}

/* ---- turning */

static int64_t size_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* All of its papers were seen: it is judged, and forgotten by that. Where this fails it is parsed and scanned anew. */
static void hand_back(struct daemon *d, struct waiting *w)
{
    ARENA_SCOPED a = arena_new();
    struct facts f;
    struct err e = {0};
    struct parsed p = {.message = w->message, .facts = &f, .scratch_fd = w->scratch_fd, .scanned = &w->found};

    if (facts_from_json(a, w->facts, size_of(w->scratch_fd), &f, &e) && inbox_parsed(d, &p, 1, &e))
        return;
    log_event(LOG_LEVEL_ERROR, "inbox", "message", arena_printf(a, "%lld", (long long)p.message), "reason", e.text,
              NULL);
    w = find(d, p.message);
    if (!w)
        return;
    w->not_before_boot = clock_boot() + AGAIN_S;
    w->tries = 0;
    let_go(d, w, NULL);
}

static void ask(struct daemon *d, struct waiting *w)
{
    const json_t *part = json_array_get(json_object_get(w->facts, "parts"), w->part);
    struct scan_job job = {.id = w->message,
                           .fd = w->scratch_fd,
                           .offset = wire_int(part, "offset", 0),
                           .size = wire_int(part, "size", 0)};

    if (!d->ports.scan || !d->ports.scan(d->ports.arg, &job)) {
        scanning_state(d, false, NOT_STARTED);
        return;
    }
    d->scanning->asked = w->message;
    w->tries += !w->begun;
    w->begun = true;
}

/* The oldest in hand goes first. True: something was done, and there may be more. */
static bool go_on(struct daemon *d)
{
    struct scanning *s = d->scanning;

    for (struct waiting *w = s->asked ? NULL : s->first; w; w = w->next) {
        if (!w->facts)
            continue;
        while (w->part < w->n_parts && w->asked[w->part])
            w->part++;
        if (w->part < w->n_parts && is_there(d))
            ask(d, w);
        else if (w->part == w->n_parts)
            hand_back(d, w);
        return true;
    }
    return false;
}

static void parse_again(struct daemon *d, struct waiting *w)
{
    ARENA_SCOPED a = arena_new();
    struct message_row m = {0};

    if (!store_message(d->store, a, w->message, &m, NULL)) {
        w->not_before_boot = clock_boot() + AGAIN_S;
        return;
    }
    if (m.state && strcmp(m.state, "collected") != 0) /* judged, and could not be put where it belongs */
        m.file = arena_printf(a, "incoming/%s", collected_name(a, m.mailbox, m.uidvalidity, m.uid));
    if (!m.state || !file_exists(spool_full(d->spool, a, m.file))) {
        scanning_forget(d, w->message);
        return;
    }
    w->given = true;
    d->ports.parse(d->ports.arg, w->message, spool_full(d->spool, a, m.file));
}

/* Whose turn has come, or whose patience has ended; the list may be shorter afterwards. */
static void give_to_parser(struct daemon *d)
{
    struct scanning *s = d->scanning;
    bool scans = d->orders.config->scanner != NULL;
    size_t n = in_hand(s);

    for (struct waiting *w = s->first, *next; w; w = next) {
        next = w->next;
        if (w->facts && !scans) /* the scanner was taken out of the configuration */
            let_go(d, w, NULL);
        if (!w->facts && !w->given && clock_boot() >= w->not_before_boot &&
            (!scans || is_over(d, w) || (is_there(d) && n < AT_ONCE))) {
            n++;
            parse_again(d, w);
        }
    }
}

/* A scanner that is away is asked whether it is back. */
static void ask_whether_back(struct daemon *d)
{
    struct scanning *s = d->scanning;

    if (is_there(d) || s->asked || clock_boot() < s->ask_at_boot)
        return;
    s->ask_at_boot = clock_boot() + ASK_EVERY_S;
    if (d->ports.scan)
        d->ports.scan(d->ports.arg, NULL);
}

static int64_t next_turn(const struct daemon *d)
{
    const struct scanning *s = d->scanning;
    int64_t next = d->orders.config->scanner && !is_there(d) ? ASK_EVERY_S : 0;

    for (const struct waiting *w = s->first; w; w = w->next) {
        int64_t wait_s = patience_left(d, w);

        if (w->facts || w->given)
            continue;
        if (w->not_before_boot > clock_boot())
            wait_s = w->not_before_boot - clock_boot();
        if (wait_s > 0 && (next == 0 || wait_s < next))
            next = wait_s;
    }
    return next ? clock_now() + next : 0;
}

int64_t scanning_turn(struct daemon *d)
{
    if (!d->orders.config->scanner)
        d->scan_watch = (struct server_watch){.told = d->scan_watch.told};
    if (!d->scanning)
        d->scanning = mem_alloc(sizeof *d->scanning);
    give_to_parser(d);
    while (d->orders.config->scanner && go_on(d))
        if (d->scanning->asked || !is_there(d))
            break;
    if (d->orders.config->scanner)
        ask_whether_back(d);
    return next_turn(d);
}
