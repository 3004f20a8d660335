/* The files of the administrator and the officers: configuration, register, CSV. The first byte says which. */
#include "app/config.h"
#include "app/register.h"
#include "fuzz.h"

static const struct party parties[] = {{.code = "JO", .kind = PARTY_STATE}};
static const struct party_register known = {.parties = (void *)parties, .n_parties = 1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems p = {0};
    struct config *c = NULL;
    char path[32];

    if (size == 0)
        return 0;
    struct arena *a = arena_new();
    int fd = file_of(data + 1, size - 1, path);
    switch (data[0] % 3) {
    case 0: promise((c = config_load(a, path, &p)) || p.n); break;
    case 1: promise(register_load(a, path, &p) || p.n); break;
    default: register_import(a, &known, path, &p);
    }
    if (c)
        config_close(c);
    buf_free(&p.text);
    close(fd);
    arena_free(a);
    return 0;
}
