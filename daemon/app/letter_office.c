/* letter_office.c - what the mails to officers show: what happened with what to do about it, and the open rounds.
 *
 * Rows stay in the order they come in, which for parties is the register's. The commands shown are ones that can be
 * typed as they are, but for words in capitals where something is unknown. Strangers' text is cleaned, and the
 * templates escape it. */
#include <stdlib.h>
#include <string.h>

#include "app/letter_parts.h"
#include "base/wire.h"
#include "mail/lang.h"
#include "mail/names.h"
#include "round/request.h"

#define DAY_S 86400

/* "2026-11-22 10:15", which can be compared and copied. */
static const char *stamp(struct arena *a, const struct letter *l, int64_t at)
{
    if (!at)
        return "";
    struct civil c = zone_civil(l->config->zone, at);
    return arena_printf(a, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

/* ---- what to do */

struct action_list {
    struct arena *a;
    json_t *list;
};

static void add_action(struct action_list *to, const char *command)
{
    if (json_array_append_new(to->list, json_string(command)) != 0)
        abort();
}

static bool is_one_of(const char *kind, const char *const *kinds)
{
    for (; *kinds; kinds++)
        if (strcmp(kind, *kinds) == 0)
            return true;
    return false;
}

static bool given(const char *text)
{
    return text && *text;
}

static void held_actions(struct action_list *to, const struct letter_alert *al)
{
    const char *round = given(al->ref) ? "" : " --round REF", *party = given(al->party_code) ? "" : " --party CODE";
    add_action(to, arena_printf(to->a, "taamim reply show %lld", (long long)al->message));
    add_action(to, arena_printf(to->a, "taamim reply accept %lld%s%s", (long long)al->message, round, party));
    add_action(to, arena_printf(to->a, "taamim reply reject %lld --why \"...\"", (long long)al->message));
}

static bool is_held(const struct letter_alert *al)
{
    static const char *const kinds[] = {"held", "suspect", NULL};
    return is_one_of(al->kind, kinds);
}

static void message_actions(struct action_list *to, const struct letter_alert *al)
{
    if (is_held(al)) {
        held_actions(to, al);
        return;
    }
    add_action(to, arena_printf(to->a, "taamim reply show %lld", (long long)al->message));
    if (strcmp(al->kind, "sealed") == 0)
        add_action(to, arena_printf(to->a, "taamim reply item %lld PAPER ITEM", (long long)al->message));
    if (strcmp(al->kind, "cover") == 0)
        add_action(to, arena_printf(to->a, "taamim reply cover %lld", (long long)al->message));
}

static json_t *actions_of(struct arena *a, const struct letter_alert *al)
{
    static const char *const addresses[] = {"bounced", "failed", NULL};
    static const char *const servers[] = {"queue_stopped", "server_away", "scanner_away", NULL};
    static const char *const others[] = {"trouble", "clock", NULL};
    struct action_list to = {a, json_array()};
    if (al->message)
        message_actions(&to, al);
    else if (is_one_of(al->kind, addresses) && given(al->party_code) && given(al->ref))
        add_action(&to, arena_printf(a, "taamim round resend %s --party %s --to ADDRESS", al->ref, al->party_code));
    else if (is_one_of(al->kind, servers))
        add_action(&to, "taamim check");
    else if (is_one_of(al->kind, others))
        add_action(&to, "taamim status");
    return to.list;
}

/* The same for who asks by mail: first lines of a reply to this very mail. */

static const char *request_for(struct arena *a, enum lang lang, enum request_verb verb, const char *of)
{
    const char *form = request_form(verb, lang);

    return arena_printf(a, "%.*s: %s", (int)strcspn(form, ":"), form, of);
}

static json_t *requests_of(struct arena *a, const struct letter_alert *al, enum lang lang)
{
    const char *n = arena_printf(a, "%lld", (long long)al->message);
    struct action_list to = {a, json_array()};

    if (al->message && is_held(al)) {
        add_action(&to, request_for(a, lang, REQUEST_ACCEPT, n));
        add_action(&to, request_for(a, lang, REQUEST_REJECT, n));
    } else if (al->message && strcmp(al->kind, "cover") == 0) {
        add_action(&to, request_for(a, lang, REQUEST_COVER, n));
    } else if (al->message && strcmp(al->kind, "unverified") == 0) {
        add_action(&to, request_for(a, lang, REQUEST_ACCEPT, n));
    }
    return to.list;
}

/* ---- alerts */

/* How long something has waited, or "" for less than a day. */
static const char *waited(struct arena *a, const struct letter *l, enum lang lang, int64_t since)
{
    long days = since && l->now_at > since ? (long)((l->now_at - since) / DAY_S) : 0;
    return days > 0 ? count_in_words(a, lang, COUNT_DAYS, days) : "";
}

/* "⁨⁩ – ⁨⁩" stands where the sender and subject of a message that cannot be read would. */
static bool says_nothing(const char *line)
{
    return line[strspn(line, " –\u2068\u2069")] == '\0';
}

/* What the daemon found stands in lines of its own, in words that have translations; the other lines are as they
 * came. Where sending stopped, the word before the server's is how far a delivery came. */
static json_t *alert_lines(struct arena *a, enum lang lang, const struct letter_alert *al)
{
    bool stopped = strcmp(al->kind, "queue_stopped") == 0 && given(al->text);
    char *rest = arena_printf(a, "%s%s", stopped ? "at the stage of " : "", given(al->text) ? al->text : ""), *line;
    json_t *lines = json_array();

    while ((line = strsep(&rest, "\n"))) {
        const char *words = reason_in_words(a, lang, line);
        if (!says_nothing(words) && json_array_append_new(lines, json_string(text_clean(a, words, strlen(words)))) != 0)
            abort();
    }
    return lines;
}

/* What several alerts tell of one reply is one entry: what is in it already is not said twice. */
static void add_once(json_t *list, const json_t *more)
{
    size_t i, k;
    json_t *one, *other;

    json_array_foreach(more, i, one)
    {
        bool has = false;

        json_array_foreach(list, k, other) has |= json_equal(one, other) == 1;
        if (!has && json_array_append(list, one) != 0)
            abort();
    }
}

static bool is_of_one_reply(const struct letter_alert *one, const struct letter_alert *other)
{
    return one->message && one->message == other->message;
}

static void alert_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang,
                         const struct letter_alert *al)
{
    json_t *actions = l->partner ? json_array() : actions_of(a, al);
    json_t *requests = l->by_mail && !l->partner ? requests_of(a, al, lang) : json_array();
    value_text(a, o, "what", word_of(lang, arena_printf(a, "alert.%s", al->kind)));
    value_text(a, o, "at", stamp(a, l, al->at));
    value_text(a, o, "ref", al->ref);
    value_text(a, o, "code", al->party_code);
    value_text(a, o, "party", al->party ? party_name(al->party, lang) : given(al->party_code) ? al->party_code : "");
    value_set(o, "lines", alert_lines(a, lang, al));
    value_int(o, "message", l->partner ? 0 : al->message);
    value_text(a, o, "waits", waited(a, l, lang, al->at));
    value_bool(o, "has_actions", json_array_size(actions) > 0);
    value_set(o, "actions", actions);
    value_bool(o, "has_requests", json_array_size(requests) > 0);
    value_set(o, "requests", requests);
}

static void join_alert(struct arena *a, json_t *row, const json_t *more)
{
    const char *what = json_string_value(json_object_get(row, "what"));
    const char *also = json_string_value(json_object_get(more, "what"));
    json_t *actions = json_object_get(row, "actions");
    if (!strstr(what, also))
        value_text(a, row, "what", arena_printf(a, "%s – %s", what, also));
    add_once(json_object_get(row, "lines"), json_object_get(more, "lines"));
    add_once(actions, json_object_get(more, "actions"));
    value_bool(row, "has_actions", json_array_size(actions) > 0);
    add_once(json_object_get(row, "requests"), json_object_get(more, "requests"));
    value_bool(row, "has_requests", json_array_size(json_object_get(row, "requests")) > 0);
}

static json_t *alert_rows(struct arena *a, const struct letter *l, enum lang lang)
{
    json_t *list = json_array(), *row = NULL;
    for (size_t i = 0; i < l->n_alerts; i++) {
        JSON_SCOPED values = json_object();
        alert_values(a, values, l, lang, &l->alerts[i]);
        if (row && is_of_one_reply(&l->alerts[i - 1], &l->alerts[i])) {
            join_alert(a, row, values);
            continue;
        }
        row = value_list_add(list);
        value_int(row, "n", (long long)json_array_size(list));
        json_object_update(row, values);
    }
    return list;
}

static void alert_list(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    json_t *list = alert_rows(a, l, lang);
    size_t n = json_array_size(list);
    long long held = 0;
    for (size_t i = 0; i < l->n_alerts; i++)
        held += is_held(&l->alerts[i]);
    value_bool(o, "has_alerts", n > 0);
    value_int(o, "n_alerts", (long long)n);
    value_int(o, "n_held", held);
    /* One thing alone is named in the subject. */
    value_set(o, "single", n == 1 ? json_copy(json_array_get(list, 0)) : json_object());
    value_set(o, "alerts", list);
}

/* ---- open rounds */

enum row_state { ROW_COMPLETE, ROW_PARTIAL, ROW_HELD, ROW_NO_PAPER, ROW_UNREACHABLE, ROW_NOT_SENT, ROW_SILENT };
static const char *const row_state_words[] = {"complete",    "partial",      "held",  "no paper yet",
                                              "unreachable", "not sent yet", "silent"};

static enum row_state row_state_of(const struct matrix_row *r)
{
    if (r->complete)
        return ROW_COMPLETE;
    if (r->answered)
        return ROW_PARTIAL;
    if (r->held > 0)
        return ROW_HELD;
    if (r->wrote)
        return ROW_NO_PAPER;
    if (r->addresses > 0 && r->failed + r->bounced >= r->addresses)
        return ROW_UNREACHABLE;
    return r->sent == 0 && r->waiting > 0 ? ROW_NOT_SENT : ROW_SILENT;
}

static const char *comma(enum lang lang)
{
    return lang == LANG_AR ? "، " : ", ";
}

static const char *joined(struct arena *a, enum lang lang, const char *list, const char *more)
{
    return *list ? arena_printf(a, "%s%s%s", list, comma(lang), more) : more;
}

static const char *missing_of(struct arena *a, enum lang lang, unsigned missing)
{
    const char *list = "";
    for (int i = 0; i < ITEMS_MAX; i++)
        if (missing & (1u << i))
            list = joined(a, lang, list, arena_printf(a, "%d", i + 1));
    return list;
}

static const char *counted_word(struct arena *a, enum lang lang, const char *key, int n)
{
    return arena_printf(a, lang == LANG_FR ? "%s\u00a0: %d" : "%s: %d", word_of(lang, key), n);
}

static const char *quoted_word(struct arena *a, enum lang lang, const char *key, const char *quoted)
{
    const char *word = word_of(lang, key);
    switch (lang) {
    case LANG_AR: return arena_printf(a, "%s: «%s»", word, quoted);
    case LANG_FR: return arena_printf(a, "%s\u00a0: «\u00a0%s\u00a0»", word, quoted);
    case LANG_EN: break;
    }
    return arena_printf(a, "%s: “%s”", word, quoted);
}

#define NOTE_BYTES ((size_t)200)

/* The beginning of a delegation's own words, in one line. */
static const char *beginning(struct arena *a, const char *text)
{
    return text_line(a, text, NOTE_BYTES);
}

/* What the columns do not say: addresses that failed, what waits, papers that answer nothing, its words, an own deadline. */
static const char *remarks_of(struct arena *a, const struct letter *l, enum lang lang, const struct matrix_row *r)
{
    const char *list = "";
    if (r->late)
        list = joined(a, lang, list, word_of(lang, "remark.late"));
    if (r->held > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.held", r->held));
    if (r->bounced > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.bounced", r->bounced));
    if (r->failed > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.failed", r->failed));
    if (r->locked > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.locked", r->locked));
    if (r->closed > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.closed", r->closed));
    if (r->covers > 0)
        list = joined(a, lang, list, counted_word(a, lang, "remark.covers", r->covers));
    if (r->note)
        list = joined(
            a, lang, list,
            quoted_word(a, lang, r->note_unverified ? "remark.note_unverified" : "remark.note", beginning(a, r->note)));
    if (r->away)
        list = joined(a, lang, list,
                      quoted_word(a, lang, r->away_unverified ? "remark.away_unverified" : "remark.away", r->away));
    if (r->extended) {
        const char *until = date_without_weekday(a, lang, zone_civil(l->config->zone, r->deadline_at));
        list = joined(a, lang, list, arena_printf(a, "%s %s", word_of(lang, "remark.extended"), until));
    }
    return list;
}

static void row_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang, const struct matrix_row *r)
{
    enum row_state state = row_state_of(r);
    value_text(a, o, "code", r->party);
    value_text(a, o, "party", r->who ? party_name(r->who, lang) : r->party);
    value_text(a, o, "state", word_of(lang, row_state_words[state]));
    value_int(o, "papers", r->papers);
    value_text(a, o, "missing", missing_of(a, lang, r->missing));
    value_int(o, "reminded", r->reminded);
    value_text(a, o, "remarks", remarks_of(a, l, lang, r));
    value_bool(o, "is_complete", state == ROW_COMPLETE);
    value_bool(o, "is_partial", state == ROW_PARTIAL);
    value_bool(o, "is_silent", state == ROW_SILENT || state == ROW_NOT_SENT || state == ROW_NO_PAPER);
    value_bool(o, "is_trouble", state == ROW_HELD || state == ROW_UNREACHABLE);
}

static void round_counts(struct arena *a, json_t *o, const struct matrix *m, enum lang lang)
{
    value_text(a, o, "n_parties", count_in_words(a, lang, COUNT_PARTIES, (long)m->n));
    value_text(a, o, "papers_count", count_in_words(a, lang, COUNT_PAPERS, m->papers));
    value_int(o, "complete_count", m->complete);
    value_int(o, "partial_count", m->partial);
    value_int(o, "no_paper_count", m->wrote);
    value_int(o, "silent_count", m->silent);
    value_int(o, "held_count", m->held);
    value_int(o, "bounced_count", m->bounced);
}

/* Civil days from today to the day of the instant; negative once it is past. */
static int days_until(const struct letter *l, int64_t at)
{
    struct civil today = zone_civil(l->config->zone, l->now_at), day = zone_civil(l->config->zone, at);
    int days = (int)((at - l->now_at) / DAY_S) - 1;
    while (civil_compare_days(civil_add_days(today, days), day) < 0)
        days++;
    while (civil_compare_days(civil_add_days(today, days), day) > 0)
        days--;
    return days;
}

static void round_row_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang, const struct matrix *m)
{
    json_t *rows = json_array();
    int days = days_until(l, m->round.deadline_at);
    value_text(a, o, "ref", m->round.ref);
    value_text(a, o, "title", m->spec ? text_in(m->spec->title, lang) : m->round.ref);
    value_text(a, o, "deadline", instant_in_words(a, lang, l->config->zone, m->round.deadline_at));
    value_text(a, o, "days", count_in_words(a, lang, COUNT_DAYS, days < 0 ? -days : days));
    value_bool(o, "is_today", days == 0);
    value_bool(o, "after", l->now_at > m->round.deadline_at);
    round_counts(a, o, m, lang);
    for (size_t i = 0; i < m->n; i++)
        row_values(a, value_list_add(rows), l, lang, &m->rows[i]);
    value_set(o, "rows", rows);
}

/* The round, for the line that only partners read; empty for officers. */
static json_t *partner_value(struct arena *a, const struct letter *l, enum lang lang)
{
    json_t *round = json_object();
    if (l->partner && l->spec) {
        value_text(a, round, "ref", l->spec->ref);
        value_text(a, round, "title", text_in(l->spec->title, lang));
    }
    return round;
}

void office_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    value_set(o, "for_partner", partner_value(a, l, lang));
    alert_list(a, o, l, lang);
    if (l->kind != LETTER_DIGEST)
        return;
    json_t *rounds = json_array();
    for (size_t i = 0; i < l->n_matrices; i++)
        round_row_values(a, value_list_add(rounds), l, lang, &l->matrices[i]);
    value_bool(o, "has_rounds", l->n_matrices > 0);
    value_int(o, "n_rounds", (long long)l->n_matrices);
    value_set(o, "rounds", rounds);
    value_text(a, o, "chain_head", l->chain_head);
}
