/* party.c - looking parties up and naming them.
 *
 * A missing form of a name falls back to the nearest one that exists, and in the end to the code, so that no mail ever
 * shows an empty name. Nothing here fails. */
#include "round/party.h"
#include <string.h>
#include <strings.h>

const char *const lang_names[LANG_COUNT] = {"ar", "en", "fr"};
const char *const party_kind_names[PARTY_KIND_COUNT] = {"state", "organisation", "expert", "stakeholder"};
const char *const contact_role_names[ROLE_COUNT] = {"mission", "focal_point", "alternate", "other"};

const struct party *register_find(const struct party_register *r, const char *code)
{
    for (size_t i = 0; i < r->n_parties; i++)
        if (strcasecmp(r->parties[i].code, code) == 0)
            return &r->parties[i];
    return NULL;
}

static bool given(const char *text)
{
    return text && *text;
}

const char *text_in(const char *const texts[LANG_COUNT], enum lang lang)
{
    if (given(texts[lang]))
        return texts[lang];
    for (int i = 0; i < LANG_COUNT; i++)
        if (given(texts[i]))
            return texts[i];
    return "";
}

const char *party_name(const struct party *p, enum lang lang)
{
    if (given(p->name[lang]))
        return p->name[lang];
    return given(p->name[LANG_EN]) ? p->name[LANG_EN] : p->code;
}

const char *party_full(const struct party *p, enum lang lang)
{
    if (given(p->full[lang]))
        return p->full[lang];
    if (given(p->name[lang]) || !given(p->full[LANG_EN]))
        return party_name(p, lang);
    return p->full[LANG_EN];
}

const char *party_of(const struct party *p, enum lang lang)
{
    return given(p->of[lang]) ? p->of[lang] : party_full(p, lang);
}

bool party_in_group(const struct party *p, const char *group)
{
    for (size_t i = 0; i < p->n_groups; i++)
        if (strcasecmp(p->groups[i], group) == 0)
            return true;
    return false;
}

bool enum_by_name(const char *const *names, int count, const char *name, int *out)
{
    for (int i = 0; name && i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    return false;
}
