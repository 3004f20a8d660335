/* talk.c - a child of the command line's own. A child that says nothing in time, or something else than its hello, is
 * not spoken to. */
#include "cli/talk.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "app/child_path.h"
#include "base/child.h"
#include "base/clock.h"

#define HELLO_S 10
#define LEAVE_S 5

static bool greeted(struct talk *t, struct err *e)
{
    JSON_SCOPED hello = talk_hear(t, clock_boot() + HELLO_S, e);
    if (hello && strcmp(wire_string(hello, "hello", ""), t->name) == 0 && wire_int(hello, "version", 0) == WIRE_VERSION)
        return true;
    return e->kind != ERR_NONE
               ? false
               : err_perm(e, "taamim-%s did not greet in words of this version: are all programs of one build?",
                          t->name);
}

bool talk_open(struct talk *t, struct arena *a, const struct config *c, const char *name, struct err *e)
{
    const char *program = child_path(a, c, name, e);
    const char *no_sandbox = getenv("TAAMIM_NO_SANDBOX"); /* memory checkers cannot run inside it */
    const char *argv[] = {program, no_sandbox && strcmp(name, "parse") == 0 ? "--no-sandbox" : NULL, NULL};
    int fd;
    *t = (struct talk){.name = arena_strdup(a, name)};
    if (!program || (t->pid = child_start(argv, &fd, e)) < 0)
        return false;
    t->wire = wire_new(fd, WIRE_LINE_MAX);
    wire_nonblocking(t->wire);
    if (greeted(t, e))
        return true;
    talk_close(t);
    return false;
}

void talk_close(struct talk *t)
{
    if (!t->wire)
        return;
    int64_t until = clock_boot() + LEAVE_S;
    wire_free(t->wire);
    t->wire = NULL;
    while (waitpid(t->pid, NULL, WNOHANG) == 0) {
        if (clock_boot() > until)
            kill(t->pid, SIGKILL);
        poll(NULL, 0, 10);
    }
}

bool talk_say(struct talk *t, json_t *message, int fd, struct err *e)
{
    bool good = wire_send(t->wire, message, fd, e);
    while (good && wire_pending(t->wire)) {
        struct pollfd p = {.fd = wire_fd(t->wire), .events = POLLOUT};
        poll(&p, 1, -1);
        good = wire_flush(t->wire, e);
    }
    return good || err_prefix(e, "taamim-%s", t->name);
}

json_t *talk_hear(struct talk *t, int64_t until, struct err *e)
{
    for (;;) {
        json_t *message = NULL;
        switch (wire_recv(t->wire, &message, e)) {
        case WIRE_MESSAGE: return message;
        case WIRE_CLOSED: err_perm(e, "taamim-%s ended", t->name); return NULL;
        case WIRE_BROKEN: err_prefix(e, "taamim-%s", t->name); return NULL;
        case WIRE_NOTHING: break;
        }
        if (clock_boot() >= until)
            return NULL;
        struct pollfd p = {.fd = wire_fd(t->wire), .events = POLLIN};
        poll(&p, 1, 500);
    }
}
