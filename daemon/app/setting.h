/* setting.h - reading libconfig files strictly: every group is described by a table; what the table does not know is an error.
 *
 * Errors read "config/taamim.conf:12: unknown setting 'pasword_file' in smtp; did you mean 'password_file'?" All errors of a file are collected (up to 20),
 * one a line, so that an administrator mends them in one go. Strings must be UTF-8 without control characters; integers outside [min, max] (and those libconfig 1.5
 * wraps silently: a value not written as it reads back) are errors. Paths are resolved against the file's own folder. */
#ifndef TAAMIM_APP_SETTING_H
#define TAAMIM_APP_SETTING_H
#include <libconfig.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "round/party.h"

/* The problems of one file, one a line. */
struct problems {
    struct buf text;
    int n;
};
void problem_at(struct problems *p, const config_setting_t *where, const char *format, ...) __attribute__((format(printf, 3, 4)));

enum setting_type { SET_STRING, SET_INT, SET_BOOL, SET_PATH, SET_STRINGS /* list or array */, SET_LANG_TEXT /* { ar = ""; en = ""; } into const char *[LANG_COUNT] */,
                    SET_ENUM /* by name table, into int */, SET_GROUP /* handled by the caller */ };
struct setting_row {
    const char *name;
    enum setting_type type;
    size_t offset;              /* into the target struct; SET_STRINGS: of a `struct strings` */
    bool required;
    int64_t min, max;           /* SET_INT: into int */
    const char *const *names;   /* SET_ENUM */
    int n_names;
};
struct strings { const char *const *items; size_t n; };
/* Reads the group's known settings into target; unset ones keep their value. Reports into p. */
void setting_read(struct arena *a, config_setting_t *group, const struct setting_row *rows, size_t n_rows, void *target, struct problems *p);
/* Opens, parses, sets the include folder. NULL with a problem "file:line: ..." in p. Free with config_destroy + free. */
config_t *setting_open(const char *path, struct problems *p);
void setting_close(config_t *c);
const char *nearest_name(const char *wrong, const char *const *names, size_t n); /* NULL where none is near */

#endif
