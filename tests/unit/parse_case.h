/* parse_case.h - a message written in a test, through the parser in this process. */
#ifndef TAAMIM_TESTS_PARSE_CASE_H
#define TAAMIM_TESTS_PARSE_CASE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka needs the above first */
#include <cmocka.h>
#include "parse/message.h"

struct parsed {
    struct arena *a;
    struct facts facts;
    FILE *scratch;
};

static inline struct parsed parse_bytes(const char *bytes, size_t n)
{
    struct err e = {0};
    struct parsed p = {.a = arena_new(), .scratch = tmpfile()};
    FILE *message = tmpfile();
    assert_non_null(message);
    assert_non_null(p.scratch);
    assert_int_equal(fwrite(bytes, 1, n, message), n);
    assert_int_equal(fflush(message), 0);
    if (!parse_message(p.a, fileno(message), fileno(p.scratch), &p.facts, &e))
        fail_msg("not parsed: %s", e.text);
    fclose(message);
    return p;
}

static inline struct parsed parse_text(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static inline void parsed_free(struct parsed *p)
{
    arena_free(p->a);
    fclose(p->scratch);
}

/* The decoded bytes of part i, as a string in the arena. */
static inline char *part_bytes(struct parsed *p, size_t i)
{
    assert_true(i < p->facts.n_parts);
    const struct fact_part *part = &p->facts.parts[i];
    char *bytes = arena_alloc(p->a, (size_t)part->size + 1);
    assert_int_equal(pread(fileno(p->scratch), bytes, (size_t)part->size, part->offset), part->size);
    return bytes;
}

#endif
