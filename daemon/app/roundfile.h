/* roundfile.h - config/rounds/NAME.conf: one round. Read and checked by the command line, frozen as JSON by the
 * daemon at launch.
 *
 * ref = "ARCP/2026/04"; kind = "papers"; note = { number = "412/5"; date = "2026-11-22"; }; title = { ar = ...};
 * text = { ar = ... }; to = { kinds = ["state"]; groups = []; parties = []; except = []; roles =
 * ["mission","focal_point"]; }; contacts = ( { party = "JO"; role = "other"; address = ...; language = ...; } );
 * partners = [ "..." ]; documents = ( { file = "..."; name = "..."; language = "ar"; party = "JO"; } ); items = ( {
 * key = "pledges"; title = {...}; required = true; } ); deadline = "2026-12-15"; reminders = ["-14d", "-7d", "-3d",
 * "-1d", "+1d"]; templates = "..."; Texts must exist in every language that a mail of the round needs; documents
 * must be readable; parties, groups and codes must be in the register; partners and contacts must be valid
 * addresses. @include is refused. `reminders` left out: those of taamim.conf; [ ]: none. A deadline that has passed
 * is a problem. Paths are relative to the round file's own folder. */
#ifndef TAAMIM_APP_ROUNDFILE_H
#define TAAMIM_APP_ROUNDFILE_H
#include <jansson.h>
#include "app/config.h"
#include "app/register.h"
#include "round/round.h"

struct round_spec *roundfile_load(struct arena *a, const char *path, const struct config *c,
                                  const struct party_register *r, int64_t now_at, struct problems *p);
/* Everything, also what launch adds to the documents; round_spec_from_json() gives an equal spec. */
json_t *round_spec_to_json(const struct round_spec *s);
/* Checks again: the command line is not believed either. Whether the deadline has passed and the register knows the
 * parties is the caller's question, since a frozen round must load for ever. c gives the steps where j names none.
 * */
struct round_spec *round_spec_from_json(struct arena *a, const json_t *j, const struct config *c, struct err *e);

#endif
