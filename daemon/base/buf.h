/* buf.h - bytes that grow, up to a maximum.
 *
 * `data` is always followed by a NUL that is not counted, so text can be read as a C string. A buf set to {0} is
 * empty and valid (maximum BUF_MAX). Appending past `max` sets `overflow`, appends nothing more, and is asked for
 * once at the end. */
#ifndef TAAMIM_BASE_BUF_H
#define TAAMIM_BASE_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define BUF_MAX ((size_t)16 << 20)

struct buf {
    char *data; /* malloc'd; NULL while empty: use buf_text() */
    size_t len, cap;
    size_t max; /* 0 means BUF_MAX */
    bool overflow;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s); /* NULL adds nothing */
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void buf_drop(struct buf *b, size_t n);    /* removes the first n bytes */
void buf_clear(struct buf *b);             /* empty, memory kept */
void buf_free(struct buf *b);              /* empty, memory given back */
const char *buf_text(const struct buf *b); /* never NULL */
#define BUF_SCOPED __attribute__((cleanup(buf_free))) struct buf

#endif
