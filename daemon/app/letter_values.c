/* letter_values.c - what the names in the templates of a round's letters stand for, in one language.
 *
 * Every name that letter_names() lists is set, empty or false where it does not apply, so that a template can ask
 * for any of them. Strangers' text (file names, reasons) is cleaned to valid UTF-8; the templates escape it. */
#include <stdlib.h>
#include <string.h>

#include "app/letter_parts.h"
#include "app/trouble.h"
#include "mail/lang.h"
#include "mail/names.h"

#define HASH_SHOWN 12 /* hex digits of a SHA-256: enough to compare by eye */

/* ---- names */

static const char *const common_names[] = {
    "secretariat", "the_secretariat", "short_name", "the_short_name", "signature", "address", "today", "fsi", "pdi",
    NULL};
static const char *const round_names[] = {"ref",      "code",         "title",         "party",         "party_short",
                                          "of_party", "to_addressee", "is_note",       "note_number",   "note_date",
                                          "person",   "deadline",     "has_items",     "items",         "n",
                                          "required", "has_missing",  "missing_items", "missing_count", "answered",
                                          "complete", "late",         "after",         "closed",        "cancelled",
                                          NULL};
static const char *const notice_names[] = {"paragraphs", "has_documents", "documents", "documents_count", "name", NULL};
static const char *const reminder_names[] = {"days", "is_last", "is_today", NULL};
static const char *const paper_names[] = {"has_papers", "papers",       "papers_count", "all_known",      "name",
                                          "size",       "hash",         "item",         "is_new_version", "version",
                                          "is_known",   "has_troubles", "troubles",     "too_large",      "is_empty",
                                          "is_locked",  "is_closed",    "refused_type", "reason",         "unverified",
                                          "sender",     "infected",     "signature",    "covers",         NULL};
static const char *const extension_names[] = {"old_deadline", "for_all", NULL};
static const char *const corrigendum_names[] = {"paragraphs", NULL};
static const char *const alert_names[] = {"has_alerts",   "alerts",   "n_alerts", "n_held", "single",      "what",
                                          "at",           "ref",      "code",     "party",  "lines",       "message",
                                          "has_actions",  "actions",  "n",        "waits",  "for_partner", "title",
                                          "has_requests", "requests", NULL};
static const char *const digest_names[] = {
    "rounds",        "has_rounds",   "n_rounds",       "title",         "deadline",       "days",         "is_today",
    "after",         "n_parties",    "complete_count", "partial_count", "no_paper_count", "silent_count", "held_count",
    "bounced_count", "papers_count", "rows",           "state",         "papers",         "missing",      "reminded",
    "remarks",       "is_complete",  "is_partial",     "is_silent",     "is_trouble",     "chain_head",   NULL};

static const char *const answer_names[] = {"is_proposal", "is_done", "is_fault", "is_help", "what",  "told",     "said",
                                           "key",         "until",   "forms",    "verb",    "lines", "has_said", NULL};

static const char *const *const names_of_kind[LETTER_KIND_COUNT][3] = {
    [LETTER_NOTICE] = {round_names, notice_names},
    [LETTER_REMINDER] = {round_names, reminder_names},
    [LETTER_RECEIPT] = {round_names, paper_names},
    [LETTER_PROBLEM] = {round_names, paper_names},
    [LETTER_EXTENSION] = {round_names, extension_names},
    [LETTER_CORRIGENDUM] = {round_names, corrigendum_names},
    [LETTER_CLOSING] = {round_names},
    [LETTER_ALERT] = {alert_names},
    [LETTER_DIGEST] = {alert_names, digest_names},
    [LETTER_ANSWER] = {answer_names},
};

static void add_names(struct arena *a, const char ***list, size_t *n, const char *const *more)
{
    for (; more && *more; more++)
        ARENA_PUSH(a, *list, *n, *more);
}

const char *const *letter_names(struct arena *a, enum letter_kind kind, size_t *n_out)
{
    const char **list = NULL;
    size_t n = 0;
    add_names(a, &list, &n, common_names);
    for (size_t i = 0; i < 3; i++)
        add_names(a, &list, &n, names_of_kind[kind][i]);
    *n_out = n;
    return list;
}

/* ---- setting values */

void value_set(json_t *o, const char *key, json_t *value)
{
    if (json_object_set_new(o, key, value) != 0)
        abort(); /* no memory */
}

void value_text(struct arena *a, json_t *o, const char *key, const char *text)
{
    value_set(o, key, json_string(text ? text_clean(a, text, strlen(text)) : ""));
}

void value_bool(json_t *o, const char *key, bool value)
{
    value_set(o, key, json_boolean(value));
}

void value_int(json_t *o, const char *key, long long value)
{
    value_set(o, key, json_integer(value));
}

json_t *value_list_add(json_t *list)
{
    json_t *o = json_object();
    if (json_array_append_new(list, o) != 0)
        abort();
    return o;
}

