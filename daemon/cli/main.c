/* taamim: what officers and the administrator say to Taamim, and what they look at. A noun, a verb, words and options;
 * each noun is a file beside this one. man page: taamim(1). */
#include <signal.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
    size_t n = 0;
    while (cli_nouns[n])
        n++;
    signal(SIGPIPE, SIG_IGN);
    return (int)cli_run(cli_nouns, n, argc, argv);
}
