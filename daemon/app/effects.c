/* What each verdict does to the store, within one transaction. Nothing here writes to anybody: receipts and alerts
 * are noted as due, and the ticker composes them, so that a flood of replies makes one mail. */
#include "app/effects.h"

#include <stdlib.h>
#include <string.h>

#include "app/covers.h"
#include "app/marks.h"
#include "app/requests.h"
#include "app/matrix.h"
#include "app/outcome.h"
#include "app/scanning.h"
#include "app/trouble.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "mail/address.h"
#include "mail/names.h"

#define DAY_S       86400
#define NOTE_LINES  12 /* of an answer without a paper, in the officers' alert */
#define NOTE_BYTES  ((size_t)1000)
#define AWAY_BYTES  160
#define STORY_BYTES ((size_t)200)
#define LOCKED_NOTE "it opens with a password only: it answers nothing until `taamim reply item` says so"
#define CLOSED_NOTE "it could not be looked into: it answers nothing until `taamim reply item` says so"
#define MACROS_NOTE "it carries macros: programs that run when it is opened"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void archive(struct daemon *d, struct arena *a, struct message_row *m)
{
    struct civil now = zone_civil(d->orders.config->zone, clock_now());

    m->file = arena_printf(a, "archive/%04d/%s", now.year, base_name(m->file));
}

static void settled(struct daemon *d, struct incoming *in, const char *state, bool move)
{
    in->m.state = state;
    in->m.move = move;
    in->m.moved = in->m.moved || !*in->m.mailbox; /* moved already, where it is read once more */
    archive(d, in->a, &in->m);
}

/* Collected again after a crash, it lies there already. */
static bool lies_there(const struct message_row *m, const char *path)
{
    char sha256[65];
    int64_t size;

    return file_exists(path) && file_sha256(path, sha256, &size, NULL) && strcmp(sha256, m->sha256) == 0;
}

bool effects_settle_file(struct daemon *d, struct arena *a, const struct message_row *m, const char *lies_at,
                         struct err *e)
{
    const char *from = spool_full(d->spool, a, lies_at);
    const char *to = spool_full(d->spool, a, m->file);
    char *folder;

    if (strcmp(lies_at, m->file) == 0 || !file_exists(from))
        return true;
    if (!*m->file || lies_there(m, to))
        return spool_remove(d->spool, lies_at, e);
    folder = arena_strdup(a, to);
    *strrchr(folder, '/') = '\0';
    return file_mkdirs(folder, 0700, e) && file_rename(from, to, e); /* cut short, inbox_recover() finishes it */
}

static struct story_line line_of(const struct message_row *m, const char *who, const char *what)
{
    return (struct story_line){.who = who, .what = what, .round = m->round, .party = m->party, .message = m->id};
}

static struct alert_row alert_of(const struct message_row *m, const char *kind)
{
    return (struct alert_row){.kind = kind, .round = m->round, .party = m->party, .message = m->id};
}

static const char *from_of(struct arena *a, const struct message_row *m)
{
    return text_foreign(a, *m->sender ? m->sender : BY_HAND);
}

/* Who wrote and what about, so long that what is said of it has room. */
static const char *heading(struct arena *a, const struct message_row *m)
{
    return arena_printf(a, "%s – %s", from_of(a, m), text_unlinked(a, text_foreign(a, m->subject)));
}

/* A line of its own, since an alert's text is cut; and partners, who get copies of what was filed, are not told. */
static bool alert_troubles(struct daemon *d, struct arena *a, const struct message_row *m, struct err *e)
{
    struct alert_row about = alert_of(m, "not_taken");
    const char *lines = trouble_lines(a, m);

    return !*lines || alert(d, &about, e, "%s%s", from_of(a, m), lines);
}

/* ---- filing */

static bool receipt_due(struct daemon *d, struct arena *a, const struct message_row *m, struct err *e)
{
    struct seat_row seat;
    int64_t now = clock_now(), earliest;

    if (!store_seat(d->store, a, m->round, m->party, &seat, e) || !seat.party)
        return false;
    earliest = seat.receipt_at + d->orders.config->receipt_every_s;
    d->ticker_due = true;
    if (!seat.receipt_at || earliest < now)
        earliest = now;
    if (!seat.receipt_due_at || seat.receipt_due_at > earliest) /* one that waits for tomorrow may have news by now */
        seat.receipt_due_at = earliest;
    return store_update_seat(d->store, &seat, e);
}

