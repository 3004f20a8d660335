/* Takes in what the tables set aside. The raw message goes back to incoming/ and its row to "collected", with the
 * officer's verdict, round and party in it: from there it takes the way of every message, through a restart too, but
 * is not judged again (inbox.c). Refused is what left the spool, and what could not be filed for that party. */
#include "app/reread.h"

#include <string.h>

#include "app/effects.h"
#include "round/judge.h"

#define TAKEN_IN "an officer took it in"

bool reread_decided(const struct message_row *m)
{
    return strcmp(m->state, "collected") == 0 && strcmp(m->rule, TAKEN_IN) == 0;
}

static bool may_be_reread(struct daemon *d, struct arena *a, const struct message_row *m, const struct act *act,
                          struct err *e)
{
    long long id = (long long)m->id;

    if (act->add_contact)
        return err_perm(e, "reply %lld is %s: accept it without --add-contact, and add the contact to the register", id,
                        m->state);
    if (!*m->file || !file_exists(spool_full(d->spool, a, m->file)))
        return err_perm(e, "reply %lld is not in the archive: `taamim reply add` files what it brought", id);
    return true;
}

/* Before anything is moved: the reading itself has nobody to tell that it was refused. */
static bool aim(struct daemon *d, struct arena *a, const struct act *act, struct message_row *m, struct err *e)
{
    const struct party *p;
    struct round_view v;
    struct seat_row seat;

    m->round = act->ref ? act->ref : m->round;
    m->party = act->party ? act->party : m->party;
    if (!*m->round || !*m->party)
        return err_perm(e, "say whose it is: --round REF --party CODE");
    p = register_find(d->orders.parties, m->party);
    if (!p)
        return err_perm(e, "the register has no party %s", m->party);
    if (!round_view(d, a, m->round, &v, e) || !store_seat(d->store, a, v.row.ref, p->code, &seat, e))
        return false;
    m->round = v.row.ref;
    m->party = arena_strdup(a, p->code);
    return seat.party || err_perm(e, "%s is not invited to round %s", m->party, m->round);
}

static bool give_back(struct daemon *d, struct arena *a, struct message_row *m, const char *who, struct err *e)
{
    const char *name = strrchr(m->file, '/') + 1;
    struct story_line line = {.who = who, .what = "accepted", .round = m->round, .party = m->party, .message = m->id};
    bool good;

    if (!daemon_begin(d, e))
        return false;
    m->state = "collected";
    m->verdict = verdict_names[VERDICT_FILE];
    m->rule = TAKEN_IN;
    m->why = "";
    m->marks = ""; /* found anew */
    good = spool_move(d->spool, a, m->file, "incoming", name, &m->file, e) &&
           story(d, &line, e, "from %s, \"%s\": read once more for its papers", m->sender, m->subject) &&
           store_update_message(d->store, m, e) && daemon_commit(d, e);
    if (!good)
        daemon_rollback(d);
    return good;
}

static bool reread(struct daemon *d, struct arena *a, struct message_row *m, const struct act *act,
                   const char **text_out, struct err *e)
{
    if (!may_be_reread(d, a, m, act, e) || !aim(d, a, act, m, e))
        return false;
    *text_out = arena_printf(a, "reply %lld: it is read once more, and filed for %s in %s; `taamim reply show %lld`",
                             (long long)m->id, m->party, m->round, (long long)m->id); /* a rehearsal ends below */
    if (!give_back(d, a, m, act->who, e))
        return false;
    d->ports.parse(d->ports.arg, m->id, spool_full(d->spool, a, m->file));
    return true;
}

bool act_take_in(struct daemon *d, struct arena *a, const struct act *act, const char **text_out, struct err *e)
{
    struct message_row m;

    if (!store_message(d->store, a, act->message, &m, e))
        return false;
    if (m.state && (strcmp(m.state, "noted") == 0 || strcmp(m.state, "duplicate") == 0))
        return reread(d, a, &m, act, text_out, e);
    return act_accept(d, a, act, text_out, e);
}
