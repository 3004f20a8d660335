/* round.c - whom a round writes to, what a paper answers, what is still missing.
 *
 * Which item a paper answers is read from its name or subject only where that leaves no doubt: a paper not assigned
 * costs an officer a moment, a wrong one stops the reminders. So a number counts after a word for "item" or alone at
 * the head of a file name, never inside a date, a version or a longer number. */
#include "round/round.h"
#include <string.h>
#include <strings.h>
#include "round/words.h"

const struct round_kind_row round_kinds[ROUND_KIND_COUNT] = {
    [ROUND_PAPERS] = {.name = "papers", .takes_papers = true, .owes_answer = true},
};
const char *const round_state_names[ROUND_STATE_COUNT] = {"open", "closed", "cancelled"};

#define ROLES_DEFAULT (1u << ROLE_MISSION | 1u << ROLE_FOCAL_POINT)

/* ---- audience */
static bool is_named(const struct party *p, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(names[i], p->code) == 0)
            return true;
    return false;
}

static bool is_grouped(const struct party *p, const char *const *groups, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (party_in_group(p, groups[i]))
            return true;
    return false;
}

bool round_invites(const struct round_spec *s, const struct party *p)
{
    if (is_named(p, s->except, s->n_except) || is_grouped(p, s->except, s->n_except))
        return false;
    return (s->kinds & 1u << p->kind) || is_grouped(p, s->groups, s->n_groups) || is_named(p, s->codes, s->n_codes);
}

static size_t add_contact(const struct contact *c, const struct contact **out, size_t n, size_t max)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(out[i]->address, c->address) == 0)
            return n;
    if (n < max)
        out[n++] = c;
    return n;
}

size_t round_contacts(const struct round_spec *s, const struct party *p, const struct contact **out, size_t max)
{
    unsigned roles = s->roles ? s->roles : ROLES_DEFAULT;
    size_t n = 0;
    for (int role = 0; role < ROLE_COUNT; role++) {
        for (size_t i = 0; i < p->n_contacts && (roles & 1u << role); i++)
            if ((int)p->contacts[i].role == role)
                n = add_contact(&p->contacts[i], out, n, max);
        for (size_t i = 0; i < s->n_contacts; i++)
            if ((int)s->contacts[i].contact.role == role && strcasecmp(s->contacts[i].party, p->code) == 0)
                n = add_contact(&s->contacts[i].contact, out, n, max);
    }
    return n;
}

bool round_encloses(const struct round_document *d, const struct party *p, unsigned langs)
{
    if (d->party && strcasecmp(d->party, p->code) != 0)
        return false;
    return !d->langs || (d->langs & langs);
}

unsigned contacts_langs(const struct contact *const *to, size_t n)
{
    unsigned langs = 0;
    for (size_t i = 0; i < n; i++)
        langs |= to[i]->langs;
    return langs;
}

/* ---- items. A set of items is a mask; ALL_ITEMS stands for "several, no telling which". */
#define ALL_ITEMS (~0u)

static const char *const item_words[] = {"item",   "point",  "element", "rubrique", "بند",    "البند",  "للبند",
                                         "بالبند", "والبند", "النقطة",  "نقطة",     "للنقطة", "العنصر", NULL};
static const char *const items_words[] = {"items",   "points",  "elements", "rubriques", "البنود", "بنود",
                                          "البندين", "البندان", "النقاط",   "النقطتين",  NULL};
static const char *const number_words[] = {"no", "nr", "number", "numero", "n°", "nº", "رقم", NULL};
static const char *const and_words[] = {"and", "et", "و", "&", NULL};

