/* complete.h - what may stand next on a command line, for the shells' completion.
 *
 * It is read out of the tables of nouns and verbs themselves: a verb's usage says by its words in capitals what stands
 * where ("extend REF DATE [--party CODE]"), and each such word has one source of what may be written for it: the
 * store, the register, the file system, or none (a date is typed). */
#ifndef TAAMIM_CLI_COMPLETE_H
#define TAAMIM_CLI_COMPLETE_H
#include "cli/cli.h"

/* A line for each thing that the last word may become: the thing, a tab, what it is. ":files" and ":folders" ask the
 * shell for its own. The words are those after the program's name, the last one as far as it is typed; what cannot be
 * read offers nothing. `nouns` ends with NULL. */
void complete(const struct noun *const *nouns, const struct args *args, FILE *out);
/* Whether such a word of a usage has its source, or is known to have none. */
bool complete_knows(const char *placeholder);

#endif
