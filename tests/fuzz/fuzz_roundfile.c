/* The round file, which an officer writes. */
#include "app/config.h"
#include "app/register.h"
#include "app/roundfile.h"
#include "fuzz.h"

static const struct party parties[] = {{.code = "JO", .kind = PARTY_STATE}, {.code = "EG", .kind = PARTY_STATE}};
static const struct party_register known = {.parties = (void *)parties, .n_parties = 2};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config empty;
    struct problems p = {0};
    struct err e = {0};
    char path[32];
    struct arena *a = arena_new();
    int fd = file_of(data, size, path);

    if (!empty.zone)
        promise((empty.zone = zone_open("Africa/Cairo", &e)) != NULL);
    promise(roundfile_load(a, path, &empty, &known, INT64_C(1790000000), &p) || p.n);
    buf_free(&p.text);
    close(fd);
    arena_free(a);
    return 0;
}
