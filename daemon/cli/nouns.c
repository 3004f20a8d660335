/* nouns.c - the table of the command line: every noun, in the order of the help. */
#include "cli/cli.h"

const struct noun *const cli_nouns[] = {&check_noun,  &status_noun,     &party_noun,   &round_noun,
                                        &reply_noun,  &story_noun,      &explain_noun, &verify_noun,
                                        &backup_noun, &completion_noun, NULL};
