/* When the sender of an automatic answer is back, in his own words: "until 3 December", "سأعود يوم الأحد".
 *
 * The first cue at the start of a word behind which a date, a day or the like stands nearby gives the words, up to the
 * end of what it says. Nothing is computed from them: they are shown to people. Only his new text is read, since what he
 * quotes is our own, with our own dates. */
#include <glib.h>
#include <string.h>
#include "parse/fold.h"
#include "parse/header.h"
#include "parse/tree.h"

#define AWAY_MAX  ((size_t)120) /* bytes */
#define NEAR_MAX  40            /* characters from the cue to its date */
#define WORDS_MAX 20000         /* words of the text that are looked at */

static const char *const cues[] = {
    "until",        "till",        "back on",      "back in the office",
    "back at work", "back from",   "be back",      "return on",
    "return to",    "returning",   "will return",  "away from",
    "leave from",   "office from", "through",      "jusqu'au",
    "jusqu'à",      "de retour",   "retour le",    "retour prévu",
    "absent du",    "absente du",  "absent(e) du", "congé du",
    "congés du",    "bureau du",   "reprendrai",   "حتي",
    "لغاية",        "الي غاية",    "ساعود",        "سنعود",
    "اعود",         "العودة",      "عودتي",        "اجازة من",
    "المكتب من",    "bis",         "wieder ab",    "zurück am",
    "hasta",        "regreso",     "regresaré",    "de vuelta",
    "fino al",      "rientro",     "rientrerò",    "di ritorno",
    "até",          "de volta",    "retorno",      "tot",
    "terug op",     "до",          "вернусь",      "dönüş",
    "تا تاریخ",     "עד",
};
/* Days and months in the languages of the table, by their beginnings; and what stands for a date. */
static const char *const dates[] = {
    "monday",    "tuesday",  "wednesday",    "thursday", "friday",     "saturday",       "sunday",         "january",
    "february",  "march",    "april",        "may",      "june",       "july",           "august",         "september",
    "october",   "november", "december",     "tomorrow", "next week",  "further notice", "lundi",          "mardi",
    "mercredi",  "jeudi",    "vendredi",     "samedi",   "dimanche",   "janvier",        "février",        "mars",
    "avril",     "mai",      "juin",         "juillet",  "août",       "septembre",      "octobre",        "novembre",
    "décembre",  "demain",   "nouvel ordre", "السبت",    "الاحد",      "الاثنين",        "الثلاثاء",       "الاربعاء",
    "الخميس",    "الجمعة",   "يناير",        "فبراير",   "مارس",       "ابريل",          "مايو",           "يونيو",
    "يوليو",     "اغسطس",    "سبتمبر",       "اكتوبر",   "نوفمبر",     "ديسمبر",         "كانون",          "شباط",
    "آذار",      "نيسان",    "ايار",         "حزيران",   "تموز",       "ايلول",          "تشرين",          "جانفي",
    "فيفري",     "افريل",    "جوان",         "جويلية",   "غدا",        "الاسبوع القادم", "الاسبوع المقبل", "اشعار اخر",
    "اشعار آخر", "montag",   "dienstag",     "mittwoch", "donnerstag", "freitag",        "lunes",          "martes",
    "miércoles", "jueves",   "viernes",      "lunedì",   "martedì",    "mercoledì",      "giovedì",        "venerdì",
    "segunda",   "terça",    "quarta",       "quinta",   "sexta",      "понедельник",    "вторник",        "четверг",
    "пятниц",
};
/* Where the next thing is said. */
static const char *const goes_on[] = {" and ",    " with ", " but ",  " in urgent", " for urgent", " during ",
                                      " please ", " et ",   " mais ", " en cas",    " pour toute", " وفي ",
                                      " وسا",     " ويرجي", " و لل",  " und ",      " y ",         " e "};

