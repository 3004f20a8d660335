/* verbs.h - what officers can ask for without files, by its name: from the command line and by mail alike.
 *
 *   {"act":"extend","ref":...,"party":...,"text":...,...}      the fields of struct act */
#ifndef TAAMIM_APP_VERBS_H
#define TAAMIM_APP_VERBS_H
#include <jansson.h>
#include "app/acts.h"

enum { NEEDS_REF = 1, NEEDS_PARTY = 2, NEEDS_TEXT = 4, NEEDS_MESSAGE = 8 };
struct verb {
    const char *name;
    act_fn *act;
    unsigned needs;
};
const struct verb *verb_find(const char *name); /* NULL: there is none */
/* PERM where something that it cannot do without is missing. */
bool verb_ready(const char *name, unsigned needs, const struct act *act, struct err *e);

/* Its strings are those of m. */
struct act act_from_json(const json_t *m, const char *who);
json_t *act_to_json(const char *verb, const struct act *act); /* new reference; without who */

#endif
