/* talk.h - the command line's side of a child of its own: started, greeted, spoken to with a time limit.
 *
 * `explain` and `check` use the daemon's children beside the daemon, never instead of it. */
#ifndef TAAMIM_CLI_TALK_H
#define TAAMIM_CLI_TALK_H
#include <sys/types.h>
#include "app/config.h"
#include "base/wire.h"

struct talk {
    struct wire *wire; /* NULL: not open */
    pid_t pid;
    const char *name;
};
/* Starts taamim-NAME (app/child_path; c may be NULL) and waits for its hello. */
bool talk_open(struct talk *t, struct arena *a, const struct config *c, const char *name, struct err *e);
void talk_close(struct talk *t); /* its channel closes, which is its sign to end; it is waited for */
bool talk_say(struct talk *t, json_t *message, int fd, struct err *e); /* stolen */
/* The next message, or NULL: with e.kind ERR_NONE where clock_boot() reached `until` first, else it has gone. */
json_t *talk_hear(struct talk *t, int64_t until, struct err *e);

#endif
