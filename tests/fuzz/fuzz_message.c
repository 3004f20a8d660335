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
    const char *why;
    struct stat st;
    int message = file_of(data, size, NULL), scratch = file_of(data, 0, NULL);

    if (parse_message(a, message, scratch, &facts, &e)) {
        json_t *j = facts_to_json(&facts);
        fstat(scratch, &st);
        promise(facts_from_json(a, j, st.st_size, &read, &e));
        auth_of(&read, "mx.arcp.example", &why);
        auth_of(&read, "topmost-unnamed", &why);
        json_decref(j);
    }
    close(message);
    close(scratch);
    arena_free(a);
    return 0;
}