static const char *names_of(struct arena *a, const struct filed *filed)
{
    BUF_SCOPED names = {0};

    for (size_t i = 0; i < filed->n; i++)
        buf_addf(&names, "%s" FSI "%s" PDI "%s", i ? ", " : "", filed->papers[i].name,
                 filed->papers[i].known ? " (known)" : "");
    return arena_strdup(a, buf_text(&names));
}

/* The first of what it says, in quotation marks of mail, for an alert: each line with ">" before, so that none can pass
 * for one of ours. The mark is within the isolate: before an Arabic line it stands at the right. */
static const char *words_quoted(struct arena *a, const struct message_row *m, bool vouched)
{
    BUF_SCOPED out = {.max = NOTE_BYTES};
    char *rest = arena_strdup(a, text_lines(a, vouched ? m->text : text_unlinked(a, m->text), strlen(m->text))), *line;
    int n = 0;

    while (!out.overflow && (line = strsep(&rest, "\n")))
        if (line[strspn(line, " \t\r")] && n++ < NOTE_LINES)
            buf_addf(&out, "\n" FSI "> %s" PDI, text_line(a, line, NOTE_BYTES / 2));
    return arena_printf(a, "%s%s", buf_text(&out), out.overflow || n > NOTE_LINES ? "\n> …" : "");
}

/* The same for the story, in one line. */
static const char *words_in_story(struct arena *a, const struct message_row *m)
{
    return *m->text ? arena_printf(a, "a note, no paper in it: " FSI "%s" PDI, text_line(a, m->text, STORY_BYTES))
                    : "no paper in it";
}

/* What is filed and wants a look, a line of its own as well. */
static const char *notes_of(struct arena *a, const struct filed *filed)
{
    const char *locked = "", *closed = "", *macros = "";

    for (size_t i = 0; i < filed->n; i++) {
        const struct letter_paper *p = &filed->papers[i];

        if (p->locked && !p->known)
            locked = arena_printf(a, "%s\n" FSI "%s" PDI, *locked ? locked : "\n" LOCKED_NOTE, p->name);
        if (p->closed && !p->known)
            closed = arena_printf(a, "%s\n" FSI "%s" PDI, *closed ? closed : "\n" CLOSED_NOTE, p->name);
        if (p->macros && !p->known)
            macros = arena_printf(a, "%s\n" FSI "%s" PDI, *macros ? macros : "\n" MACROS_NOTE, p->name);
    }
    return arena_printf(a, "%s%s%s", locked, closed, macros);
}

/* It answers nothing until an officer says so. */
static bool brings_sealed(const struct filed *filed)
{
    for (size_t i = 0; i < filed->n; i++)
        if ((filed->papers[i].locked || filed->papers[i].closed) && !filed->papers[i].known)
            return true;
    return false;
}

static bool alert_notes(struct daemon *d, struct arena *a, const struct message_row *m, const struct filed *filed,
                        struct err *e)
{
    struct alert_row about = alert_of(m, brings_sealed(filed) ? "sealed" : "look");
    const char *notes = notes_of(a, filed);

    return !*notes || alert(d, &about, e, "%s%s", from_of(a, m), notes);
}

static const char *alert_kind_of(const struct message_row *m, const struct filed *filed)
{
    if (mark_has(m->marks, MARK_NEW_ADDRESS))
        return "new_address";
    if (filed->n == 0)
        return "no_paper";
    return mark_has(m->marks, MARK_UNVERIFIED) ? "unverified" : "filed";
}

/* After the party's own deadline, whenever an officer decides and whatever has become of the round since. */
static void mark_late(struct daemon *d, struct arena *a, const struct round_view *v, const struct seat_row *seat,
                      struct message_row *m)
{
    m->marks = mark_drop(a, m->marks, MARK_LATE); /* moved, it may be in time */
    if (m->received_at > seat_deadline(d, v, seat).at)
        m->marks = mark_add(a, m->marks, MARK_LATE);
}

