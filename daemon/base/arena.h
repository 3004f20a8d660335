/* arena.h - memory that lives as long as one event.
 *
 * An arena belongs to the handler of one event: it is made when the event comes in and freed whole when the handler
 * returns. Nothing in it is freed singly. No memory ends the process at once (it restarts where it was), so no
 * function here returns NULL. An arena has a ceiling; passing it ends the process too, since only a broken bound
 * elsewhere can lead there. */
#ifndef TAAMIM_BASE_ARENA_H
#define TAAMIM_BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>

struct arena;

#define ARENA_MAX ((size_t)64 << 20) /* bytes one event may take: far above any real one */

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */
void arena_cleanup(struct arena **a);
#define ARENA_SCOPED __attribute__((cleanup(arena_cleanup))) struct arena *

void *arena_alloc(struct arena *a, size_t size);                                      /* zeroed, aligned for any type */
void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size); /* a larger copy, tail zeroed */
char *arena_strdup(struct arena *a, const char *s);                                   /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* A growing list of T: ARENA_PUSH(a, items, n, value). `items` doubles within the arena; n counts. */
#define ARENA_PUSH(a, items, n, ...)                                                                                   \
    do {                                                                                                               \
        if (!(items) || ((n) & ((n)-1)) == 0)                                                                          \
            (items) = arena_grow((a), (items), (n) * sizeof *(items), ((n) ? 2 * (n) : 1) * sizeof *(items));          \
        (items)[(n)++] = __VA_ARGS__;                                                                                  \
    } while (0)

#endif
