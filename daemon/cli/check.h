/* check.h - between check.c (files and servers) and trip.c (mails to ourselves and back). */
#ifndef TAAMIM_CLI_CHECK_H
#define TAAMIM_CLI_CHECK_H
#include "cli/cli.h"
#include "cli/talk.h"

struct check {
    struct arena *a;
    const struct standing_orders *o;
    struct talk collect, send;
    const char *folder; /* our own, for what the collector brings; removed at the end */
    bool imap_up, smtp_up;
    const char **todo; /* what is to be done before all is well */
    size_t n_todo;
};
void check_good(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Printed at once, and again in the list at the end. */
void check_todo(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Needs both servers. */
void trip_run(struct check *c);

#endif
