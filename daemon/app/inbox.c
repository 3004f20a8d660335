/* Takes messages in. Each goes through the same steps: a ledger row, the parser, the signals that tell its round
 * and party, the sender's standing, the verdict, and the verdict's effect, which is one transaction. The raw
 * message lies in incoming/ until its row says where it belongs, then it is moved there: a restart finishes a move
 * that was cut short. What the parser could not read is kept and held. */
#include "app/inbox.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/effects.h"
#include "app/marks.h"
#include "app/repeats.h"
#include "app/requests.h"
#include "app/reread.h"
#include "app/scanning.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/names.h"

#define RECEIVED_MAX_S (90 * 86400) /* an older date is somebody's copy from elsewhere */
#define DAY_S          86400
#define PAPERS_A_DAY   500 /* filed for one party in one round, of either kind: far above what a delegation sends */

/* When our own server took it in, which may be long before it was collected: that decides whether it is in time. */
static int64_t received_at(const struct collected *c)
{
    int64_t now = clock_now();

    return c->internal_at > now - RECEIVED_MAX_S && c->internal_at < now ? c->internal_at : now;
}

static bool add_row(struct daemon *d, struct arena *a, const struct collected *c, int64_t *id_out, bool *known_out,
                    struct err *e)
{
    struct message_row row = {
        .mailbox = c->mailbox,
        .uidvalidity = c->uidvalidity,
        .uid = c->uid,
        .sha256 = c->sha256,
        .message_id = "",
        .sender = "",
        .sender_name = "",
        .subject = "",
        .size = c->size,
        .received_at = received_at(c),
        .file = arena_printf(a, "incoming/%s", c->file),
        .state = "collected",
        .kind = "",
        .verdict = "",
        .rule = "",
        .round = "",
        .party = "",
        .marks = "",
        .text = "",
        .why = "",
    };

    return store_add_message(d->store, &row, id_out, known_out, e);
}

/* A server that gives a number twice breaks its word: what came under it the second time is kept for a person to
 * look at. */
