/* round.h - between the files of the noun `round`. */
#ifndef TAAMIM_CLI_ROUND_H
#define TAAMIM_CLI_ROUND_H
#include "cli/cli.h"

/* round_out.c: what a launch would send, to stdout. */
void print_outgoing(struct arena *a, const struct standing_orders *o, const struct round_spec *s);
/* round_look.c */
verb_fn round_list, round_show, round_export;
struct round_spec *round_frozen(struct desk *d, const struct round_row *row, struct err *e); /* as it was launched */

/* round_acts.c */
verb_fn round_extend, round_remind, round_note, round_resend, round_close, round_cancel;
bool can_ask(void);                       /* stdin is a terminal */
enum exit_code ask(const char *question); /* CLI_OK where the answer is a yes, in three languages */

/* round_note.c: the text of a corrigendum, whole and, where the file has sections, by language (else NULL). */
struct note {
    const char *whole, *by_language[LANG_COUNT];
};
bool note_read(struct arena *a, const char *path, struct note *out, struct err *e);

#endif