/* Some of it had been received before: the receipt says so. */
static void mark_known(struct arena *a, const struct filed *filed, struct message_row *m)
{
    m->marks = mark_drop(a, m->marks, MARK_KNOWN);
    if (filed->taken < (int)filed->n)
        m->marks = mark_add(a, m->marks, MARK_KNOWN);
}

/* An answer in words alone: whoever lists the replies sees that there is something to read. */
static void mark_note(struct arena *a, const struct filed *filed, struct message_row *m)
{
    m->marks = mark_drop(a, m->marks, MARK_NOTE);
    if (filed->n == 0 && *m->text)
        m->marks = mark_add(a, m->marks, MARK_NOTE);
}

/* Words alone bear their warning, papers have an alert of their own kind. */
static const char *warning_of(const struct message_row *m, const struct filed *filed)
{
    if (filed->n == 0)
        return mark_has(m->marks, MARK_UNVERIFIED) ? NOT_VOUCHED : "";
    return mark_has(m->marks, MARK_UNSCANNED) ? NOT_SCANNED : "";
}

bool effects_file(struct daemon *d, struct arena *a, struct message_row *m, const char *who, struct filed *out,
                  struct err *e)
{
    struct round_view v;
    struct seat_row seat;
    struct story_line line = line_of(m, who, "filed");
    struct alert_row about;
    const char *from, *warning, *wire;

    if (!round_view(d, a, m->round, &v, e))
        return false;
    m->round = line.round = v.row.ref; /* as it was launched, whatever the case an officer typed */
    if (!store_seat(d->store, a, m->round, m->party, &seat, e))
        return false;
    if (!seat.party)
        return err_perm(e, "%s is not invited to round %s", m->party, m->round);
    mark_late(d, a, &v, &seat, m);
    if (!filing_accept(d, a, m, &v, out, e))
        return false;
    mark_known(a, out, m);
    mark_note(a, out, m);
    m->state = "filed";
    about = alert_of(m, alert_kind_of(m, out));
    if (out->n == 0)
        line.what = "no_paper";
    wire = address_wire(a, m->sender, NULL); /* failures are known by the address as it is sent */
    if (wire && !mark_has(m->marks, MARK_UNVERIFIED) && !store_clear_failures(d->store, wire, e))
        return false; /* it lives */
    from = from_of(a, m);
    warning = warning_of(m, out);
    return story(d, &line, e, "%s: %s%s%s%s", from, out->n ? names_of(a, out) : words_in_story(a, m),
                 trouble_in_story(a, m), *warning ? "; " : "", warning) &&
           alert(d, &about, e, "%s%s%s\n%s%s", from, *warning ? "\n" : "", warning,
                 out->n ? names_of(a, out) : text_foreign(a, m->subject),
                 out->n ? "" : words_quoted(a, m, sender_vouched(m))) &&
           alert_notes(d, a, m, out, e) && covers_alert(d, a, m, &v, out, e) && alert_troubles(d, a, m, e) &&
           receipt_due(d, a, m, e);
}

static bool file_it(struct daemon *d, struct incoming *in, const char *mark, struct err *e)
{
    struct filed *filed = arena_alloc(in->a, sizeof *filed);

    if (mark)
        in->m.marks = mark_add(in->a, in->m.marks, mark);
    if (in->match.strength == MATCH_OLD_TOKEN)
        in->m.marks = mark_add(in->a, in->m.marks, MARK_OLD_TOKEN);
    settled(d, in, "filed", true);
    return filing_stage(d, in, false, e) &&
           effects_file(d, in->a, &in->m, arena_printf(in->a, "party:%s", in->m.party), filed, e);
}

/* ---- holding */

/* "sender belongs to two parties: AE, JO", by which an officer can say whose it is. */
static const char *parties_of_sender(const struct daemon *d, const struct incoming *in)
{
    const struct party *p = NULL;
    const struct contact *contact;
    const char *text = MATCH_TWO_PARTIES;

    while ((p = register_next_by_address(d->orders.parties, in->facts->from.address, p, &contact)))
        text = arena_printf(in->a, "%s%s %s", text, strchr(text, ':') ? "," : ":", p->code);
    return text;
}

