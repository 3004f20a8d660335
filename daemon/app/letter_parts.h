/* letter_parts.h - between the files of the letters: letter.c renders and joins, letter_templates.c holds the
 * templates, letter_values.c, letter_address.c and letter_office.c say what each name in them stands for. Nobody
 * else includes it. */
#ifndef TAAMIM_APP_LETTER_PARTS_H
#define TAAMIM_APP_LETTER_PARTS_H
#include <jansson.h>
#include "app/letter.h"
#include "mail/template.h"

/* One shipped or overriding file. */
struct template_file {
    const char *name;                /* "notice.ar.txt" */
    const char *source;              /* as read: what templates_freeze writes */
    struct template *subject, *body; /* subject: of a .txt alone */
};
struct templates {
    struct template_file text[LETTER_KIND_COUNT][LANG_COUNT];
    struct template_file html[LETTER_KIND_COUNT][LANG_COUNT];
    struct template_file layout;
};

/* ---- values */

/* The values of one language; the caller decrefs. Every name of letter_names() is there. */
json_t *letter_values(struct arena *a, const struct letter *l, enum lang lang);
/* The names that a template of that kind may use. */
const char *const *letter_names(struct arena *a, enum letter_kind kind, size_t *n_out);

void value_text(struct arena *a, json_t *o, const char *key, const char *text); /* NULL is "" */
void value_bool(json_t *o, const char *key, bool value);
void value_int(json_t *o, const char *key, long long value);
void value_set(json_t *o, const char *key, json_t *value); /* takes the reference */
json_t *value_list_add(json_t *list);                      /* a new object at the list's end */
/* Text in paragraphs, split at empty lines, as a list of strings. */
json_t *paragraphs_of(struct arena *a, const char *text);

/* letter_address.c: the secretariat's names, full or short, as they stand in a sentence. A name with a comma in it ("..., in its capacity as ...") is
 * followed by another one. */
const char *name_first(struct arena *a, const char *const names[LANG_COUNT],
                       enum lang lang); /* "The General Secretariat ..." */
const char *name_within(struct arena *a, const char *const names[LANG_COUNT], enum lang lang); /* "the General ..." */
const char *name_alone(struct arena *a, const char *const names[LANG_COUNT],
                       enum lang lang); /* as a letterhead or signature has it */
/* "إلى المندوبية الدائمة للمملكة ... لدى جامعة الدول العربية", "to the national focal point of ...", "à la Mission
 * permanente du ..." */
const char *addressee_phrase(struct arena *a, const struct letter *l, enum lang lang);
const char *of_party(struct arena *a, const struct party *p,
                     enum lang lang);            /* "of the Hashemite Kingdom of Jordan", "du Royaume ..." */
const char *person_name(const struct letter *l); /* whom a letter to an expert greets by name, or "" */

/* letter_answer.c: the answer to what an officer asked for. */
void answer_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang);
/* letter_office.c: the other mails to officers. */
void office_values(struct arena *a, json_t *o, const struct letter *l, enum lang lang);

#endif
