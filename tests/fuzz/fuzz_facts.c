/* The parser's record as the daemon reads it: bytes that claim to be JSON. */
#include "fuzz.h"
#include "mail/facts.h"

#define SCRATCH 1000

static void check(const struct facts *f)
{
    promise(f->n_references <= FACTS_IDS_MAX && f->n_recipients <= FACTS_ADDRESSES_MAX &&
            f->n_parts <= FACTS_PARTS_MAX);
    for (size_t i = 0; i < f->n_parts; i++)
        promise(f->parts[i].offset >= 0 && f->parts[i].size >= 0 && f->parts[i].offset + f->parts[i].size <= SCRATCH);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct err e = {0};
    struct facts f;
    json_t *j = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);

    if (facts_from_json(a, j, SCRATCH, &f, &e)) {
        json_t *again = facts_to_json(&f);
        check(&f);
        promise(json_is_object(again));
        judge_kind(&f.signs, NULL);
        json_decref(again);
    }
    json_decref(j);
    arena_free(a);
    return 0;
}