/* Why it waits: the rule, and what is behind it. */
static const char *why_held(const struct daemon *d, const struct incoming *in)
{
    const char *why = in->match.strength == MATCH_CONFLICT ? in->match.why : in->auth_why;

    if (why && strcmp(why, MATCH_TWO_PARTIES) == 0)
        why = parties_of_sender(d, in);
    if (strcmp(in->rule, JUDGE_UNSCANNED) == 0)
        why = in->scanned->why;
    return why ? arena_printf(in->a, "%s (%s)", in->rule, why) : in->rule;
}

/* Under the address of somebody we know, and our own server says that it is not from there. */
static bool is_suspect(const struct incoming *in)
{
    return in->judged.auth == AUTH_FAIL && in->judged.sender != SENDER_UNKNOWN;
}

/* Of what waits because there is too much of it, the first mail of a day is told. */
static bool told_today(struct daemon *d, const struct incoming *in, bool *told_out, struct err *e)
{
    const char *key = arena_printf(in->a, "too_many:%s:%s", in->m.round, in->m.party), *told;

    *told_out = false;
    if (strcmp(in->rule, JUDGE_TOO_MANY) != 0)
        return true;
    told = store_get(d->store, in->a, key);
    *told_out = told && llabs(strtoll(told, NULL, 10) - (long long)clock_now()) < DAY_S;
    return *told_out || store_set(d->store, key, arena_printf(in->a, "%lld", (long long)clock_now()), e);
}

static bool alert_held(struct daemon *d, struct incoming *in, const char *unscanned, struct err *e)
{
    struct alert_row about = alert_of(&in->m, is_suspect(in) ? "suspect" : "held");
    bool told;

    if (!told_today(d, in, &told, e) || told)
        return told;
    return alert(d, &about, e, "%s\n%s%s", heading(in->a, &in->m), in->m.why, unscanned) &&
           alert_troubles(d, in->a, &in->m, e);
}

static bool hold(struct daemon *d, struct incoming *in, struct err *e)
{
    struct story_line line;
    const char *unscanned;

    if (in->about.cause && !*in->m.round) {
        in->m.round = in->about.round;
        in->m.party = in->about.party;
    }
    line = line_of(&in->m, "daemon", "held");
    if (in->junk)
        in->m.marks = mark_add(in->a, in->m.marks, MARK_JUNK);
    if (!*in->m.why)
        in->m.why = why_held(d, in);
    if (in->scanned && in->scanned->why)
        in->m.marks = mark_add(in->a, in->m.marks, MARK_UNSCANNED);
    unscanned = mark_has(in->m.marks, MARK_UNSCANNED) && !strstr(in->m.why, JUDGE_UNSCANNED) ? "\n" NOT_SCANNED : "";
    settled(d, in, "held", *in->m.round != '\0');
    return filing_stage(d, in, true, e) &&
           story(d, &line, e, "from %s, \"%s\": %s", from_of(in->a, &in->m), in->m.subject, in->m.why) &&
           alert_held(d, in, unscanned, e);
}

/* ---- reports and other mail that asks nothing */

static bool apply_failures(struct daemon *d, struct incoming *in, struct err *e)
{
    struct alert_row about = alert_of(&in->m, "bounced");
    bool any = false;

    for (size_t i = 0; i < in->facts->n_failures; i++) {
        const struct fact_failure *f = &in->facts->failures[i];
        const char *names[] = {f->original, f->address}; /* what was written to, and what became of it */
        bool believed = false;

        for (size_t k = 0; k < 2 && f->action == REPORT_FAILED && !believed; k++) {
            struct returned r = {&in->about, in->returned_to, names[k], f->status, f->text};
            if (*names[k] && !outcome_returned(d, &r, &believed, e))
                return false;
        }
        any |= believed;
    }
    /* Forwarded to a dead mailbox, named in no way we understand, or forged: a person may see what it is. */
    return any || !*in->m.round ||
           alert(d, &about, e, "%s\n%s", heading(in->a, &in->m),
                 "it names none of the addresses that this mail went to, or came another way; nothing was changed");
}