static const struct {
    const char *word;
    int number;
    bool counts; /* "two": a number only after the word for item */
} ordinals[] = {
    {"الاول", 1, false},     {"الاولى", 1, false},   {"first", 1, false},     {"premier", 1, false},
    {"premiere", 1, false},  {"one", 1, true},       {"الثاني", 2, false},    {"الثانى", 2, false},
    {"الثانية", 2, false},   {"second", 2, false},   {"deuxieme", 2, false},  {"two", 2, true},
    {"deux", 2, true},       {"الثالث", 3, false},   {"الثالثة", 3, false},   {"third", 3, false},
    {"troisieme", 3, false}, {"three", 3, true},     {"trois", 3, true},      {"الرابع", 4, false},
    {"الرابعة", 4, false},   {"fourth", 4, false},   {"quatrieme", 4, false}, {"four", 4, true},
    {"quatre", 4, true},     {"الخامس", 5, false},   {"الخامسة", 5, false},   {"fifth", 5, false},
    {"cinquieme", 5, false}, {"five", 5, true},      {"cinq", 5, true},       {"السادس", 6, false},
    {"السادسة", 6, false},   {"sixth", 6, false},    {"sixieme", 6, false},   {"six", 6, true},
    {"السابع", 7, false},    {"السابعة", 7, false},  {"seventh", 7, false},   {"septieme", 7, false},
    {"seven", 7, true},      {"sept", 7, true},      {"الثامن", 8, false},    {"الثامنة", 8, false},
    {"eighth", 8, false},    {"huitieme", 8, false}, {"eight", 8, true},      {"huit", 8, true},
    {"التاسع", 9, false},    {"التاسعة", 9, false},  {"ninth", 9, false},     {"neuvieme", 9, false},
    {"nine", 9, true},       {"neuf", 9, true},      {"العاشر", 10, false},   {"العاشرة", 10, false},
    {"tenth", 10, false},    {"dixieme", 10, false}, {"ten", 10, true},       {"dix", 10, true},
};

static int ordinal_of(const struct word *w, bool counts_too)
{
    for (size_t i = 0; i < sizeof ordinals / sizeof *ordinals; i++)
        if (word_is(w, ordinals[i].word) && (counts_too || !ordinals[i].counts))
            return ordinals[i].number;
    return 0;
}

static unsigned item_bit(int number, size_t n_items)
{
    return number >= 1 && (size_t)number <= n_items ? 1u << (number - 1) : 0;
}

/* "2", "2 and 3", "2-3": what follows a word for "item" at w[i]. */
static unsigned numbers_from(const struct words *w, size_t i, size_t n_items)
{
    unsigned found = 0;
    for (bool more = true; i < w->n && more && w->word[i].digits > 0; i++) {
        found |= item_bit(w->word[i].number, n_items);
        const struct word *next = &w->word[i + 1];
        more = next->digits > 0 && next->before[0] && strchr("-,&+/", next->before[0]);
        if (i + 2 < w->n && word_in(next, and_words)) {
            more = true;
            i++;
        }
    }
    return found;
}

static unsigned items_by_word(const struct words *w, size_t i, size_t n_items)
{
    if (word_in(&w->word[i], items_words) && i + 1 < w->n)
        return w->word[i + 1].digits > 0 || ordinal_of(&w->word[i + 1], true) ? ALL_ITEMS : 0;
    if (!word_in(&w->word[i], item_words) || (i > 0 && word_is(&w->word[i - 1], "focal")))
        return 0;
    size_t next = i + 1;
    if (next < w->n && word_in(&w->word[next], number_words))
        next++;
    if (next < w->n && w->word[next].digits > 0)
        return numbers_from(w, next, n_items);
    int ordinal = next < w->n ? ordinal_of(&w->word[next], true) : 0;
    if (!ordinal && i > 0)
        ordinal = ordinal_of(&w->word[i - 1], false);
    return item_bit(ordinal, n_items);
}

/* "2_report.pdf", "(2) report.pdf", "2.pdf", but not "2 papers.pdf", "2-12-2026.pdf", "2nd report.pdf". */
static unsigned item_at_head(const struct words *w, size_t n_items)
{
    const struct word *next = &w->word[1];
    size_t used;
    if (w->n < 2 || w->word[0].digits == 0 || w->word[0].digits > 2 || next->digits > 0 || words_month(next, &used))
        return 0;
    bool set_off = next->before[0] && strcmp(next->before, " ") != 0 && strchr("_-.)]:", next->before[0]);
    return set_off ? item_bit(w->word[0].number, n_items) : 0;
}

/* The words of `key` one after the other. */
static bool has_key_at(const struct words *w, size_t i, const struct words *key)
{
    for (size_t k = 0; k < key->n; k++)
        if (i + k >= w->n || !word_is(&w->word[i + k], key->word[k].text))
            return false;
    bool starts = w->word[i].before[0] || i == 0;
    bool ends = i + key->n == w->n || w->word[i + key->n].before[0];
    return starts && ends;
}

/* A key of one letter is a word of many languages: it names no item by itself. */
static unsigned items_by_key(const struct words *w, const struct round_item *items, size_t n_items)
{
    unsigned found = 0;
    for (size_t item = 0; item < n_items; item++) {
        struct words key;
        words_of(items[item].key, &key);
        if (key.n == 0 || strlen(items[item].key) < 2 || (key.n == 1 && key.word[0].digits > 0))
            continue;
        for (size_t i = 0; i < w->n; i++)
            if (has_key_at(w, i, &key))
                found |= 1u << item;
    }
    return found;
}

