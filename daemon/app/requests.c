/* Officers' requests by mail. What is proposed was tried out by the very act that will be done, in a transaction that
 * keeps nothing; what is done names its request in the story, so that a daemon that is killed before it has answered
 * finds it there and does not do it again.
 *
 * Refused: who has no right to it, a confirmation from another address than the one that asked, one that comes too
 * late or a second time, and more than REQUESTS_A_DAY. A mail that failed authentication never comes here
 * (round/judge). */
#include "app/requests.h"

#include <stdlib.h>
#include <string.h>

#include "app/office.h"
#include "app/post.h"
#include "app/verbs.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/address.h"
#include "mail/names.h"
#include "round/request.h"

#define CAUSE_ANSWER "answer:"
#define CAUSE_DONE   "done:"
#define HOUR_S       3600
#define DAY_S        86400
#define AGAIN_S      60
#define WORDS_BYTES  (64 << 10)

static const enum officer_right rights[REQUEST_VERB_COUNT] = {
    [REQUEST_HELP] = MAY_VIEW,     [REQUEST_STATUS] = MAY_VIEW,   [REQUEST_EXTEND] = MAY_LAUNCH,
    [REQUEST_REMIND] = MAY_DECIDE, [REQUEST_RESEND] = MAY_DECIDE, [REQUEST_NOTE] = MAY_LAUNCH,
    [REQUEST_CLOSE] = MAY_LAUNCH,  [REQUEST_CANCEL] = MAY_LAUNCH, [REQUEST_ACCEPT] = MAY_DECIDE,
    [REQUEST_REJECT] = MAY_DECIDE, [REQUEST_MOVE] = MAY_DECIDE,   [REQUEST_ITEM] = MAY_DECIDE,
    [REQUEST_COVER] = MAY_DECIDE,
};

#define BEYOND "this request is beyond what your address may ask for by mail"

static bool may(const struct officer *o, int verb)
{
    return o->rights & RIGHT_BIT(rights[verb]);
}

/* ---- answers */

static bool post_answer(struct daemon *d, struct arena *a, const struct request_row *row, const char *cause,
                        struct letter *letter, struct err *e)
{
    const struct officer *o = config_officer(d->orders.config, row->officer);
    struct contact to = {.role = ROLE_OTHER, .address = o->address, .name = o->name, .langs = LANG_BIT(o->lang)};
    const struct contact *list[] = {&to};
    struct message_row asked = {0};
    struct post p = {.cause = arena_printf(a, "%s%lld", cause, (long long)row->id), .to = list, .n_to = 1};
    char token[17];
    int64_t notice, by = row->confirmed_by ? row->confirmed_by : row->message;

    if (!store_message(d->store, a, by, &asked, e))
        return false;
    random_token(token);
    p.boundary = arena_printf(a, "=_taamim_%s", token);
    p.in_reply_to = asked.state && *asked.message_id ? asked.message_id : NULL;
    letter->langs = to.langs;
    letter->now_at = clock_now();
    p.letter = *letter;
    return post(d, a, &p, &notice, e);
}

/* ---- what comes */

bool requests_is_one(const struct daemon *d, const struct incoming *in)
{
    const struct officer *o = config_officer(d->orders.config, in->m.sender);

    return o && o->rights && (in->confirms || request_is(in->facts->reply_text));
}

int64_t requests_answered(const struct notice_row *n)
{
    size_t len = strlen(CAUSE_ANSWER);

    return strncmp(n->cause, CAUSE_ANSWER, len) == 0 ? strtoll(n->cause + len, NULL, 10) : 0;
}

static bool too_many(struct daemon *d, const struct officer *o)
{
    return store_requests_since(d->store, o->address, clock_now() - DAY_S) >= REQUESTS_A_DAY;
}

static struct request_row row_of(struct incoming *in, const struct officer *o, const char *state)
{
    const char *text = in->facts->reply_text;