static bool set_aside(struct daemon *d, struct arena *a, const struct collected *c, struct err *e)
{
    struct alert_row about = {.kind = "trouble"};
    const char *path;

    if (!daemon_begin(d, e))
        return false;
    if (spool_move(d->spool, a, arena_printf(a, "incoming/%s", c->file), "corrupt", c->file, &path, e) &&
        alert(d, &about, e, "the mailbox %s gave the number %lld to a second message; it lies in %s", c->mailbox,
              (long long)c->uid, path) &&
        daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

static bool told_again(struct daemon *d, struct arena *a, const struct collected *c, int64_t id, struct err *e)
{
    struct message_row m;

    if (!store_message(d->store, a, id, &m, e))
        return false;
    if (m.state && strcmp(m.sha256, c->sha256) != 0)
        return set_aside(d, a, c, e);
    return inbox_seen_again(d, a, id, arena_printf(a, "incoming/%s", c->file), e);
}

bool inbox_collected(struct daemon *d, const struct collected *c, size_t n, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    int64_t *ids = arena_alloc(a, (n + 1) * sizeof *ids);
    bool *known = arena_alloc(a, (n + 1) * sizeof *known), good = daemon_begin(d, e);

    for (size_t i = 0; good && i < n; i++)
        good = add_row(d, a, &c[i], &ids[i], &known[i], e);
    if (!good || !daemon_commit(d, e)) {
        daemon_rollback(d);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *file = arena_printf(a, "incoming/%s", c[i].file);

        if (!known[i])
            d->ports.parse(d->ports.arg, ids[i], spool_full(d->spool, a, file));
        else if (!told_again(d, a, &c[i], ids[i], e))
            return false;
    }
    return true;
}

/* What is left to do once a message is judged and its row committed; it may be done twice. */
static bool settle(struct daemon *d, struct arena *a, const struct message_row *m, const char *lies_at, struct err *e)
{
    if (!effects_settle_file(d, a, m, lies_at, e))
        return false;
    d->ports.kept(d->ports.arg, m);
    return true;
}

/* Known from before a crash: if it was judged then, only the move is left to do; else it is parsed now. */
bool inbox_seen_again(struct daemon *d, struct arena *a, int64_t id, const char *file, struct err *e)
{
    struct message_row m;

    if (!store_message(d->store, a, id, &m, e) || !m.state)
        return false;
    if (strcmp(m.state, "collected") == 0) {
        d->ports.parse(d->ports.arg, id, spool_full(d->spool, a, file));
        return true;
    }
    return settle(d, a, &m, file, e);
}

static void take_header(struct arena *a, struct message_row *m, const struct facts *f)
{
    m->message_id = f->message_id;
    m->sender = f->from.address;
    m->sender_name = text_line(a, f->from.name, SIZE_MAX);
    m->subject = text_line(a, f->subject, SIZE_MAX);
    m->text = text_lines(a, f->reply_text, strnlen(f->reply_text, TEXT_KEPT));
}

/* Whoever writes under a delegation's address fills what is filed of his own kind, and not what our server vouches
 * for. */
static bool is_too_many(struct daemon *d, const struct incoming *in)
{
    const char *round = in->m.round, *party = in->m.party;
    int64_t since_at = clock_now() - DAY_S, unverified;

    if (!*party)
        return false;
    unverified = store_filed_since(d->store, round, party, MARK_UNVERIFIED, since_at);
    if (in->judged.auth == AUTH_PASS)
        return store_filed_since(d->store, round, party, NULL, since_at) - unverified >= PAPERS_A_DAY;
    return unverified >= PAPERS_A_DAY;
}

bool inbox_judge(struct daemon *d, struct incoming *in, struct err *e)
{
    struct judge_input *j = &in->judged;

    take_header(in->a, &in->m, in->facts);
    filing_settle(d, in);
    if (!signals_find(d, in, e))
        return false;
    j->kind = judge_kind(&in->facts->signs, &in->rule);
    j->list = in->facts->signs.list;
    j->match = in->match.strength;
    j->junk = in->junk;
    j->several_senders = in->facts->several_senders;
    j->brings_papers = in->facts->signs.has_papers || in->facts->incomplete; /* what was not read may be one */
    j->unscanned = in->scanned && in->scanned->why;
    j->asks = requests_is_one(d, in);
    in->m.round = in->match.round ? in->match.round : "";
    in->m.party = in->match.party ? in->match.party : "";
    j->too_many = is_too_many(d, in);
    if (in->m.id && !store_update_message(d->store, &in->m, e)) /* what is known depends on whose it is */
        return false;
    j->known_message = repeats(d, in);
    in->verdict = judge(j, &in->rule);
    in->m.kind = mail_kind_names[j->kind];
    in->m.verdict = verdict_names[in->verdict];
    in->m.rule = in->rule;
    return true;
}

/* What could not be read is a mail that nobody may lose: held, and told. */
static void judge_unreadable(struct incoming *in, const char *trouble)
{
    static const struct facts nothing = {.subject = "",
                                         .from = {"", ""},
                                         .message_id = "",
                                         .in_reply_to = "",
                                         .text = "",
                                         .reply_text = "",
                                         .trouble = ""};

    in->facts = &nothing;
    in->verdict = VERDICT_HOLD;
    in->m.kind = mail_kind_names[MAIL_ERROR];
    in->m.verdict = verdict_names[VERDICT_HOLD];
    in->m.rule = in->rule = "the message could not be read";
    in->m.why = trouble;
}

static bool is_junk(const struct config *c, const char *mailbox)
{
    for (size_t i = 0; i < c->n_mailboxes; i++)
        if (strcmp(c->mailboxes[i].name, mailbox) == 0)
            return c->mailboxes[i].junk;
    return false;
}

/* What an officer took in is not judged again; but whether anybody vouches for its sender is found out as for every
 * mail, and what nobody scanned waits for another word of his, who knows it then. */
static void follow_officer(const struct daemon *d, struct incoming *in)
{
    bool unscanned = in->scanned && in->scanned->why;
    bool vouched = auth_of(in->facts, &d->orders.config->trust, &in->auth_why) == AUTH_PASS;

    in->verdict = unscanned ? VERDICT_HOLD : vouched ? VERDICT_FILE : VERDICT_FILE_UNVERIFIED;
    in->rule = unscanned ? JUDGE_UNSCANNED : in->m.rule;
    in->m.verdict = verdict_names[in->verdict];
    in->m.rule = in->rule;
}

static bool judge_and_act(struct daemon *d, struct incoming *in, const char *trouble, struct err *e)
{
    if (!in->facts) {
        judge_unreadable(in, trouble);
        return effects_of(d, in, e);
    }
    if (reread_decided(&in->m)) {
        take_header(in->a, &in->m, in->facts);
        follow_officer(d, in);
    } else if (!inbox_judge(d, in, e)) {
        return false;
    }
    return effects_of(d, in, e);
}

/* Where the collector put it; its row may say by now where it belongs. */
static const char *incoming_of(struct arena *a, const struct message_row *m)
{
    return arena_printf(a, "incoming/%s", collected_name(a, m->mailbox, m->uidvalidity, m->uid));
}

/* One of those that are judged together. */
struct judged {
    struct arena *own; /* a flood of papers in one message takes no other's memory */
    struct incoming in;
    const char *lies_at; /* NULL: nobody knows it any more */
    bool waits;          /* for the virus scanner */
    bool is_new;         /* else judged already: its file could not be settled then, or the answer came twice */
};

static bool look_up(struct daemon *d, struct parsed *p, struct judged *out, struct err *e)
{
    struct arena *a = out->own;
    struct message_row *m = &out->in.m;

    *out = (struct judged){.own = a, .in = {.a = a, .facts = p->facts, .scratch_fd = p->scratch_fd}};
    if (!store_message(d->store, a, p->message, m, e))
        return false;
    out->is_new = m->state && strcmp(m->state, "collected") == 0;
    out->lies_at = !m->state ? NULL : out->is_new ? m->file : incoming_of(a, m);
    out->in.junk = m->state && is_junk(d->orders.config, m->mailbox);
    if (out->is_new && scanning_holds_back(d, p)) {
        out->is_new = false;
        out->lies_at = NULL;
        out->waits = true;
    }
    out->in.scanned = p->scanned;
    return true;
}

static bool judge_together(struct daemon *d, struct judged *all, const struct parsed *list, size_t n, struct err *e)
{
    bool good = daemon_begin(d, e);

    for (size_t i = 0; good && i < n; i++)
        good = !all[i].is_new ||
               (judge_and_act(d, &all[i].in, list[i].trouble, e) && store_update_message(d->store, &all[i].in.m, e));
    if (good && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

static void log_judged(const struct incoming *in)
{
    log_event(LOG_LEVEL_INFO, "message", "id", arena_printf(in->a, "%lld", (long long)in->m.id), "from", in->m.sender,
              "round", in->m.round, "party", in->m.party, "kind", in->m.kind, "verdict", in->m.verdict, "rule",
              in->m.rule, NULL);
}

static bool judge_and_settle(struct daemon *d, struct judged *all, struct parsed *list, size_t n, struct err *e)
{
    bool good = true;

    for (size_t i = 0; good && i < n; i++)
        good = look_up(d, &list[i], &all[i], e);
    if (!good || !judge_together(d, all, list, n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (all[i].is_new)
            log_judged(&all[i].in);
        list[i].done = !all[i].lies_at || settle(d, all[i].own, &all[i].in.m, all[i].lies_at, e);
        good = good && list[i].done;
        if (list[i].done && !all[i].waits)
            scanning_forget(d, list[i].message);
    }
    return good;
}

bool inbox_parsed(struct daemon *d, struct parsed *list, size_t n, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct judged *all = arena_alloc(a, (n + 1) * sizeof *all);
    bool good;

    for (size_t i = 0; i < n; i++)
        all[i].own = arena_new();
    good = judge_and_settle(d, all, list, n, e);
    for (size_t i = 0; i < n; i++)
        arena_free(all[i].own);
    return good;
}

void inbox_file_gone(struct daemon *d, int64_t message)
{
    ARENA_SCOPED a = arena_new();
    struct message_row m = {0};

    scanning_forget(d, message);
    if (store_message(d->store, a, message, &m, NULL) && m.state && strcmp(m.state, "collected") != 0)
        d->ports.kept(d->ports.arg, &m);
}

static bool mark_moved(struct daemon *d, struct arena *a, const struct collected *c, struct err *e)
{
    struct message_row m;

    if (!store_message_by_uid(d->store, a, c->mailbox, c->uidvalidity, c->uid, &m, e))
        return false;
    if (!m.state || m.moved)
        return true;
    m.moved = true;
    return store_update_message(d->store, &m, e);
}

bool inbox_moved(struct daemon *d, const struct collected *c, size_t n, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    bool good = daemon_begin(d, e);

    for (size_t i = 0; good && i < n; i++)
        good = mark_moved(d, a, &c[i], e);
    if (good && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}
