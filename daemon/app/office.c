/* Writes to the officers. What happened waits as alert rows and leaves grouped, at most one mail in the configured
 * time; papers that were filed go with it up to the configured size. The digest of a morning is posted once, by its
 * date. */
#include "app/office.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/matrix.h"
#include "app/marks.h"
#include "app/post.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/address.h"
#include "mail/compose.h"
#include "mail/names.h"

#define DOCUMENTS_MAX       30
#define LINES_MAX           100 /* of one mail; what is more waits for the next */
#define TEXT_ROOM           (300 << 10)
#define AGAIN_S             60
#define OFFICE_MAILS_KEPT_S (30 * 86400)

struct bulletin {
    struct letter_alert *alerts;
    size_t n;
    struct post_document documents[DOCUMENTS_MAX];
    size_t n_documents;
    int64_t attached;
    const char *boundary;
};

static struct contact officer_contact(const struct officer *o)
{
    return (struct contact){.role = ROLE_OTHER, .address = o->address, .name = o->name, .langs = LANG_BIT(o->lang)};
}

static bool post_to_officer(struct daemon *d, struct arena *a, const struct post *pattern,
                            const struct officer *officer, struct err *e)
{
    struct contact to = officer_contact(officer);
    const struct contact *list[] = {&to};
    struct post p = *pattern;
    int64_t notice;

    p.to = list;
    p.n_to = 1;
    p.letter.langs = to.langs;
    p.letter.by_mail = officer->rights & RIGHT_BIT(MAY_DECIDE);
    p.cause = arena_printf(a, "%s:%s", pattern->cause, to.address);
    return post(d, a, &p, &notice, e) || err_prefix(e, "mail to the officer %s", to.address);
}

/* One mail per officer, in the officer's language; all of them or none. */
static bool post_to_officers(struct daemon *d, struct arena *a, const struct post *pattern, struct err *e)
{
    const struct config *c = d->orders.config;

    for (size_t i = 0; i < c->n_officers; i++)
        if (!post_to_officer(d, a, pattern, &c->officers[i], e))
            return false;
    return true;
}

static bool attach(struct daemon *d, struct arena *a, struct bulletin *b, const struct paper_row *p, struct err *e)
{
    const char *part = arena_printf(a, "outgoing/office/paper-%lld-%s.part", (long long)p->id, b->boundary);
    /* papers/ is a share: what lies there now may be a link or a pipe. */
    FD_SCOPED fd = open(spool_full(d->spool, a, p->path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    int64_t size;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        log_event(LOG_LEVEL_WARNING, "attach", "path", p->path, "reason", strerror(errno), NULL);
        return true; /* the alert says where the paper lies; it is not worth less without the copy */
    }
    if (!file_mkdirs(spool_full(d->spool, a, "outgoing/office"), 0700, e))
        return false;
    if (!compose_document(fd, p->name, NULL, b->boundary, spool_full(d->spool, a, part), &size, e)) {
        log_event(LOG_LEVEL_WARNING, "attach", "path", p->path, "reason", e->text, NULL);
        *e = (struct err){0};
        return true;
    }
    b->documents[b->n_documents++] = (struct post_document){part, size};
    b->attached += size;
    return true;
}

/* The server's limit counts for the whole mail, whose text needs room, too. */
static int64_t attach_most(const struct daemon *d)
{
    const struct config *c = d->orders.config;
    int64_t server = c->max_message_bytes ? c->max_message_bytes : d->server_size, room = server / 4 * 3 - TEXT_ROOM;

    if (server <= 0 || room > c->alert_attach_bytes)
        return c->alert_attach_bytes;
    return room > 0 ? room : 0;
}

static bool attach_papers(struct daemon *d, struct arena *a, struct bulletin *b, int64_t message, struct err *e)
{
    struct paper_row *rows;
    size_t n;

    if (!message || !store_papers_of_message(d->store, a, message, &rows, &n, e))
        return !message;
    for (size_t i = 0; i < n && b->n_documents < DOCUMENTS_MAX; i++)
        if (!rows[i].held && !mark_has(rows[i].marks, MARK_ARCHIVE) &&
            b->attached + rows[i].size * 4 / 3 <= attach_most(d) && !attach(d, a, b, &rows[i], e))
            return false;
    return true;
}

/* A reply may be told of several times, that it was filed and what is noteworthy about it: its papers go along once. */
static bool told_already(const struct bulletin *b, int64_t message)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->alerts[i].message == message)
            return true;
    return false;
}

static bool gather(struct daemon *d, struct arena *a, struct bulletin *b, const struct alert_row *rows, size_t n,
                   struct err *e)
{
    char token[17];

