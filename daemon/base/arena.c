/* arena.c - blocks in a chain, freed together.
 *
 * A request that does not fit the newest block opens another. Passing ARENA_MAX, or no memory, ends the process: a
 * bound elsewhere was broken, and after a restart the event is taken up where it was. Under AddressSanitizer each
 * request gets a block of its own, so that a read past its end is seen. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#ifdef __SANITIZE_ADDRESS__
#define BLOCK_SIZE ((size_t)0)
#else
#define BLOCK_SIZE ((size_t)16 << 10)
#endif

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t total;
};

struct arena *arena_new(void)
{
    return mem_alloc(sizeof(struct arena));
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->newest, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_cleanup(struct arena **a)
{
    arena_free(*a);
}

static struct block *open_block(struct arena *a, size_t at_least)
{
    size_t size = at_least > BLOCK_SIZE ? at_least : BLOCK_SIZE;
    if (size > ARENA_MAX - a->total)
        abort();
    struct block *b = mem_alloc(sizeof *b + size);
    a->total += size;
    b->used = 0;
    b->size = size;
    b->next = a->newest;
    a->newest = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size > ARENA_MAX)
        abort();
    size_t rounded = BLOCK_SIZE ? (size + unit - 1) / unit * unit : size;
    struct block *b = a->newest;
    if (!b || BLOCK_SIZE == 0 || b->size - b->used < rounded)
        b = open_block(a, rounded);
    void *p = b->bytes + b->used;
    b->used += rounded;
    return p;
}

void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size)
{
    void *p = arena_alloc(a, new_size);
    size_t kept = old_size < new_size ? old_size : new_size;
    if (old && kept)
        memcpy(p, old, kept);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    if (!s)
        return NULL;
    n = strnlen(s, n);
    if (n >= ARENA_MAX)
        abort();
    char *copy = arena_alloc(a, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, ARENA_MAX);
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    if (!format)
        abort();
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        abort();
    char *text = arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, args);
    return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(a, format, args);
    va_end(args);
    return text;
}
