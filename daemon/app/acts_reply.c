/* An officer's acts on a reply: accept, reject, move, add. A held reply's papers lie with it until one of
 * these decides. */
#include <string.h>
#include <strings.h>

#include "app/acts_reply.h"
#include "app/effects.h"
#include "app/marks.h"
#include "app/post.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "mail/address.h"
#include "mail/names.h"

bool reply_begin(struct daemon *d, struct arena *a, int64_t message, struct message_row *m, struct err *e)
{
    if (!store_message(d->store, a, message, m, e))
        return false;
    if (!m->state)
        return err_perm(e, "there is no reply %lld; `taamim reply list` shows them", (long long)message);
    return daemon_begin(d, e);
}

bool reply_done(struct daemon *d, struct arena *a, const struct message_row *m, const char *lay_at, bool good,
                struct err *e)
{
    if (!good || !store_update_message(d->store, m, e) || !daemon_commit(d, e)) {
        daemon_rollback(d);
        return false;
    }
    return effects_settle_file(d, a, m, lay_at, e);
}

static bool aim(const struct daemon *d, struct arena *a, struct message_row *m, const struct act *act, struct err *e)
{
    const struct party *p = act->party ? register_find(d->orders.parties, act->party) : NULL;

    if (act->party && !p)
        return err_perm(e, "the register has no party %s", act->party);
    m->round = act->ref ? act->ref : m->round;
    m->party = p ? arena_strdup(a, p->code) : m->party; /* the register may be read anew below */
    if (!*m->round || !*m->party)
        return err_perm(e, "say whose it is: --round REF --party CODE");
    return true;
}

/* The register is a file: it is rewritten last, when all else is known to be right. */
static bool add_contact(struct daemon *d, struct arena *a, const struct message_row *m, const char *role,
                        const char *who, struct err *e)
{
    int value;
    struct problems problems = {0};
    const struct party *p = register_find(d->orders.parties, m->party);
    struct contact c = p && p->n_contacts ? p->contacts[p->n_contacts - 1] /* language and weekend as at its office */
                                          : (struct contact){.langs = LANG_BIT(LANG_AR), .weekend = WEEKEND_FRI_SAT};
    struct party_register *with;
    char *diff;
    bool good;

    const struct party *owner = register_by_address(d->orders.parties, m->sender, NULL);

    if (owner &&
        !register_contact_of(d->orders.parties, m->party, m->sender)) /* two may share one, but not by a slip */
        return err_perm(
            e,
            "%s is a contact of %s: accept the reply without --add-contact; where it speaks for %s too, write "
            "that into the register",
            m->sender, owner->code, m->party);
    if (!enum_by_name(contact_role_names, ROLE_COUNT, role, &value))
        return err_perm(e, "there is no role %s: mission, focal_point, alternate or other", role);
    c.role = (enum contact_role)value;
    c.address = m->sender;
    c.name = NULL; /* what a mail calls its sender does not enter the register */
    with = register_with_contact(a, d->orders.parties, m->party, &c);
    if (!register_save(a, with, d->orders.parties->path, &diff, e))
        return false;
    good = daemon_reload_register(d, &problems) || err_perm(e, "%s", buf_text(&problems.text));
    buf_free(&problems.text);
    if (!*diff) /* said again: the word was cut short between the file and the store */
        diff = arena_printf(a, "%s is in the register already", m->sender);
    return good && story(d, &(struct story_line){.who = who, .what = "register", .party = m->party}, e, "%s", diff);
}

static bool file_for(struct daemon *d, struct arena *a, struct message_row *m, const struct act *act,
                     const char **text_out, struct err *e)
{
    struct filed *filed = arena_alloc(a, sizeof *filed);
    const char *unscanned = "";

    if (!effects_file(d, a, m, act->who, filed, e))
        return false;
    if (filed->n && mark_has(m->marks, MARK_UNSCANNED))
        unscanned = arena_printf(a,
                                 "; " NOT_SCANNED ": `taamim reply show %lld` tells where they lie, `clamdscan "
                                 "--fdpass FILE` scans one",
                                 (long long)m->id);
    *text_out = arena_printf(a, "reply %lld: filed for %s in %s, %d of %zu papers new%s", (long long)m->id, m->party,
                             m->round, filed->taken, filed->n, unscanned);
    return true;
}

/* Out of where it is filed, for another party or under another mark. */
static bool take_out(struct daemon *d, struct arena *a, struct message_row *m, const char *round, const char *party,
                     struct err *e)
{
    struct round_view v;

    return filing_withdraw(d, a, m, e) && round_view(d, a, round, &v, e) && filing_update_seat(d, a, &v, party, e);
}