/* The end of the paragraph that begins at s: an empty line, or the end. */
static const char *paragraph_end(const char *s)
{
    for (const char *nl = strchr(s, '\n'); nl; nl = strchr(nl + 1, '\n')) {
        const char *after = nl + 1 + strspn(nl + 1, " \t\r");
        if (*after == '\n' || *after == '\0')
            return nl;
    }
    return s + strlen(s);
}

json_t *paragraphs_of(struct arena *a, const char *text)
{
    json_t *list = json_array();
    const char *s = text + strspn(text, " \t\r\n");
    while (*s) {
        const char *end = paragraph_end(s), *last = end;
        while (last > s && strchr(" \t\r\n", last[-1]))
            last--;
        if (json_array_append_new(list, json_string(text_clean(a, s, (size_t)(last - s)))) != 0)
            abort();
        s = end + strspn(end, " \t\r\n");
    }
    return list;
}

/* ---- a round's letter */

static void item_list(struct arena *a, json_t *o, const char *key, const struct letter *l, enum lang lang,
                      unsigned which)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->spec->n_items && i < ITEMS_MAX; i++) {
        if (!(which & (1u << i)))
            continue;
        json_t *item = value_list_add(list);
        value_int(item, "n", (long long)i + 1);
        value_text(a, item, "title", text_in(l->spec->items[i].title, lang));
        value_bool(item, "required", l->spec->items[i].required);
    }
    value_set(o, key, list);
}

static long bits_in(unsigned bits)
{
    long n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

static void item_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    value_bool(o, "has_items", l->spec->n_items > 0);
    item_list(a, o, "items", l, lang, ~0u);
    /* Without items nothing can be named as missing, although the one paper may be. */
    value_bool(o, "has_missing", l->spec->n_items > 0 && l->missing != 0);
    item_list(a, o, "missing_items", l, lang, l->missing);
    value_text(a, o, "missing_count", count_in_words(a, lang, COUNT_ITEMS, bits_in(l->missing)));
}

static void note_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    bool note = l->spec->note_number && l->party->kind == PARTY_STATE;
    value_bool(o, "is_note", note);
    value_text(a, o, "note_number", l->spec->note_number);
    value_text(a, o, "note_date", l->spec->note_date.year ? date_without_weekday(a, lang, l->spec->note_date) : "");
    value_text(a, o, "person", person_name(l));
    value_text(a, o, "to_addressee", addressee_phrase(a, l, lang));
}

static const char *instant_or_empty(struct arena *a, const struct letter *l, enum lang lang, int64_t at)
{
    return at ? instant_in_words(a, lang, l->config->zone, at) : "";
}

static void round_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    value_text(a, o, "ref", l->spec->ref);
    value_text(a, o, "code", l->party->code);
    value_text(a, o, "title", text_in(l->spec->title, lang));
    value_text(a, o, "party", party_full(l->party, lang));
    value_text(a, o, "of_party", of_party(a, l->party, lang));
    value_text(a, o, "party_short", party_name(l->party, lang));
    value_text(a, o, "deadline", instant_or_empty(a, l, lang, l->deadline_at));
    value_bool(o, "answered", l->answered);
    value_bool(o, "complete", l->complete);
    value_bool(o, "late", l->late);
    value_bool(o, "closed", l->closed || l->cancelled || l->kind == LETTER_CLOSING);
    value_bool(o, "cancelled", l->cancelled);
    value_bool(o, "after", l->days_left < 0 || (l->deadline_at && l->now_at > l->deadline_at));
    note_values(a, o, l, lang);
    item_values(a, o, l, lang);
}

static void notice_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->n_documents; i++) {
        json_t *document = value_list_add(list);
        value_int(document, "n", (long long)i + 1);
        value_text(a, document, "name", l->documents[i]);
    }
    value_bool(o, "has_documents", l->n_documents > 0);
    value_set(o, "documents", list);
    value_text(a, o, "documents_count", count_in_words(a, lang, COUNT_DOCUMENTS, (long)l->n_documents));
    value_set(o, "paragraphs", paragraphs_of(a, text_in(l->spec->text, lang)));
}

static void reminder_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    value_text(a, o, "days", count_in_words(a, lang, COUNT_DAYS, labs((long)l->days_left)));
    value_bool(o, "is_today", l->days_left == 0);
    value_bool(o, "is_last", l->last_before_deadline);
}

/* ---- papers of a receipt or of a problem */