    random_token(token);
    b->boundary = arena_printf(a, "=_taamim_%s", token);
    b->alerts = arena_alloc(a, (n + 1) * sizeof *b->alerts);
    for (size_t i = 0; i < n; i++) {
        if (!told_already(b, rows[i].message) && !attach_papers(d, a, b, rows[i].message, e))
            return false;
        b->alerts[b->n++] = (struct letter_alert){
            .kind = rows[i].kind,
            .ref = rows[i].round,
            .party_code = rows[i].party,
            .party = register_find(d->orders.parties, rows[i].party),
            .message = rows[i].message,
            .at = rows[i].at,
            .text = rows[i].text,
        };
    }
    return true;
}

/* ---- partners of a round: copies of what was filed */

/* What nobody vouches for stays with the officers: it bears a state's name. Once one of them does, it is filed anew. */
static bool is_filed(const struct alert_row *row)
{
    return strcmp(row->kind, "filed") == 0 || strcmp(row->kind, "new_address") == 0;
}

static bool post_to_partner(struct daemon *d, struct arena *a, const struct post *pattern, const char *address,
                            struct err *e)
{
    const struct contact *known = NULL;
    struct contact to = {.role = ROLE_OTHER, .address = address, .langs = LANG_BIT(LANG_EN)};
    const struct contact *list[] = {&to};
    struct post p = *pattern;
    int64_t notice;

    if (register_by_address(d->orders.parties, address, &known))
        to = *known;
    p.to = list;
    p.n_to = 1;
    p.cause = arena_printf(a, "%s:%s", pattern->cause, address);
    return post(d, a, &p, &notice, e) || err_prefix(e, "mail to the partner %s", address);
}

static bool post_round_to_partners(struct daemon *d, struct arena *a, const char *ref, const struct alert_row *rows,
                                   size_t n, struct err *e)
{
    struct alert_row *filed = arena_alloc(a, (n + 1) * sizeof *filed);
    size_t n_filed = 0;
    struct round_view v;
    struct bulletin b = {0};
    struct post p = {.cause = arena_printf(a, "partner:%lld", (long long)rows[n - 1].id), .view = &v};

    for (size_t i = 0; i < n; i++)
        if (is_filed(&rows[i]) && strcmp(rows[i].round, ref) == 0)
            filed[n_filed++] = rows[i];
    if (!round_view(d, a, ref, &v, e))
        return false;
    if (v.spec->n_partners == 0)
        return true;
    if (!gather(d, a, &b, filed, n_filed, e))
        return false;
    p.boundary = b.boundary;
    p.documents = b.documents;
    p.n_documents = b.n_documents;
    p.letter = (struct letter){
        .kind = LETTER_ALERT, .now_at = clock_now(), .alerts = b.alerts, .n_alerts = b.n, .partner = true};
    for (size_t i = 0; i < v.spec->n_partners; i++)
        if (!post_to_partner(d, a, &p, v.spec->partners[i], e))
            return false;
    return true;
}

static bool seen_before(const struct alert_row *rows, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_filed(&rows[k]) && strcmp(rows[k].round, rows[i].round) == 0)
            return true;
    return false;
}

static bool post_to_partners(struct daemon *d, struct arena *a, const struct alert_row *rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (is_filed(&rows[i]) && !seen_before(rows, i) && !post_round_to_partners(d, a, rows[i].round, rows, n, e))
            return false;
    return true;
}

static bool post_alerts(struct daemon *d, struct arena *a, const struct alert_row *rows, size_t n, bool papers,
                        struct err *e)
{
    struct bulletin b = {0};
    struct post p = {.cause = arena_printf(a, "alert:%lld", (long long)rows[n - 1].id)};

    if (!daemon_begin(d, e) || !gather(d, a, &b, rows, n, e))
        return false;
    if (!papers)
        b.n_documents = 0;
    p.boundary = b.boundary;
    p.documents = b.documents;
    p.n_documents = b.n_documents;
    p.letter = (struct letter){.kind = LETTER_ALERT, .now_at = clock_now(), .alerts = b.alerts, .n_alerts = b.n};
    return post_to_officers(d, a, &p, e) && store_alerts_told(d->store, rows[n - 1].id, e) &&
           store_set(d->store, "alert_at", arena_printf(a, "%lld", (long long)clock_now()), e) && daemon_commit(d, e);
}

static int64_t stored_instant(struct daemon *d, struct arena *a, const char *key)
{
    const char *text = store_get(d->store, a, key);
    int64_t at = text ? strtoll(text, NULL, 10) : 0;

    return at <= clock_now() ? at : 0; /* a clock that was wrong wrote it */
}

/* What officers were told is looked at for partners in a transaction of its own, now or after a crash: what goes
 * wrong with partners keeps nothing from the officers, who hear of it. Returns when to look again; 0 = no need. */
