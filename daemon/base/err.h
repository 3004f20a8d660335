/* err.h - how a failure reaches a person.
 *
 * What can fail returns bool or a pointer and takes `struct err *` last. The text says what was tried, on what, what
 * the other side said and, where it helps, what to do; it is one line of UTF-8 without a final stop. A failed
 * function leaves its other outputs as they were. The caller that handles the error logs it, once. */
#ifndef TAAMIM_BASE_ERR_H
#define TAAMIM_BASE_ERR_H
#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_TEMP, /* the same act may succeed later: try again */
    ERR_PERM, /* it will not: tell a human */
};

struct err {
    enum err_kind kind;
    char text[1024]; /* truncated at a character boundary */
};

/* Both fill e (which may be NULL) and return false, so that `return err_perm(e, ...)` reads well. */
bool err_temp(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_perm(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "format: " before the text; keeps the kind; returns false. */
bool err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