static void taken_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang,
                         const struct letter_paper *p)
{
    bool assigned = p->item >= 0 && (size_t)p->item < l->spec->n_items;
    value_text(a, o, "name", p->name);
    value_text(a, o, "size", size_in_words(a, lang, p->size));
    value_text(a, o, "hash", p->sha256 ? arena_strndup(a, p->sha256, strnlen(p->sha256, HASH_SHOWN)) : "");
    value_text(a, o, "item", assigned ? text_in(l->spec->items[p->item].title, lang) : "");
    value_bool(o, "is_new_version", p->version > 1 && !p->known);
    value_int(o, "version", p->version);
    value_bool(o, "is_known", p->known);
    value_bool(o, "is_locked", p->locked);
    value_bool(o, "is_closed", p->closed);
}

static void trouble_values(struct arena *a, json_t *o, const struct letter_paper *p, enum lang lang)
{
    static const struct {
        const char *code, *key;
    } known[] = {{TROUBLE_TOO_LARGE, "too_large"}, {TROUBLE_EMPTY, "is_empty"}, {TROUBLE_REFUSED_TYPE, "refused_type"}};
    const char *signature = trouble_signature(p->trouble);
    bool coded = signature != NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        bool is = strcmp(p->trouble, known[i].code) == 0;
        value_bool(o, known[i].key, is);
        coded |= is;
    }
    value_bool(o, "infected", signature != NULL);
    value_text(a, o, "signature", signature ? signature : "");
    value_text(a, o, "name", trouble_name(a, p));
    value_text(a, o, "size", p->size > 0 ? size_in_words(a, lang, p->size) : "");
    value_text(a, o, "reason", coded ? "" : reason_in_words(a, lang, trouble_advice(a, p->trouble)));
}

static void paper_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    json_t *taken = json_array(), *troubles = json_array(), *covers = json_array();
    long known = 0;
    for (size_t i = 0; i < l->n_papers; i++) {
        json_t *list = l->papers[i].trouble ? troubles : taken, *paper = value_list_add(list);
        value_int(paper, "n", (long long)json_array_size(list));
        if (l->papers[i].trouble)
            trouble_values(a, paper, &l->papers[i], lang);
        else
            taken_values(a, paper, l, lang, &l->papers[i]);
        known += !l->papers[i].trouble && l->papers[i].known;
        if (l->papers[i].maybe_cover)
            value_text(a, value_list_add(covers), "name", l->papers[i].name);
    }
    long n = (long)json_array_size(taken);
    value_bool(o, "has_papers", n > 0);
    value_bool(o, "all_known", n > 0 && known == n);
    /* an archive and the files in it are a line each, and no more papers than were sent */
    value_text(a, o, "papers_count", count_in_words(a, lang, COUNT_FILES, n));
    value_bool(o, "has_troubles", json_array_size(troubles) > 0);
    value_bool(o, "unverified", l->unverified);
    value_text(a, o, "sender", l->sender);
    value_set(o, "papers", taken);
    value_set(o, "troubles", troubles);
    value_set(o, "covers", covers);
}

/* ---- all of it */

/* What this kind says about its round and its party. */
static void kind_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    switch (l->kind) {
    case LETTER_NOTICE: notice_values(a, o, l, lang); break;
    case LETTER_REMINDER: reminder_values(a, o, l, lang); break;
    case LETTER_RECEIPT:
    case LETTER_PROBLEM: paper_values(a, o, l, lang); break;
    case LETTER_EXTENSION:
        value_text(a, o, "old_deadline", instant_or_empty(a, l, lang, l->old_deadline_at));
        value_bool(o, "for_all", l->for_all);
        break;
    case LETTER_CORRIGENDUM: value_set(o, "paragraphs", paragraphs_of(a, text_in(l->body, lang))); break;
    case LETTER_CLOSING:
    case LETTER_ALERT:
    case LETTER_DIGEST:
    case LETTER_ANSWER: break;
    }
}

json_t *letter_values(struct arena *a, const struct letter *l, enum lang lang)
{
    json_t *o = json_object();
    value_text(a, o, "secretariat", name_first(a, l->config->name, lang));
    value_text(a, o, "the_secretariat", name_within(a, l->config->name, lang));
    value_text(a, o, "short_name", name_first(a, l->config->short_name, lang));
    value_text(a, o, "the_short_name", name_within(a, l->config->short_name, lang));
    value_text(a, o, "signature", name_alone(a, l->config->name, lang));
    value_text(a, o, "address", l->config->address);
    value_text(a, o, "today", date_in_words(a, lang, zone_civil(l->config->zone, l->now_at)));
    /* U+2068 and U+2069 around names of either direction, in plain text; set raw, since cleaning drops such marks. */
    value_set(o, "fsi", json_string(FSI));
    value_set(o, "pdi", json_string(PDI));
    if (l->spec && l->party) { /* every letter but the officers' mails has both: letter_render sees to it */
        round_values(a, o, l, lang);
        kind_values(a, o, l, lang);
    }
    if (l->kind == LETTER_ALERT || l->kind == LETTER_DIGEST)
        office_values(a, o, l, lang);
    if (l->kind == LETTER_ANSWER)
        answer_values(a, o, l, lang);
    return o;
}
