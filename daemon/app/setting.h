/* setting.h - reading libconfig files strictly: every group is described by a table; what the table does not know
 * is an error.
 *
 * Errors read "config/taamim.conf:12: unknown setting 'pasword_file' in smtp; did you mean 'password_file'?" All
 * errors of a file are collected (up to 20), one a line, so that an administrator mends them in one go. Strings
 * must be UTF-8 without control characters; integers outside [min, max] (and those libconfig 1.5 wraps silently)
 * are errors. Paths are resolved against the file's own folder. The line told is that of the setting's name. */
#ifndef TAAMIM_APP_SETTING_H
#define TAAMIM_APP_SETTING_H
#include <libconfig.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "round/party.h"

#define PROBLEMS_MAX 20
/* The problems of one file or several, one a line, without a newline after the last. buf_free(&p.text) gives them
 * back. */
struct problems {
    struct buf text;
    int n; /* all, also those beyond PROBLEMS_MAX */
};
void problem_at(struct problems *p, const config_setting_t *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of a line of any file; line 0 names the file alone. */
void problem_in(struct problems *p, const char *path, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void problem_told(struct problems *p, const char *text); /* one whose text names file and line */

enum setting_type {
    SET_STRING,  /* one line, not empty */
    SET_ADDRESS, /* a string that address_wire() takes */
    SET_INT,
    SET_INT64,
    SET_BOOL,
    SET_PATH,       /* absolute when read */
    SET_STRINGS,    /* list or array, into `struct strings`; also where a struct has the same two fields in a row */
    SET_LANG_TEXT,  /* { ar = ""; en = ""; } into const char *[LANG_COUNT] */
    SET_LANG_PROSE, /* the same, with several lines */
    SET_ENUM,       /* by name table, into int */
    SET_ENUMS,      /* list of names of a table, into unsigned: a bit each */
    SET_LANGS,      /* "ar" or "ar+fr", into unsigned */
    SET_WEEKEND,    /* "fri-sat", "none" or [ "friday", "saturday" ], into unsigned */
    SET_GROUP,      /* handled by the caller */
};
struct setting_row {
    const char *name;
    enum setting_type type;
    size_t offset; /* into the target struct; SET_STRINGS: of a `struct strings` */
    bool required;
    int64_t min, max;         /* SET_INT, SET_INT64 */
    const char *const *names; /* SET_ENUM, SET_ENUMS */
    int n_names;
};
struct strings {
    const char *const *items;
    size_t n;
};
#define STRINGS_MAX 4096 /* members of any list */
/* Reads the group's known settings into target; unset ones and faulty ones keep their value. Reports into p. */
void setting_read(struct arena *a, config_setting_t *group, const struct setting_row *rows, size_t n_rows, void *target,
                  struct problems *p);
/* The member of that name: a group, or a list of groups; NULL where there is none (and where it is something else,
 * which is a problem). */
config_setting_t *setting_group(config_setting_t *parent, const char *name, struct problems *p);
config_setting_t *setting_groups(config_setting_t *parent, const char *name, struct problems *p);
/* The member of that name, or the group itself where it is not set: where a problem of it is told. */
config_setting_t *setting_at(config_setting_t *group, const char *name);
/* Opens, parses, sets the include folder. NULL with a problem "file:line: ..." in p; a problem that does not hinder
 * reading on (a number that wraps) leaves it in p and returns the file. */
config_t *setting_open(const char *path, struct problems *p);
config_t *setting_open_whole(const char *path, struct problems *p); /* the same; @include is refused */
void setting_close(config_t *c);
/* "; did you mean 'x'?" in the arena, or "". */
const char *did_you_mean(struct arena *a, const char *wrong, const char *const *names, size_t n);
const char *path_absolute(struct arena *a, const char *path);
/* A path of a file, absolute, resolved against the folder that `file` is in. */
const char *path_beside(struct arena *a, const char *file, const char *path);

bool langs_parse(const char *text, unsigned *out);
const char *langs_format(struct arena *a, unsigned langs);
bool weekend_parse(const char *text, unsigned *out); /* "fri-sat", "sat-sun", "fri", "none" */
const char *weekend_format(struct arena *a, unsigned weekend);

/* setting_scan.c: what libconfig does not see in a file's bytes. False where they cannot be parsed at all. */
bool setting_scan(const char *path, bool includes_allowed, struct problems *p);

#endif