/* An officer vouches for the sender: the papers take the place that those of a sender our server vouches for have. */
static bool vouch(struct daemon *d, struct arena *a, struct message_row *m, const struct act *act, struct err *e)
{
    struct story_line line = {act->who, "vouched", m->round, m->party, m->id};
    const char *round = m->round, *party = m->party;

    if (act->ref || act->party)
        return err_perm(
            e,
            "reply %lld is filed for %s in %s already: `taamim reply move` changes whose it is, accept alone "
            "says that its sender is genuine",
            (long long)m->id, m->party, m->round);
    m->marks = mark_drop(a, m->marks, MARK_UNVERIFIED);
    return story(d, &line, e, "the sender %s is taken for genuine", m->sender) && take_out(d, a, m, round, party, e);
}

static bool is_unverified(const struct message_row *m)
{
    return strcmp(m->state, "filed") == 0 && mark_has(m->marks, MARK_UNVERIFIED);
}

bool act_accept(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;
    const char *lay_at;
    bool good;

    if (!reply_begin(d, a, act->message, &m, e))
        return false;
    lay_at = m.file;
    good = is_unverified(&m)
               ? vouch(d, a, &m, act, e)
               : strcmp(m.state, "held") == 0 ||
                     err_perm(e, "reply %lld is not held, it is %s: `taamim reply move` changes whose it is",
                              (long long)m.id, m.state);
    good = good && aim(d, a, &m, act, e) && file_for(d, a, &m, act, text_out, e) &&
           (!act->add_contact || add_contact(d, a, &m, act->add_contact, act->who, e));
    return reply_done(d, a, &m, lay_at, good, e);
}

/* The sender as a contact of the register or of this round alone; NULL for everybody else. */
static const struct contact *contact_of(struct daemon *d, const struct round_view *v, const struct message_row *m,
                                        const struct party **party_out)
{
    const char *address = m->sender;
    const struct contact *contact = register_contact_of(d->orders.parties, m->party, address);

    /* of several, the one whose the reply would have been */
    *party_out = contact ? register_find(d->orders.parties, m->party)
                         : register_by_address(d->orders.parties, address, &contact);
    if (*party_out)
        return contact;
    for (size_t i = 0; i < v->spec->n_contacts; i++)
        if (address_same(v->spec->contacts[i].contact.address, address)) {
            *party_out = register_find(d->orders.parties, v->spec->contacts[i].party);
            return *party_out ? &v->spec->contacts[i].contact : NULL;
        }
    return NULL;
}

bool reply_tell(struct daemon *d, struct arena *a, const struct reply_word *w, struct err *e)
{
    const struct message_row *m = w->m;
    const struct contact *to[1] = {NULL};
    const struct party *p = NULL;
    struct round_view v;
    struct seat_row seat = {0};
    int64_t notice;
    struct post letter = {.cause = w->cause, .to = to, .n_to = 1, .in_reply_to = *m->message_id ? m->message_id : NULL};

    if (!*m->round)
        return err_perm(e, "the reply is of no round: nobody is told");
    if (!round_view(d, a, m->round, &v, e))
        return false;
    to[0] = contact_of(d, &v, m, &p);
    if (!to[0])
        return err_perm(e, "%s is no contact of a party: nobody is told", *m->sender ? m->sender : "who brought it");
    if (!store_seat(d->store, a, v.row.ref, p->code, &seat, e))
        return false;
    letter.view = &v;
    letter.letter = (struct letter){.kind = LETTER_PROBLEM,
                                    .party = p,
                                    .deadline_at = seat_deadline(d, &v, &seat).at,
                                    .now_at = clock_now(),
                                    .missing = filing_standing(d, a, &v, p->code).missing,
                                    .papers = w->about,
                                    .n_papers = 1};
    return post(d, a, &letter, &notice, e);
}

static bool tell_rejection(struct daemon *d, struct arena *a, const struct message_row *m, const struct act *act,
                           struct err *e)
{
    struct letter_paper why = {.name = m->subject, .sha256 = "", .item = -1, .trouble = act->text};

    return reply_tell(d, a, &(struct reply_word){m, arena_printf(a, "reject:%lld", (long long)m->id), &why}, e);
}

bool act_reject(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;
    const char *lay_at;
    bool good;

    if (!reply_begin(d, a, act->message, &m, e))
        return false;
    lay_at = m.file;
    good = strcmp(m.state, "held") == 0 || err_perm(e, "reply %lld is not held, it is %s", (long long)m.id, m.state);
    m.state = "rejected";
    m.why = act->text ? act->text : "";
    good = good && (!act->tell || tell_rejection(d, a, &m, act, e)) &&
           story(d, &(struct story_line){act->who, "rejected", m.round, m.party, m.id}, e, "%s: %s", m.sender, m.why);
    *text_out = arena_printf(a, "reply %lld: rejected; it stays in the archive, its papers in held/%lld",
                             (long long)m.id, (long long)m.id);
    return reply_done(d, a, &m, lay_at, good, e);
}

