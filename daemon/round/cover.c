/* cover.c - tells what may be a covering letter by its name or its look.
 *
 * Names are compared by whole words, folded as everywhere (round/words). A word that is also the beginning of another
 * kind of paper ("مذكرة تفاهم", a memorandum of understanding) does not count before such a word. Where the item
 * itself speaks of a note or a letter, nothing is suspected: the letter is the paper. */
#include "round/cover.h"
#include "round/words.h"

#define WORDS_OF_NAME 3

/* Plain spelling: no accents, no hamza on alef. */
static const char *const names[][WORDS_OF_NAME] = {
    {"مذكرة"},
    {"المذكرة"},
    {"خطاب"},
    {"الخطاب"},
    {"كتاب", "تغطية"},
    {"كتاب", "احالة"},
    {"كتاب", "مرافقة"},
    {"رسالة", "تغطية"},
    {"رسالة", "احالة"},
    {"رسالة", "مرافقة"},
    {"note", "verbale"},
    {"notes", "verbales"},
    {"verbal", "note"},
    {"nv"},
    {"cover", "letter"},
    {"cover", "note"},
    {"covering", "letter"},
    {"covering", "note"},
    {"coverletter"},
    {"transmittal"},
    {"letter", "of", "transmission"},
    {"lettre", "d", "accompagnement"},
    {"note", "d", "accompagnement"},
    {"lettre", "de", "transmission"},
    {"note", "de", "transmission"},
    {"lettre", "de", "couverture"},
    {"bordereau"},
};
#define NAMES (sizeof names / sizeof *names)

/* What comes after مذكرة or خطاب where it is a paper of its own: of understanding, concept, explanatory; of intent. */
static const char *const papers_own[] = {"تفاهم",   "التفاهم", "مفاهيمية", "المفاهيمية", "مفاهيم", "تفسيرية",
                                         "ايضاحية", "توضيحية", "نوايا",    "النوايا",    NULL};

static bool stands_at(const struct words *w, size_t i, const char *const name[WORDS_OF_NAME])
{
    size_t n = 0;
    for (; n < WORDS_OF_NAME && name[n]; n++)
        if (i + n >= w->n || !word_is(&w->word[i + n], name[n]))
            return false;
    return n > 1 || i + 1 >= w->n || !word_in(&w->word[i + 1], papers_own);
}

bool cover_name(const char *file_name)
{
    struct words w;
    words_of(file_name, &w);
    for (size_t i = 0; i < w.n; i++)
        for (size_t k = 0; k < NAMES; k++)
            if (stands_at(&w, i, names[k]))
                return true;
    return false;
}

static bool asks_for_one(const char *const title[LANG_COUNT])
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (title[lang] && cover_name(title[lang]))
            return true;
    return false;
}

static int slot_of(const struct round_spec *s, int item)
{
    if (item == ITEM_COVER)
        return -1;
    return s->n_items == 0 ? 0 : item < (int)s->n_items && item < ITEMS_MAX ? item : -1;
}

static bool is_alone(const struct round_spec *s, const struct cover_paper *papers, size_t n, int slot)
{
    size_t in_force = 0, named = 0, scans = 0;
    for (size_t i = 0; i < n; i++) {
        if (!papers[i].paper.current || slot_of(s, papers[i].paper.item) != slot)
            continue;
        in_force++;
        named += cover_name(papers[i].paper.name);
        scans += papers[i].one_page_scan;
    }
    return in_force > 0 && (named == in_force || (in_force == 1 && scans == 1));
}

unsigned cover_alone(const struct round_spec *s, const struct cover_paper *papers, size_t n)
{
    unsigned alone = 0;
    if (!round_kinds[s->kind].takes_papers)
        return 0;
    if (s->n_items == 0)
        return !asks_for_one(s->title) && is_alone(s, papers, n, 0);
    for (int item = 0; item < (int)s->n_items && item < ITEMS_MAX; item++)
        if (!asks_for_one(s->items[item].title) && is_alone(s, papers, n, item))
            alone |= 1u << item;
    return alone;
}

bool cover_meant(const struct round_spec *s, unsigned alone, int item)
{
    int slot = slot_of(s, item);
    return slot >= 0 && (alone & 1u << slot);
}
