/* round.h - between the files of the noun `round`. */
#ifndef TAAMIM_CLI_ROUND_H
#define TAAMIM_CLI_ROUND_H
#include "cli/cli.h"

/* round_out.c: what a launch would send, to stdout. */
void print_outgoing(struct arena *a, const struct standing_orders *o, const struct round_spec *s);
/* round_look.c */
verb_fn round_list, round_show, round_export;

#endif