/* One blank for each run, and one line end where a paragraph ends. */
static char *in_paragraphs(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) + 1), *to = out;
    for (const char *p = text; *p;) {
        size_t blank = strspn(p, " \t\r\n");
        if (blank == 0) {
            *to++ = *p++;
            continue;
        }
        const char *first = memchr(p, '\n', blank);
        bool paragraph = first && memchr(first + 1, '\n', blank - (size_t)(first + 1 - p));
        *to++ = paragraph ? '\n' : ' ';
        p += blank;
    }
    return out;
}

/* Folded, what the next max bytes say. */
static const char *ahead(struct arena *a, const char *p, size_t max)
{
    size_t n = strnlen(p, max);
    while (n > 0 && ((unsigned char)p[n] & 0xC0) == 0x80)
        n--;
    return fold_words(a, arena_strndup(a, p, n));
}

static bool date_near(struct arena *a, const char *after)
{
    const char *end = after;
    for (int i = 0; i < NEAR_MAX && *end && *end != '\n'; i++, end = g_utf8_next_char(end))
        if (g_unichar_isdigit(g_utf8_get_char(end)))
            return true;
    return holds_any(fold_words(a, arena_strndup(a, after, (size_t)(end - after))), dates, G_N_ELEMENTS(dates));
}

/* run: digits just before, of which a date's day may have a full stop ("3. Dezember"). */
static bool ends_here(struct arena *a, const char *p, bool digits, int run)
{
    gunichar c = g_utf8_get_char(p), next = *p ? g_utf8_get_char(g_utf8_next_char(p)) : 0;
    if (strchr("\n;!?()[]<>|", *p) || (c == '.' && !g_unichar_isalnum(next) && (run == 0 || run > 2 || next != ' ')))
        return true;
    if (c == ',' || c == 0x060C)
        return digits && !g_unichar_isdigit(g_utf8_get_char(g_utf8_next_char(p) + (next == ' ')));
    if (c != ' ' || !digits)
        return false;
    const char *folded = ahead(a, p + 1, 32);
    for (size_t i = 0; i < G_N_ELEMENTS(goes_on); i++)
        if (g_str_has_prefix(folded, goes_on[i] + 1))
            return true;
    return false;
}

/* after: the cue, which may hold a bracket ("absent(e) du"). */
static const char *said(struct arena *a, const char *start, const char *after)
{
    const char *p = after;
    bool digits = false;
    int run = 0;
    while (*p && (size_t)(p - start) < AWAY_MAX && !ends_here(a, p, digits, run)) {
        run = g_unichar_isdigit(g_utf8_get_char(p)) ? run + 1 : 0;
        digits |= run > 0;
        p = g_utf8_next_char(p);
    }
    return g_strchomp(text_cut(a, arena_strndup(a, start, (size_t)(p - start)), AWAY_MAX));
}

/* Where a word at p begins to speak: behind a bracket, a quotation mark, and the Arabic "and", which is written as a
 * part of the word. */
static const char *past_and(const char *p)
{
    p += strspn(p, "(\"'");
    return g_str_has_prefix(p, "و") ? p + strlen("و") : p;
}

/* Behind the cue that the words at p begin with; NULL for none. */
static const char *after_cue(struct arena *a, const char *p)
{
    const char *folded = ahead(a, p, 48);
    for (size_t i = 0; i < G_N_ELEMENTS(cues); i++) {
        size_t n = strlen(cues[i]);
        if (strncmp(folded, cues[i], n) != 0 || g_unichar_isalpha(g_utf8_get_char(folded + n)))
            continue;
        for (glong left = g_utf8_strlen(cues[i], -1); left > 0 && *p; left--)
            p = g_utf8_next_char(p);
        return p;
    }
    return NULL;
}

const char *away_until(struct arena *a, const char *text)
{
    ARENA_SCOPED own = arena_new();
    const char *p = in_paragraphs(own, text);
    for (int words = 0; *p && words < WORDS_MAX; words++) {
        const char *word = past_and(p), *after = after_cue(own, word);
        if (after && date_near(own, after))
            return arena_strdup(a, said(own, word, after));
        p += strcspn(p, " \n");
        p += strspn(p, " \n");
    }
    return "";
}
