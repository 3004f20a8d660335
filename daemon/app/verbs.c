/* The table of acts, and an act as JSON: how the command line sends it, and how a request waits for its
 * confirmation. */
#include "app/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "app/reread.h"
#include "base/wire.h"

static const struct verb verbs[] = {
    {"extend", act_extend, NEEDS_REF | NEEDS_TEXT},
    {"remind", act_remind, NEEDS_REF},
    {"note", act_note, NEEDS_REF | NEEDS_TEXT},
    {"resend", act_resend, NEEDS_REF | NEEDS_PARTY},
    {"close", act_close, NEEDS_REF},
    {"cancel", act_cancel, NEEDS_REF},
    {"accept", act_take_in, NEEDS_MESSAGE},
    {"reject", act_reject, NEEDS_MESSAGE | NEEDS_TEXT},
    {"move", act_move, NEEDS_MESSAGE},
    {"item", act_item, NEEDS_MESSAGE},
    {"cover", act_cover, NEEDS_MESSAGE},
};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

bool verb_ready(const char *name, unsigned needs, const struct act *act, struct err *e)
{
    if ((needs & NEEDS_REF) && !act->ref)
        return err_perm(e, "%s: which round?", name);
    if ((needs & NEEDS_PARTY) && !act->party)
        return err_perm(e, "%s: which party? (--party CODE)", name);
    if ((needs & NEEDS_TEXT) && !act->text)
        return err_perm(e, "%s: the text is missing", name);
    if ((needs & NEEDS_MESSAGE) && act->message <= 0)
        return err_perm(e, "%s: which reply? (its number)", name);
    return true;
}

struct act act_from_json(const json_t *m, const char *who)
{
    return (struct act){
        .who = who,
        .ref = wire_string(m, "ref", NULL),
        .party = wire_string(m, "party", NULL),
        .text = wire_string(m, "text", NULL),
        .texts = {[LANG_AR] = wire_string(m, "text_ar", NULL),
                  [LANG_EN] = wire_string(m, "text_en", NULL),
                  [LANG_FR] = wire_string(m, "text_fr", NULL)},
        .address = wire_string(m, "address", NULL),
        .message = wire_int(m, "message", 0),
        .paper = wire_int(m, "paper", 0),
        .item = (int)wire_int(m, "item", 0),
        .add_contact = wire_string(m, "add_contact", NULL),
        .tell = wire_bool(m, "tell"),
        .lang = LANG_EN,
    };
}

static void put(json_t *o, const char *key, const char *text)
{
    if (text && json_object_set_new(o, key, json_string(text)) != 0)
        abort(); /* no memory, or no UTF-8, which was made sure of */
}

json_t *act_to_json(const char *verb, const struct act *act)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:i, s:b}", "act", verb, "message", (json_int_t)act->message, "paper",
                          (json_int_t)act->paper, "item", act->item, "tell", act->tell);

    if (!o)
        abort();
    put(o, "ref", act->ref);
    put(o, "party", act->party);
    put(o, "text", act->text);
    put(o, "text_ar", act->texts[LANG_AR]);
    put(o, "text_en", act->texts[LANG_EN]);
    put(o, "text_fr", act->texts[LANG_FR]);
    put(o, "address", act->address);
    return o;
}