    return (struct request_row){.message = in->m.id,
                                .officer = o->address,
                                .text = text_lines(in->a, text, strnlen(text, WORDS_BYTES)),
                                .state = state,
                                .at = clock_now()};
}

/* Once a day: who forges that address makes no flood of alerts either. */
static bool say_too_many(struct daemon *d, const struct incoming *in, const struct officer *o, struct err *e)
{
    struct alert_row about = {.kind = "trouble", .message = in->m.id};
    const char *key = arena_printf(in->a, "requests_told:%s", o->address), *told = store_get(d->store, in->a, key);
    int64_t told_at = told ? strtoll(told, NULL, 10) : 0, now = clock_now();

    if (told_at > now - DAY_S && told_at <= now)
        return true;
    return store_set(d->store, key, arena_printf(in->a, "%lld", (long long)now), e) &&
           alert(d, &about, e, "more requests by mail from %s in a day than are answered; this one is not", o->address);
}

/* A machine that answers the answer in the words that were refused; who asks anew later may have mended what was wrong. */
static bool repeats_itself(const struct incoming *in, const struct request_row *row, const struct request_row *last)
{
    bool answers = in->about.cause || *in->facts->in_reply_to;

    return last->state && strcmp(last->state, "refused") == 0 && strcmp(last->text, row->text) == 0 &&
           last->at > row->at - (answers ? DAY_S : HOUR_S);
}

/* Adds it, with its id; *answered_out is false where it gets no answer. */
static bool add_request(struct daemon *d, struct incoming *in, const struct officer *o, struct request_row *row,
                        bool *answered_out, struct err *e)
{
    struct request_row last;

    *answered_out = false;
    if (!store_last_request(d->store, in->a, o->address, &last, e))
        return false;
    if (repeats_itself(in, row, &last))
        return true;
    if (too_many(d, o))
        return say_too_many(d, in, o, e);
    *answered_out = true;
    return store_add_request(d->store, row, &row->id, e);
}

static bool ask(struct daemon *d, struct incoming *in, const struct officer *o, struct err *e)
{
    struct request_row row = row_of(in, o, "asked");
    bool answered;

    d->requests_due = true;
    return add_request(d, in, o, &row, &answered, e);
}

/* Answered at once: it asks for nothing that can be done. */
static bool decline(struct daemon *d, struct incoming *in, const struct officer *o, const char *why, struct err *e)
{
    struct request_row row = row_of(in, o, "refused");
    bool answered;
    struct letter_answer says = {.kind = ANSWER_FAULT, .verb = -1, .told = why};
    struct letter letter = {.kind = LETTER_ANSWER, .answer = &says};

    return add_request(d, in, o, &row, &answered, e) &&
           (!answered || post_answer(d, in->a, &row, CAUSE_DONE, &letter, e));
}

static bool is_open(const struct request_row *row)
{
    return strcmp(row->state, "proposed") == 0 && row->until_at >= clock_now();
}

/* Only a yes that was read is one: a "no" below what a mail program quotes without marks is not seen. */
static bool confirm(struct daemon *d, struct incoming *in, const struct officer *o, struct err *e)
{
    struct request_row row;
    struct alert_row about = {.kind = "suspect", .message = in->m.id};
    enum request_word word = request_word(in->facts->reply_text);

    if (!store_request(d->store, in->a, in->confirms, &row, e))
        return false;
    if (row.state && !address_same(row.officer, o->address))
        return alert(d, &about, e, "%s confirms what %s asked for; nothing was done", o->address, row.officer);
    if (request_is(in->facts->reply_text) && word != WORD_NO)
        return ask(d, in, o, e);
    if (!row.state || !is_open(&row))
        return decline(d, in, o, "this can be confirmed no more: it was confirmed or dropped before, or is too old", e);
    if (word != WORD_YES && word != WORD_NO)
        return decline(d, in, o, "the answer is neither a yes nor a no; the request still waits for one", e);
    row.confirmed_by = in->m.id;
    row.state = word == WORD_NO ? "withdrawn" : "confirmed";
    d->requests_due = true;
    return store_update_request(d->store, &row, e);
}

