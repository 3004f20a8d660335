/* winmail.dat: the reader of TNEF, and that the daemon takes what comes of it. */
#include <fcntl.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "mail/facts.h"
#include "parse/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] =
        "From: a@b.example\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n";
    size_t n = sizeof head - 1;
    struct arena *a = arena_new();
    struct err e = {0};
    struct facts facts, read;
    struct stat st;
    uint8_t *mail = malloc(n + size);
    memcpy(mail, head, n);
    if (size)
        memcpy(mail + n, data, size);
    int message = file_of(mail, n + size, NULL), scratch = file_of(data, 0, NULL);
    if (parse_message(a, message, scratch, &facts, &e)) {
        json_t *j = facts_to_json(&facts);
        fstat(scratch, &st);
        promise(facts_from_json(a, j, st.st_size, &read, &e));
        json_decref(j);
    }
    close(message);
    close(scratch);
    free(mail);
    arena_free(a);
    return 0;
}
