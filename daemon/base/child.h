/* child.h - starting a program with one channel to it.
 *
 * The child gets its channel as descriptor 0 (a Unix stream socket, see wire.h), stdout and stderr both on our
 * stderr, nothing else open, default signals, and dies with its parent (PR_SET_PDEATHSIG). */
#ifndef TAAMIM_BASE_CHILD_H
#define TAAMIM_BASE_CHILD_H
#include <sys/types.h>
#include "base/err.h"

/* argv[0] is the path. Returns the pid and our end of the channel (close-on-exec, blocking), or -1. */
pid_t child_start(const char *const argv[], int *channel_out, struct err *e);
/* Runs a command by /bin/sh -c, without input, and returns its stdout (at most max bytes, one trailing newline
 * removed) within timeout_s. A status other than 0, more bytes or more time is an error, and all the command
 * started is killed. */
char *command_output(const char *command, size_t max, int timeout_s, struct err *e); /* malloc'd, or NULL */

#endif
