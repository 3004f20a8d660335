/* Authentication-Results: the input's lines are headers, the topmost first. Whatever a forger writes below a "fail"
 * of ours, it stays one. */
#include "fuzz.h"
#include "mail/facts.h"

#define OURS "mx.arcp.example; dmarc=fail header.from=mofa.jo.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_of(data, size), *line, *rest = text;
    static const struct auth_trust named = {.authserv_id = "mx.arcp.example"},
                                   unnamed = {.authserv_id = "topmost-unnamed"};
    const char *why;
    struct fact_auth list[FACTS_AUTH_MAX] = {{.value = OURS}};
    struct facts f = {.from = {"", "migration@mofa.jo.example"}, .auth_results = list, .n_auth_results = 1};

    while ((line = strsep(&rest, "\n")) && f.n_auth_results < FACTS_AUTH_MAX)
        list[f.n_auth_results++].value = line;
    promise(auth_of(&f, &named, &why) == AUTH_FAIL);
    f.auth_results = list + 1;
    f.n_auth_results--;
    auth_of(&f, &named, &why);
    auth_of(&f, &unnamed, &why);
    free(text);
    return 0;
}
