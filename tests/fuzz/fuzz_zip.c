/* A ZIP from a stranger, as the one file of a message that has already been taken apart: opened, listed, unpacked, its
 * members looked into, and their places told to the daemon, which must take them. */
#include <sys/stat.h>

#include "fuzz.h"
#include "parse/inside.h"
#include "parse/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct arena *a = arena_new();
    struct fact_part part = {
        .name = "a.zip", .claimed = "", .type = "application/zip", .size = (int64_t)size, .utf8_sha256 = ""};
    struct facts facts = {.parts = &part, .n_parts = 1}, read;
    struct tree t = {.a = a, .facts = &facts, .scratch_fd = file_of(data, size, NULL), .scratch_used = (int64_t)size};
    struct stat st;

    promise(parse_prepare(&e));
    look_inside(&t);
    json_t *j = facts_to_json(&facts);
    fstat(t.scratch_fd, &st);
    promise(st.st_size <= PARSE_SCRATCH_MAX);
    promise(facts_from_json(a, j, st.st_size, &read, &e));
    json_decref(j);
    close(t.scratch_fd);
    arena_free(a);
    return 0;
}
