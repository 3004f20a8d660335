/* Comments and quoted strings. What they hide must be hidden from every reader alike: who writes a header wants one of
 * them to see more. */
#include "mail/lex.h"
#include <stddef.h>

const char *lex_skip(const char *p, bool *open)
{
    bool quoted = *p == '"';
    int depth = *p == '(';
    if (!quoted && !depth)
        return p;
    for (p++; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (quoted ? *p == '"' : *p == ')' && --depth == 0)
            return p + 1;
        else if (!quoted && *p == '(')
            depth++;
    }
    if (open)
        *open = true;
    return p;
}