static unsigned items_in(const char *text, bool file_name, const struct round_item *items, size_t n_items)
{
    struct words w;
    words_of(text ? text : "", &w);
    unsigned found = items_by_key(&w, items, n_items);
    if (file_name)
        found |= item_at_head(&w, n_items);
    for (size_t i = 0; i < w.n; i++)
        found |= items_by_word(&w, i, n_items);
    return found;
}

int item_of(const struct round_item *items, size_t n_items, const char *file_name, const char *subject)
{
    if (n_items <= 1 || n_items > ITEMS_MAX)
        return n_items == 1 ? 0 : -1;
    unsigned found = items_in(file_name, true, items, n_items);
    if (!found)
        found = items_in(subject, false, items, n_items);
    bool one = found && !(found & (found - 1));
    return one ? __builtin_ctz(found) : -1;
}

/* ---- versions */
static const char *const revision_words[] = {"rev",  "revised", "revision", "revise", "revisee",
                                             "معدل", "معدلة",   "منقح",     "منقحة",  NULL};
static const char *const version_words[] = {"v", "ver", "version", "rev", "revision", "نسخة", "النسخة", NULL};

/* Takes "(1)", "v2", "version 2", "rev" off the end; returns how many words are left, at least one. */
static size_t without_version(const struct words *w, size_t n)
{
    for (;;) {
        const struct word *last = &w->word[n - 1];
        if (n > 1 && last->digits > 0 && strchr(last->before, '('))
            n--;
        else if (n > 2 && last->digits > 0 && word_in(last - 1, version_words))
            n -= 2;
        else if (n > 1 && word_in(last, revision_words))
            n--;
        else
            return n;
    }
}

/* A file name as its stem without version, and its extension. */
struct stem {
    struct words words;
    size_t n;
    const char *extension;
};

static void stem_of(const char *name, struct stem *out)
{
    char stem[512];
    const char *dot = strrchr(name, '.');
    size_t len = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    out->extension = name + len;
    if (len >= sizeof stem)
        len = sizeof stem - 1;
    memcpy(stem, name, len);
    stem[len] = '\0';
    words_of(stem, &out->words);
    out->n = out->words.n ? without_version(&out->words, out->words.n) : 0;
}

static bool same_paper(const struct stem *one, const struct stem *other)
{
    if (one->n == 0 || one->n != other->n || !one->words.whole || !other->words.whole ||
        strcasecmp(one->extension, other->extension) != 0)
        return false;
    for (size_t i = 0; i < one->n; i++)
        if (strcmp(one->words.word[i].text, other->words.word[i].text) != 0)
            return false;
    return true;
}

static int same_name(const struct paper_fact *papers, size_t n, int item, const char *file_name)
{
    struct stem wanted, stem;
    stem_of(file_name, &wanted);
    for (size_t i = n; i-- > 0;) {
        if (!papers[i].current || papers[i].item == ITEM_COVER ||
            (item >= 0 && papers[i].item >= 0 && papers[i].item != item))
            continue;
        stem_of(papers[i].name, &stem);
        if (same_paper(&wanted, &stem))
            return (int)i;
    }
    return -1;
}

static int only_one_of(const struct paper_fact *papers, size_t n, int item)
{
    int found = -1;
    for (size_t i = 0; item >= 0 && i < n; i++) {
        if (!papers[i].current || papers[i].item != item)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found;
}

int paper_replaces(const struct paper_fact *papers, size_t n, int item, const char *file_name)
{
    int found = same_name(papers, n, item, file_name);
    return found >= 0 ? found : only_one_of(papers, n, item);
}

struct standing standing_of(const struct round_spec *s, const struct paper_fact *papers, size_t n)
{
    struct standing st = {0};
    for (size_t i = 0; i < s->n_items && i < ITEMS_MAX; i++)
        if (s->items[i].required)
            st.missing |= 1u << i;
    for (size_t i = 0; i < n; i++) {
        st.answered |= papers[i].item != ITEM_COVER && papers[i].item != ITEM_NOTHING;
        if (papers[i].current && papers[i].item >= 0 && papers[i].item < ITEMS_MAX)
            st.missing &= ~(1u << papers[i].item);
    }
    st.complete = st.answered && st.missing == 0;
    return st;
}