static int64_t copy_to_partners(struct daemon *d, struct arena *a)
{
    struct alert_row *rows, about = {.kind = "trouble"};
    struct err e = {0};
    size_t n;

    if (!store_alerts_to_copy(d->store, a, &rows, &n, &e))
        return clock_now() + AGAIN_S;
    if (n == 0)
        return 0;
    if (daemon_begin(d, &e) && post_to_partners(d, a, rows, n, &e) &&
        store_alerts_copied(d->store, rows[n - 1].id, &e) && daemon_commit(d, &e))
        return 0;
    daemon_rollback(d);
    log_event(LOG_LEVEL_ERROR, "partners", "status", "failed", "reason", e.text, NULL);
    if (e.kind == ERR_TEMP)
        return clock_now() + AGAIN_S;
    if (daemon_begin(d, &e) && alert(d, &about, &e, "partners were not told: %s", arena_strdup(a, e.text)) &&
        store_alerts_copied(d->store, rows[n - 1].id, &e) && daemon_commit(d, &e))
        return 0;
    daemon_rollback(d);
    return clock_now() + AGAIN_S;
}

int64_t office_alerts_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct alert_row *rows;
    size_t n;
    struct err e = {0};
    bool more = false;
    int64_t due = stored_instant(d, a, "alert_at") + d->orders.config->alert_every_s, again_at = copy_to_partners(d, a);

    if (!store_alerts(d->store, a, &rows, &n, &e))
        return clock_now() + AGAIN_S;
    if (n == 0)
        return again_at;
    if (clock_now() < due)
        return due;
    if (n > LINES_MAX)
        n = LINES_MAX, more = true;
    for (int papers = 1; papers >= 0; papers--) { /* without the papers rather than not at all */
        if (post_alerts(d, a, rows, n, papers, &e)) {
            again_at = copy_to_partners(d, a);
            return more ? clock_now() + d->orders.config->alert_every_s : again_at;
        }
        daemon_rollback(d);
        log_event(LOG_LEVEL_ERROR, "alert", "status", "failed", "reason", e.text, NULL);
        if (e.kind == ERR_TEMP) /* the papers are not what is wrong */
            break;
    }
    return clock_now() + AGAIN_S;
}

/* ---- what a server will not take */

#define INSTEAD "instead:"

/* Its own words and numbers alone: the code of the refusal, not its text. */
static bool post_instead(struct daemon *d, struct arena *a, const struct notice_row *n, const struct officer *to,
                         int code, struct err *e)
{
    char token[17];
    struct letter_alert line = {.kind = "refused", .at = clock_now()};
    struct post p = {.cause = arena_printf(a, INSTEAD "%lld", (long long)n->id)};

    random_token(token);
    line.text = arena_printf(a, "%s: refused with %d for what it quotes; replies that wait: %lld\n%s", n->kind, code,
                             (long long)store_count_messages(d->store, &(struct wanted){.state = "held"}),
                             "taamim reply list --held");
    p.boundary = arena_printf(a, "=_taamim_%s", token);
    p.letter = (struct letter){.kind = LETTER_ALERT, .now_at = clock_now(), .alerts = &line, .n_alerts = 1};
    return post_to_officer(d, a, &p, to, e);
}

bool office_refused(struct daemon *d, struct arena *a, const struct notice_row *n, const struct delivery_row *row,
                    int code, bool *posted_out, struct err *e)
{
    struct story_line about = {.who = "daemon", .what = "alert_refused"};
    const struct officer *to = config_officer(d->orders.config, row->address);

    *posted_out = false;
    if (!to || *n->round || strncmp(n->cause, INSTEAD, strlen(INSTEAD)) == 0)
        return true;
    *posted_out = true;
    return post_instead(d, a, n, to, code, e) &&
           story(d, &about, e, "%s to %s: refused for what it quotes; it went once more, with numbers alone", n->kind,
                 row->address);
}

/* ---- digest */

static bool open_matrices(struct daemon *d, struct arena *a, struct matrix **out, size_t *n_out, struct err *e)
{
    struct round_row *rounds;
    size_t n;

    if (!store_rounds(d->store, a, round_state_names[ROUND_OPEN], &rounds, &n, e))
        return false;
    *out = arena_alloc(a, (n + 1) * sizeof **out);
    for (size_t i = 0; i < n; i++)
        if (!matrix_of(d->store, a, d->orders.config, d->orders.parties, rounds[i].ref, &(*out)[i], e))
            return false;
    *n_out = n;
    return true;
}