bool requests_take(struct daemon *d, struct incoming *in, struct err *e)
{
    const struct officer *o = config_officer(d->orders.config, in->m.sender);

    return in->confirms ? confirm(d, in, o, e) : ask(d, in, o, e);
}

/* The request's new state and its answer, or neither. */
static bool answer(struct daemon *d, struct arena *a, const struct request_row *row, const struct letter_answer *says,
                   struct err *e)
{
    bool proposal = says->kind == ANSWER_PROPOSAL;
    struct letter letter = {.kind = LETTER_ANSWER, .answer = says};

    if (daemon_begin(d, e) && store_update_request(d->store, row, e) &&
        post_answer(d, a, row, proposal ? CAUSE_ANSWER : CAUSE_DONE, &letter, e) && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

/* ---- understanding */

struct asked {
    struct daemon *d;
    struct arena *a;
    struct request_row *row;
    const struct officer *officer;
    struct request request;
    struct act act;
};

static bool end_with(struct asked *q, struct letter_answer *says, struct err *e)
{
    says->verb = q->request.verb;
    says->request = &q->request;
    if (says->kind != ANSWER_PROPOSAL)
        q->row->state = says->kind == ANSWER_FAULT ? "refused" : "done";
    return answer(q->d, q->a, q->row, says, e);
}

static bool refuse(struct asked *q, const char *why, struct err *e)
{
    return end_with(q, &(struct letter_answer){.kind = ANSWER_FAULT, .told = why}, e);
}

/* By its code or by its name in one of the languages. */
static const char *find_party(struct asked *q, const char *said, struct err *e)
{
    const struct party_register *r = q->d->orders.parties;
    const struct party *p = register_find(r, said);

    for (size_t i = 0; !p && i < r->n_parties; i++)
        for (int lang = 0; lang < LANG_COUNT && !p; lang++)
            if (request_same(r->parties[i].name[lang], said) || request_same(r->parties[i].full[lang], said))
                p = &r->parties[i];
    if (!p)
        err_perm(e, "the register has no party %s", said);
    return p ? arena_strdup(q->a, p->code) : NULL;
}

static bool take_number(const struct request *r, enum request_key key, int64_t *out, struct err *e)
{
    if (r->said[key])
        *out = request_number(r->said[key]);
    return !r->said[key] || *out > 0 || err_perm(e, "line %d: a number is needed, not %s", r->line[key], r->said[key]);
}

static bool take_yes(const struct request *r, enum request_key key, bool *out, struct err *e)
{
    enum request_word word = r->said[key] ? request_word(r->said[key]) : WORD_NO;

    *out = word == WORD_YES;
    return word == WORD_YES || word == WORD_NO ||
           err_perm(e, "line %d: a yes or a no is needed, not %s", r->line[key], r->said[key]);
}

/* "+2h" would be another instant when it is confirmed. */
static bool take_date(const struct request *r, struct err *e)
{
    const char *said = r->said[KEY_DEADLINE];

    return !said || !strchr(said, '+') || err_perm(e, "line %d: a date is needed, not %s", r->line[KEY_DEADLINE], said);
}

static const char *note_text(struct asked *q)
{
    const struct request *r = &q->request;
    const char *all = r->said[KEY_TEXT] ? r->said[KEY_TEXT] : "";

    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (r->said[KEY_TEXT_AR + lang])
            all = arena_printf(q->a, "%s%s%s", all, *all ? "\n\n" : "", r->said[KEY_TEXT_AR + lang]);
    return all;
}

static bool understand(struct asked *q, struct err *e)
{
    const struct request *r = &q->request;
    struct act *act = &q->act;
    int64_t item = 0;

    *act = (struct act){.ref = r->said[KEY_ROUND], .address = r->said[KEY_ADDRESS], .lang = q->officer->lang};
    if (r->said[KEY_PARTY] && !(act->party = find_party(q, r->said[KEY_PARTY], e)))
        return false;
    if (!take_number(r, KEY_REPLY, &act->message, e) || !take_number(r, KEY_PAPER, &act->paper, e) ||
        !take_number(r, KEY_ITEM, &item, e))
        return false;
    act->item = (int)item;
    if (!take_yes(r, KEY_TELL, &act->tell, e) || !take_date(r, e))
        return false;
    act->text = r->verb == REQUEST_EXTEND   ? r->said[KEY_DEADLINE]
                : r->verb == REQUEST_REJECT ? r->said[KEY_REASON]
                                            : NULL;
    if (r->verb == REQUEST_NOTE) {
        act->text = note_text(q);
        for (int lang = 0; lang < LANG_COUNT; lang++)
            act->texts[lang] = r->said[KEY_TEXT_AR + lang];
    }
    return true;
}

/* Done by the act itself, but for the end: what it says, and whether it can. */
static bool try_out(struct asked *q, const struct verb *verb, const char **told_out, struct err *e)
{
    bool done, reached;

    q->act.who = q->row->officer;
    daemon_rehearse(q->d);
    done = verb->act(q->d, q->a, &q->act, told_out, e);
    reached = daemon_rehearsed(q->d);
    if (reached)
        *e = (struct err){0};
    return done || reached;
}

static bool propose(struct asked *q, struct err *e)
{
    const char *name = request_verb_names[q->request.verb];
    const struct verb *verb = verb_find(name);
    struct letter_answer says = {.kind = ANSWER_PROPOSAL, .until_at = clock_now() + q->d->orders.config->confirm_s};
    struct err why = {0};
    char *json;

    if (!understand(q, &why) || !verb_ready(name, verb->needs, &q->act, &why) || !try_out(q, verb, &says.told, &why)) {
        if (why.kind == ERR_TEMP)
            return err_temp(e, "%s", why.text);
        return refuse(q, arena_strdup(q->a, why.text), e);
    }
    JSON_SCOPED act = act_to_json(name, &q->act);
    json = json_dumps(act, JSON_COMPACT);
    q->row->act = arena_strdup(q->a, json);
    free(json);
    q->row->state = "proposed";
    q->row->until_at = says.until_at;
    return end_with(q, &says, e);
}

static bool show_status(struct asked *q, struct err *e)
{
    struct letter letter = {.kind = LETTER_DIGEST};
    struct err why = {0};
    const char *ref = q->request.said[KEY_ROUND];
    struct round_view v;

    if (ref && !round_view(q->d, q->a, ref, &v, &why))
        return refuse(q, arena_strdup(q->a, why.text), e);
    q->row->state = "done";
    if (daemon_begin(q->d, e) && office_status(q->d, q->a, ref ? v.row.ref : NULL, &letter, e) &&
        store_update_request(q->d->store, q->row, e) && post_answer(q->d, q->a, q->row, CAUSE_DONE, &letter, e) &&
        daemon_commit(q->d, e))
        return true;
    daemon_rollback(q->d);
    return false;
}

static bool read_request(struct daemon *d, struct arena *a, struct request_row *row, struct err *e)
{
    struct asked q = {.d = d, .a = a, .row = row, .officer = config_officer(d->orders.config, row->officer)};
    struct err why = {0};

    if (!request_parse(a, row->text, &q.request, &why))
        return refuse(&q, arena_strdup(a, why.text), e);
    if (!may(q.officer, (int)q.request.verb))
        return refuse(&q, BEYOND, e);
    if (q.request.verb == REQUEST_HELP)
        return end_with(&q, &(struct letter_answer){.kind = ANSWER_HELP}, e);
    return q.request.verb == REQUEST_STATUS ? show_status(&q, e) : propose(&q, e);
}

/* ---- doing */

/* As the configuration is now: a right may be gone since it was proposed. */
static bool carry_out(struct daemon *d, struct arena *a, const struct officer *o, const struct act *act,
                      struct letter_answer *says, struct err *e)
{
    const struct verb *verb = says->verb < 0 ? NULL : verb_find(request_verb_names[says->verb]);

    if (!verb)
        return err_perm(e, "what was confirmed is no request of this version");
    return may(o, says->verb) ? verb->act(d, a, act, &says->told, e) : err_perm(e, BEYOND);
}

/* Done before a kill, and not answered: its event names the request. */
static bool done_before(struct daemon *d, struct arena *a, const char *who, const char **told_out, struct err *e)
{
    struct event_row event;

    if (!store_event_by(d->store, a, who, &event, e))
        return false;
    *told_out = event.who ? event.text : NULL;
    return true;
}

static bool perform(struct daemon *d, struct arena *a, struct request_row *row, struct err *e)
{
    const char *who = arena_printf(a, "%s (request %lld)", row->officer, (long long)row->id);
    const struct officer *o = config_officer(d->orders.config, row->officer);
    struct letter_answer says = {.kind = ANSWER_DONE, .verb = -1};
    JSON_SCOPED m = json_loads(row->act, 0, NULL);
    struct act act = act_from_json(m, who);
    struct err why = {0};
    int value = -1;

    if (enum_by_name(request_verb_names, REQUEST_VERB_COUNT, wire_string(m, "act", ""), &value))
        says.verb = value;
    act.lang = o->lang;
    if (!done_before(d, a, who, &says.told, e))
        return false;
    if (!says.told && !carry_out(d, a, o, &act, &says, &why)) {
        if (why.kind == ERR_TEMP)
            return err_temp(e, "%s", why.text);
        says.kind = ANSWER_FAULT;
        says.told = arena_strdup(a, why.text);
    }
    d->outbox_due = true;
    row->state = "done";
    return answer(d, a, row, &says, e);
}

static bool do_next(struct daemon *d, struct arena *a, struct request_row *row, struct err *e)
{
    if (config_officer(d->orders.config, row->officer))
        return strcmp(row->state, "asked") == 0 ? read_request(d, a, row, e) : perform(d, a, row, e);
    row->state = "withdrawn"; /* no officer any more */
    if (daemon_begin(d, e) && store_update_request(d->store, row, e) && daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

/* What can never be answered, a text that no letter has room for, keeps those behind it no longer. */
static bool give_up(struct daemon *d, struct request_row *row, const char *why)
{
    struct alert_row about = {.kind = "trouble", .message = row->message};
    const char *fate = row->confirmed_by ? "was perhaps carried out, as the story tells" : "was not carried out";
    struct err e = {0};

    row->state = "done";
    if (daemon_begin(d, &e) && store_update_request(d->store, row, &e) &&
        alert(d, &about, &e, "the request by mail from %s %s; it cannot be answered: %s", row->officer, fate, why) &&
        daemon_commit(d, &e))
        return true;
    daemon_rollback(d);
    return false;
}

int64_t requests_turn(struct daemon *d)
{
    ARENA_SCOPED a = arena_new();
    struct request_row *rows;
    struct err e = {0};
    size_t n;
    bool good = true;

    if (!store_requests_due(d->store, a, &rows, &n, &e))
        return clock_now() + AGAIN_S;
    for (size_t i = 0; i < n; i++) {
        ARENA_SCOPED own = arena_new();

        if (do_next(d, own, &rows[i], &e))
            continue;
        log_event(LOG_LEVEL_ERROR, "request", "id", arena_printf(own, "%lld", (long long)rows[i].id), "officer",
                  rows[i].officer, "reason", e.text, NULL);
        good = e.kind == ERR_PERM && give_up(d, &rows[i], e.text) && good;
    }
    return good && n < REQUESTS_MOST ? 0 : clock_now() + (good ? 1 : AGAIN_S);
}
