/* letter_address.c - the secretariat and the addressee as they stand in the opening of a note.
 *
 * Names come from the configuration and the register, where a form for "to" or "of" may be missing: it is then made
 * by the plain rules of the language (an Arabic lām joined to the article, French contractions), which an officer
 * mends by giving the form. Nothing here fails. */
#include <string.h>

#include "app/letter_parts.h"

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

static const char *without(const char *text, const char *prefix)
{
    return begins(text, prefix) ? text + strlen(prefix) : text;
}

static bool given(const char *text)
{
    return text && *text;
}

/* ---- the secretariat */

/* Articles as a name may bring them: at the head of a sentence, and within. */
static const struct article {
    enum lang lang;
    const char *first, *within;
} articles[] = {
    {LANG_EN, "The ", "the "}, {LANG_FR, "Le ", "le "}, {LANG_FR, "La ", "la "},
    {LANG_FR, "L’", "l’"},     {LANG_FR, "L'", "l’"},
};

static const char *with_article(struct arena *a, const char *name, enum lang lang, bool first)
{
    if (lang == LANG_AR)
        return name;
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (articles[i].lang == lang && begins(name, articles[i].first))
            return arena_printf(a, "%s%s", first ? articles[i].first : articles[i].within,
                                name + strlen(articles[i].first));
    if (lang == LANG_EN)
        return arena_printf(a, "%s%s", first ? "The " : "the ", name);
    return arena_printf(a, "%s%s", first ? "Le " : "le ", name);
}

/* Without a comma or space at its end. */
static const char *alone(struct arena *a, const char *name)
{
    size_t n = strlen(name);
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == ','))
        n--;
    if (n > 2 && memcmp(name + n - strlen("،"), "،", strlen("،")) == 0)
        n -= strlen("،");
    return arena_strndup(a, name, n);
}

const char *name_alone(struct arena *a, const char *const names[LANG_COUNT], enum lang lang)
{
    return alone(a, text_in(names, lang));
}

static const char *in_sentence(struct arena *a, const char *name, enum lang lang, bool first)
{
    const char *whole = with_article(a, alone(a, name), lang, first);
    const char *comma = lang == LANG_AR ? "،" : ",";
    return arena_printf(a, "%s%s", whole, strstr(whole, comma) ? comma : "");
}

const char *name_first(struct arena *a, const char *const names[LANG_COUNT], enum lang lang)
{
    return in_sentence(a, text_in(names, lang), lang, true);
}

const char *name_within(struct arena *a, const char *const names[LANG_COUNT], enum lang lang)
{
    return in_sentence(a, text_in(names, lang), lang, false);
}

/* ---- the addressee */

/* "المملكة" becomes "للمملكة", "اللجنة" "للجنة", "دولة" "لدولة". */
static const char *arabic_to(struct arena *a, const struct party *p)
{
    const char *full = party_full(p, LANG_AR);
    if (given(p->to[LANG_AR]))
        return p->to[LANG_AR];
    if (!begins(full, "ال"))
        return arena_printf(a, "ل%s", full);
    const char *rest = full + strlen("ال");
    return arena_printf(a, "%s%s", begins(rest, "ل") ? "ل" : "لل", rest);
}

static const char *english_of(struct arena *a, const struct party *p)
{
    static const char *const titled[] = {"Kingdom", "Republic", "State of", "Sultanate", "Emirates", "Union"};
    const char *name = without(party_of(p, LANG_EN), "of ");
    if (begins(name, "the "))
        return arena_printf(a, "the %s", name + 4);
    for (size_t i = 0; i < sizeof titled / sizeof *titled; i++)
        if (strstr(name, titled[i]))
            return arena_printf(a, "the %s", name);
    return name;
}