/* What waits for an officer, as alert lines with the hour since when. */
static bool waiting(struct daemon *d, struct arena *a, struct letter *l, struct err *e)
{
    struct message_row *held;
    struct letter_alert *lines;
    int64_t more;
    size_t n;

    if (!store_messages(d->store, a, &(struct wanted){.state = "held", .most = LINES_MAX}, &held, &n, e))
        return false;
    lines = arena_alloc(a, (n + 1) * sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (struct letter_alert){.kind = "held",
                                         .ref = held[i].round,
                                         .party_code = held[i].party,
                                         .party = register_find(d->orders.parties, held[i].party),
                                         .message = held[i].id,
                                         .at = held[i].received_at,
                                         .text = arena_printf(a, "%s – %s\n%s", text_foreign(a, held[i].sender),
                                                              text_unlinked(a, text_foreign(a, held[i].subject)),
                                                              held[i].why)};
    l->alerts = lines;
    l->n_alerts = n;
    more = n ? store_count_messages(d->store, &(struct wanted){.state = "held", .after_id = held[n - 1].id}) : 0;
    if (more)
        lines[l->n_alerts++] = (struct letter_alert){
            .kind = "held", .text = arena_printf(a, "and %lld more that wait", (long long)more), .at = clock_now()};
    return true;
}

bool office_status(struct daemon *d, struct arena *a, const char *ref, struct letter *letter, struct err *e)
{
    char *head = arena_alloc(a, 65);
    struct matrix *matrices = arena_alloc(a, sizeof *matrices);
    size_t n = 1;

    if (!store_chain_head(d->store, head, e) ||
        !(ref ? matrix_of(d->store, a, d->orders.config, d->orders.parties, ref, matrices, e)
              : open_matrices(d, a, &matrices, &n, e)) ||
        !waiting(d, a, letter, e))
        return false;
    letter->kind = LETTER_DIGEST;
    letter->now_at = clock_now();
    letter->chain_head = head;
    letter->matrices = matrices;
    letter->n_matrices = n;
    return true;
}

static bool post_digest(struct daemon *d, struct arena *a, const char *day, struct err *e)
{
    char token[17];
    struct round_row *rounds;
    size_t n_rounds;
    struct post p = {.cause = arena_printf(a, "digest:%s", day)};

    random_token(token);
    p.boundary = arena_printf(a, "=_taamim_%s", token);
    if (!daemon_begin(d, e) || !store_rounds(d->store, a, NULL, &rounds, &n_rounds, e) ||
        !office_status(d, a, NULL, &p.letter, e))
        return false;
    if ((n_rounds > 0 || p.letter.n_alerts > 0) &&
        !post_to_officers(d, a, &p, e)) /* before the first: nothing to say */
        return false;
    return store_set(d->store, "digest_day", day, e) && daemon_commit(d, e);
}

/* Once a day, by the other way to officers: it is tried again all the same. */
static bool tell_of_failure(struct daemon *d, struct arena *a, const char *day, const char *why)
{
    const char *told = store_get(d->store, a, "digest_failed_day");
    struct alert_row about = {.kind = "trouble"};
    struct err e = {0};

    if (told && strcmp(told, day) == 0)
        return true;
    if (daemon_begin(d, &e) && alert(d, &about, &e, "the digest of this morning cannot be made: %s", why) &&
        store_set(d->store, "digest_failed_day", day, &e) && daemon_commit(d, &e))
        return true;
    daemon_rollback(d);
    return false;
}

/* The next working morning after `at`, at the digest's hour. */
static int64_t morning_after(const struct config *c, int64_t at)
{
    struct civil day = zone_civil(c->zone, at);

    for (int i = 0; i < 15; i++) {
        struct civil morning = civil_add_days(day, i);
        int64_t instant;

        morning.hour = c->digest_minute / 60;
        morning.minute = c->digest_minute % 60;
        morning.second = 0;
        instant = zone_instant(c->zone, morning, false);
        if (instant > at && !(c->working.weekend & WEEKDAY_BIT(civil_weekday(morning))))
            return instant;
    }
    return at + 86400;
}

int64_t office_digest_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    const struct config *c = d->orders.config;
    struct civil today = zone_civil(c->zone, clock_now());
    const char *day = arena_printf(a, "%04d-%02d-%02d", today.year, today.month, today.day);
    const char *told = store_get(d->store, a, "digest_day");
    bool works = !(c->working.weekend & WEEKDAY_BIT(today.weekday));
    struct err e = {0};

    if (c->n_officers && works && today.hour * 60 + today.minute >= c->digest_minute &&
        (!told || strcmp(told, day) != 0) && !post_digest(d, a, day, &e)) {
        daemon_rollback(d);
        log_event(LOG_LEVEL_ERROR, "digest", "status", "failed", "reason", e.text, NULL);
        return e.kind == ERR_TEMP || !tell_of_failure(d, a, day, e.text) ? clock_now() + 300 : clock_now() + 3600;
    }
    /* Mails to officers, with copies of papers: long past their last try they are nobody's. */
    spool_sweep(d->spool, "outgoing/office", clock_now() - OFFICE_MAILS_KEPT_S, &e);
    return morning_after(c, clock_now());
}
