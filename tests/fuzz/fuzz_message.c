/* The whole reader of one message, and the way of its facts to the daemon: what the child says, the daemon must
 * take. */
#include <fcntl.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "mail/facts.h"
#include "parse/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct err e = {0};
    struct facts facts, read;
    static const char *const sealers[] = {"lists.arcp.example"};
    static const struct auth_trust trusts[] = {
        {.authserv_id = "mx.arcp.example", .arc_sealers = sealers, .n_arc_sealers = 1},
        {.authserv_id = "topmost-unnamed", .arc_sealers = sealers, .n_arc_sealers = 1},
        {.authserv_id = "microsoft-365", .own_address = "c@arcp.example", .arc_sealers = sealers, .n_arc_sealers = 1}};
    const char *why;
    struct stat st;
    int message = file_of(data, size, NULL), scratch = file_of(data, 0, NULL);

    if (parse_message(a, message, scratch, &facts, &e)) {
        json_t *j = facts_to_json(&facts);
        fstat(scratch, &st);
        promise(facts_from_json(a, j, st.st_size, &read, &e));
        for (size_t i = 0; i < 3; i++)
            auth_of(&read, &trusts[i], &why);
        json_decref(j);
    }
    close(message);
    close(scratch);
    arena_free(a);
    return 0;
}