static bool note(struct daemon *d, struct incoming *in, const char *what, struct err *e)
{
    struct story_line line;

    if (in->about.cause) {
        in->m.round = in->about.round;
        in->m.party = in->about.party;
    }
    settled(d, in, "noted", true);
    line = line_of(&in->m, "daemon", what);
    return story(d, &line, e, "from %s: \"%s\" (%s)%s%s", from_of(in->a, &in->m), in->m.subject, in->rule,
                 *in->m.why ? ": " : "", in->m.why);
}

/* No header says that a machine wrote it: its subject or its words alone do, and may be a delegation's own. */
static bool words_alone(const struct incoming *in)
{
    const struct mail_signs *s = &in->facts->signs;
    bool marked = s->auto_submitted > AUTO_NO || s->precedence_auto || s->null_return_path || s->from_daemon ||
                  (s->report_mdn && !s->mdn_in_words) || s->loop;

    return !marked && (in->judged.sender == SENDER_CONTACT || in->judged.sender == SENDER_LISTED_DOMAIN);
}

/* Its own words for when its sender is back, where that is somebody of the party: shown there, and nothing else. */
static void mark_away(struct incoming *in)
{
    const char *words = in->facts->away_until ? in->facts->away_until : "";
    bool known = in->judged.sender == SENDER_CONTACT || in->judged.sender == SENDER_LISTED_DOMAIN;

    if (!*words || !known || in->judged.auth == AUTH_FAIL)
        return;
    in->m.marks = mark_add(in->a, in->m.marks, MARK_AWAY);
    if (in->judged.auth != AUTH_PASS)
        in->m.marks = mark_add(in->a, in->m.marks, MARK_UNVERIFIED);
    in->m.why = text_line(in->a, words, AWAY_BYTES);
}

static bool automatic(struct daemon *d, struct incoming *in, struct err *e)
{
    struct alert_row about;

    mark_away(in);
    if (!note(d, in, "automatic", e))
        return false;
    about = alert_of(&in->m, "no_paper");
    return !words_alone(in) || alert(d, &about, e, "%s\n%s%s", heading(in->a, &in->m), in->rule,
                                     words_quoted(in->a, &in->m, in->judged.auth == AUTH_PASS));
}

static bool leave(struct daemon *d, struct incoming *in)
{
    settled(d, in, "left", false);
    in->m.file = "";
    in->m.text = "";
    return true;
}

static bool duplicate(struct daemon *d, struct incoming *in, struct err *e)
{
    struct story_line line = line_of(&in->m, "daemon", "duplicate");

    settled(d, in, "duplicate", true);
    return story(d, &line, e, "from %s: known already, adds nothing", from_of(in->a, &in->m));
}

static bool backscatter(struct daemon *d, struct incoming *in)
{
    settled(d, in, "noted", false);
    return true;
}

/* A bounce that is held for a paper in it is a bounce all the same; one from the junk is nothing. */
static bool hold_with_effect(struct daemon *d, struct incoming *in, struct err *e)
{
    bool bounce = in->judged.kind == MAIL_BOUNCE && in->about.cause && !in->junk;

    return hold(d, in, e) && (!bounce || apply_failures(d, in, e));
}

bool effects_of(struct daemon *d, struct incoming *in, struct err *e)
{
    switch (in->verdict) {
    case VERDICT_LEAVE: return leave(d, in);
    case VERDICT_BOUNCE: return note(d, in, "bounce", e) && apply_failures(d, in, e);
    case VERDICT_DELAY: return note(d, in, "delayed", e);
    case VERDICT_NOTE: return automatic(d, in, e);
    case VERDICT_BACKSCATTER: return backscatter(d, in);
    case VERDICT_OFFICER: return note(d, in, "officer_wrote", e);
    case VERDICT_CALENDAR: return note(d, in, "calendar", e);
    case VERDICT_FILE: return file_it(d, in, NULL, e);
    case VERDICT_FILE_UNVERIFIED: return file_it(d, in, MARK_UNVERIFIED, e);
    case VERDICT_FILE_NEW_ADDRESS: return file_it(d, in, MARK_NEW_ADDRESS, e);
    case VERDICT_HOLD: return hold_with_effect(d, in, e);
    case VERDICT_REQUEST: return note(d, in, "asked", e) && requests_take(d, in, e);
    case VERDICT_DUPLICATE: break;
    }
    return duplicate(d, in, e);
}
