/* letter_answer.c - what an officer who asked for something by mail is told: what was understood, what would be done
 * and how to confirm it; what was done; or what is wrong, with the right form. */
#include <stdlib.h>
#include <string.h>

#include "app/letter_parts.h"
#include "mail/lang.h"
#include "mail/names.h"
#include "round/request.h"

static const char *word_for(struct arena *a, enum lang lang, const char *group, const char *name)
{
    return word_of(lang, arena_printf(a, "%s.%s", group, name));
}

static json_t *lines_of(struct arena *a, const char *text)
{
    char *rest = arena_strdup(a, text ? text : ""), *line;
    json_t *list = json_array();

    while ((line = strsep(&rest, "\n")))
        if (*line && json_array_append_new(list, json_string(text_clean(a, line, strlen(line)))) != 0)
            abort();
    return list;
}

/* What was written, key by key, as it was written. */
static json_t *said_of(struct arena *a, const struct request *r, enum lang lang)
{
    json_t *list = json_array();

    for (int key = 0; r && key < REQUEST_KEY_COUNT; key++) {
        json_t *o;

        if (!r->said[key])
            continue;
        o = value_list_add(list);
        value_text(a, o, "key", word_for(a, lang, "key", request_key_names[key]));
        value_set(o, "lines", lines_of(a, r->said[key]));
    }
    return list;
}

static void add_form(struct arena *a, json_t *list, enum lang lang, enum request_verb verb)
{
    json_t *o = value_list_add(list);

    value_text(a, o, "verb", word_for(a, lang, "request", request_verb_names[verb]));
    value_set(o, "lines", lines_of(a, request_form(verb, lang)));
}

/* The right form of what was meant; all of them where that is not known. */
static json_t *forms_of(struct arena *a, const struct letter_answer *says, enum lang lang)
{
    json_t *list = json_array();

    for (int verb = 0; verb < REQUEST_VERB_COUNT; verb++)
        if (says->kind == ANSWER_HELP ||
            (says->kind == ANSWER_FAULT && says->request && (says->verb == verb || says->verb < 0)))
            add_form(a, list, lang, (enum request_verb)verb);
    return list;
}

void answer_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang)
{
    const struct letter_answer *says = l->answer;
    bool proposal = says->kind == ANSWER_PROPOSAL;
    json_t *said = proposal ? said_of(a, says->request, lang) : json_array();

    value_bool(o, "is_proposal", proposal);
    value_bool(o, "is_done", says->kind == ANSWER_DONE);
    value_bool(o, "is_fault", says->kind == ANSWER_FAULT);
    value_bool(o, "is_help", says->kind == ANSWER_HELP);
    value_text(a, o, "what", says->verb < 0 ? "" : word_for(a, lang, "request", request_verb_names[says->verb]));
    value_text(a, o, "told", says->told ? reason_in_words(a, lang, says->told) : "");
    value_bool(o, "has_said", json_array_size(said) > 0);
    value_set(o, "said", said);
    value_text(a, o, "until", proposal ? instant_in_words(a, lang, l->config->zone, says->until_at) : "");
    value_set(o, "forms", forms_of(a, says, lang));
}