static const char *french_of(struct arena *a, const struct party *p)
{
    const char *full = party_full(p, LANG_FR);
    if (given(p->of[LANG_FR]))
        return p->of[LANG_FR];
    if (begins(full, "le "))
        return arena_printf(a, "du %s", full + 3);
    if (begins(full, "les "))
        return arena_printf(a, "des %s", full + 4);
    if (begins(full, "la ") || begins(full, "l’") || begins(full, "l'"))
        return arena_printf(a, "de %c%s", 'l', full + 1);
    if (begins(full, "Royaume") || begins(full, "Sultanat"))
        return arena_printf(a, "du %s", full);
    if (begins(full, "République"))
        return arena_printf(a, "de la %s", full);
    if (begins(full, "État") || begins(full, "Union"))
        return arena_printf(a, "de l’%s", full);
    return arena_printf(a, "de %s", full);
}

const char *of_party(struct arena *a, const struct party *p, enum lang lang)
{
    switch (lang) {
    case LANG_AR: return party_of(p, lang);
    case LANG_EN: return arena_printf(a, "of %s", english_of(a, p));
    case LANG_FR: return french_of(a, p);
    }
    return "";
}

static bool writes_to(const struct letter *l, enum contact_role role)
{
    for (size_t i = 0; i < l->n_to; i++)
        if (l->to[i]->role == role)
            return true;
    return false;
}

struct addressees {
    bool mission, focal_point;
};

static const char *arabic_addressee(struct arena *a, const struct party *p, struct addressees who)
{
    if (who.mission)
        return arena_printf(a, "إلى المندوبية الدائمة %s لدى جامعة الدول العربية%s", arabic_to(a, p),
                            who.focal_point ? " وإلى نقطة الاتصال الوطنية" : "");
    if (who.focal_point)
        return arena_printf(a, "إلى نقطة الاتصال الوطنية %s", arabic_to(a, p));
    return arena_printf(a, "إلى الجهات المعنية في %s", party_of(p, LANG_AR));
}

static const char *english_addressee(struct arena *a, const struct party *p, struct addressees who)
{
    const char *of = english_of(a, p);
    if (who.mission)
        return arena_printf(a, "to the Permanent Mission of %s to the League of Arab States%s", of,
                            who.focal_point ? " and to the national focal point" : "");
    if (who.focal_point)
        return arena_printf(a, "to the national focal point of %s", of);
    return arena_printf(a, "to the competent authorities of %s", of);
}

static const char *french_addressee(struct arena *a, const struct party *p, struct addressees who)
{
    const char *of = french_of(a, p);
    if (who.mission)
        return arena_printf(a, "à la Mission permanente %s auprès de la Ligue des États arabes%s", of,
                            who.focal_point ? " et au point focal national" : "");
    if (who.focal_point)
        return arena_printf(a, "au point focal national %s", of);
    return arena_printf(a, "aux autorités compétentes %s", of);
}

static const char *other_addressee(struct arena *a, const struct party *p, enum lang lang)
{
    switch (lang) {
    case LANG_AR: return arena_printf(a, "إلى %s", party_full(p, lang));
    case LANG_EN: return given(p->to[lang]) ? p->to[lang] : arena_printf(a, "to %s", english_of(a, p));
    case LANG_FR: return given(p->to[lang]) ? p->to[lang] : arena_printf(a, "à l’attention %s", french_of(a, p));
    }
    return "";
}

const char *addressee_phrase(struct arena *a, const struct letter *l, enum lang lang)
{
    if (l->party->kind != PARTY_STATE)
        return other_addressee(a, l->party, lang);
    struct addressees who = {writes_to(l, ROLE_MISSION),
                             writes_to(l, ROLE_FOCAL_POINT) || writes_to(l, ROLE_ALTERNATE)};
    switch (lang) {
    case LANG_AR: return arabic_addressee(a, l->party, who);
    case LANG_EN: return english_addressee(a, l->party, who);
    case LANG_FR: return french_addressee(a, l->party, who);
    }
    return "";
}

/* A name in Arabic letters does not stand after "Dear"; the Arabic letter greets without a name. */
static bool in_arabic_letters(const char *name)
{
    unsigned char first = (unsigned char)name[0];
    return first >= 0xd8 && first <= 0xdb;
}

const char *person_name(const struct letter *l)
{
    bool one = l->party->kind == PARTY_EXPERT && l->n_to == 1 && l->to[0]->name;
    return one && !in_arabic_letters(l->to[0]->name) ? l->to[0]->name : "";
}