bool act_move(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;
    const char *lay_at, *old_party, *old_round;
    bool good;

    if (!reply_begin(d, a, act->message, &m, e))
        return false;
    lay_at = m.file;
    old_party = m.party;
    old_round = m.round;
    good = strcmp(m.state, "filed") == 0 ||
           err_perm(e, "reply %lld is %s: `taamim reply accept` files it", (long long)m.id, m.state);
    m.receipt = 0;
    good = good && aim(d, a, &m, act, e);
    if (good && strcasecmp(m.round, old_round) == 0 && strcmp(m.party, old_party) == 0) {
        daemon_rollback(d);
        *text_out = arena_printf(a, "reply %lld: is filed for %s in %s already", (long long)m.id, old_party, old_round);
        return true;
    }
    good = good && take_out(d, a, &m, old_round, old_party, e) && file_for(d, a, &m, act, text_out, e) &&
           story(d, &(struct story_line){act->who, "moved", old_round, old_party, m.id}, e, "to %s in %s", m.party,
                 m.round);
    return reply_done(d, a, &m, lay_at, good, e);
}

/* ---- a paper that came another way */

/* By the rules that hold for mail. What it is, its name tells: no stranger has sent it. */
static bool may_be_added(struct daemon *d, struct arena *a, const struct paper_row *row, struct err *e)
{
    struct fact_part part = {.name = row->name, .type = row->type, .size = row->size};
    const char *trouble = trouble_of_part(a, d->orders.config, &part);

    return !trouble || err_perm(e, "%s: %s", row->name, trouble_reason(a, trouble));
}

static bool add_files(struct daemon *d, struct arena *a, const struct message_row *m, const struct brought *b,
                      struct err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        char sha256[65];
        struct paper_row row = {.message = m->id,
                                .round = "",
                                .party = "",
                                .item = -1,
                                .name = name_clean(a, b->names[i]),
                                .version = 1,
                                .type = filing_type_of_name(b->names[i]),
                                .filed_at = clock_now(),
                                .held = true,
                                .marks = MARK_BY_HAND,
                                .path = b->staged[i],
                                .sha256 = sha256};
        int64_t id;

        if (!file_sha256(spool_full(d->spool, a, row.path), sha256, &row.size, e) || !may_be_added(d, a, &row, e) ||
            !store_add_paper(d->store, &row, &id, e))
            return false;
    }
    return true;
}

/* Said again, or come by mail in the meantime: nothing of it is new. */
static bool are_there(struct daemon *d, struct arena *a, const struct message_row *m, const struct brought *b)
{
    char sha256[65];
    int64_t size;

    for (size_t i = 0; i < b->n; i++)
        if (!file_sha256(spool_full(d->spool, a, b->staged[i]), sha256, &size, NULL) ||
            !store_known_paper(d->store, m->round, m->party, sha256))
            return false;
    return true;
}

bool act_add(struct daemon *d, struct arena *a, const struct act *act, const struct brought *b, const char **text_out,
             struct err *e)
{
    struct message_row m = {
        .mailbox = "",
        .sha256 = "",
        .message_id = "",
        .sender = "",
        .sender_name = act->who,
        .subject = "",
        .received_at = b->received_at,
        .file = "",
        .state = "collected",
        .kind = "human",
        .verdict = "file",
        .rule = "brought by hand",
        .round = "",
        .party = "",
        .marks =
            d->orders.config->scanner ? MARK_BY_HAND " " MARK_UNSCANNED : MARK_BY_HAND, /* said, since it is expected */
        .text = "",
        .why = "",
        .moved = true,
    };
    bool known, good;

    if (!aim(d, a, &m, act, e))
        return false;
    if (are_there(d, a, &m, b)) {
        *text_out = arena_printf(a, "filed for %s in %s already", m.party, m.round);
        return true;
    }
    if (!daemon_begin(d, e))
        return false;
    m.uid = clock_now_ms(); /* unique with the empty mailbox */
    good = store_add_message(d->store, &m, &m.id, &known, e) &&
           (!known || err_temp(e, "two papers were brought within a thousandth of a second: say it again")) &&
           add_files(d, a, &m, b, e) && file_for(d, a, &m, act, text_out, e);
    return reply_done(d, a, &m, m.file, good, e);
}
