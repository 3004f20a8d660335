/* taamim: what officers and the administrator say to Taamim, and what they look at. A noun, a verb, words and options;
 * each noun is a file beside this one. man page: taamim(1). */
#include <signal.h>

#include "cli/cli.h"

#define NOUNS 9

int main(int argc, char **argv)
{
    static const struct noun *const nouns[NOUNS] = {&check_noun, &status_noun,  &party_noun,  &round_noun, &reply_noun,
                                                    &story_noun, &explain_noun, &verify_noun, &backup_noun};
    signal(SIGPIPE, SIG_IGN);
    return (int)cli_run(nouns, NOUNS, argc, argv);
}
