/* What taamim-scan says, to JSON and back. Signature names are chosen by those who make signatures, and other words
 * by whoever listens at the socket: they are shown to people, so they are cut to one clean line. */
#include "mail/scan.h"

#include <string.h>

#include "base/wire.h"
#include "mail/names.h"

const char *const scan_result_names[SCAN_RESULT_COUNT] = {"clean", "infected", "failed", "away"};

/* Bytes that are no UTF-8 would make JSON of nothing. */
static json_t *clean_json(const char *text)
{
    ARENA_SCOPED a = arena_new();

    return json_string(text_clean(a, text, strnlen(text, SCAN_TEXT_MAX)));
}

json_t *scan_answer_to_json(const struct scan_answer *answer)
{
    return json_pack("{s:{s:I, s:s, s:o}}", "scanned", "id", (json_int_t)answer->id, "result",
                     scan_result_names[answer->result], "text", clean_json(answer->text));
}

json_t *scanner_state_to_json(const struct scanner_state *state)
{
    return json_pack("{s:{s:b, s:o}}", "scanner", "up", state->up, "text", clean_json(state->text));
}

/* Tabs and line ends part what a ledger row remembers. */
static const char *one_line(struct arena *a, const json_t *o)
{
    return text_line(a, wire_string(o, "text", ""), SCAN_TEXT_MAX);
}

bool scan_answer_from_json(struct arena *a, const json_t *message, struct scan_answer *out, struct err *e)
{
    const json_t *o = json_object_get(message, "scanned");
    const char *result = wire_string(o, "result", "");

    for (int i = 0; i < SCAN_RESULT_COUNT; i++)
        if (strcmp(result, scan_result_names[i]) == 0) {
            *out = (struct scan_answer){wire_int(o, "id", 0), (enum scan_result)i, one_line(a, o)};
            return true;
        }
    return err_perm(e, "it said something else than what it found");
}

bool scanner_state_from_json(struct arena *a, const json_t *message, struct scanner_state *out, struct err *e)
{
    const json_t *o = json_object_get(message, "scanner");

    if (!json_is_boolean(json_object_get(o, "up")))
        return err_perm(e, "it did not say whether the scanner is there");
    *out = (struct scanner_state){wire_bool(o, "up"), one_line(a, o)};
    return true;
}
