/* check.h - between check.c (files and servers), trip.c (mails to ourselves and back) and check_list.c (what comes of it:
 * `taamim check` ends in "ready", or in the numbered list of what is to be done, and in nothing else). */
#ifndef TAAMIM_CLI_CHECK_H
#define TAAMIM_CLI_CHECK_H
#include "cli/cli.h"
#include "cli/talk.h"

struct todo {
    const char *what, *where, *how; /* where: file and setting, or machine; how: the command or setting; may be NULL */
};

struct check {
    struct arena *a;
    const struct standing_orders *o;
    struct talk collect, send;
    const char *folder; /* our own, for what the collector brings; removed at the end */
    bool imap_up, smtp_up;
    struct todo *todo; /* what is to be done before all is well */
    size_t n_todo;
};
void check_good(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Printed at once, and again in the list at the end. */
void check_todo(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, with the place and the remedy beside it. */
void check_todo_at(struct check *c, const char *where, const char *how, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* All that is wrong with the files, a thing each. */
void check_problems(struct check *c, const struct problems *p);
const char *check_setting(const struct check *c, const char *group); /* "imap in /etc/taamim/taamim.conf" */
/* The end: "ready", or the list. */
enum exit_code check_conclude(const struct check *c);

/* Needs both servers. */
void trip_run(struct check *c);

#endif
