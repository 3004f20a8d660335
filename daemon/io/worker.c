/* Keeps one child alive and speaks with it. A child that cannot be started or keeps dying is tried ever more seldom
 * and never given up; the reason is told through `gone` each time. The daemon waits for a child at its own end alone. */
#include "io/worker.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/mem.h"

#define BACKOFF_FIRST_MS   1000
#define BACKOFF_LONGEST_MS (300 * 1000)
#define STEADY_MS          60000 /* a child that lived so long begins anew with the shortest wait */
#define LOOK_AGAIN_MS      20
#define ARGS_MAX           8

struct worker {
    struct loop *loop;
    char *argv[ARGS_MAX + 1];
    char *name;
    struct worker_calls calls;
    void *arg;
    struct worker *older;
    pid_t pid;         /* 0: none, or it was reaped, and its number may be anybody's */
    struct wire *wire; /* NULL while it is not running */
    bool greeted;
    int64_t started_ms, start_at_ms, backoff_ms;
};

static struct worker *newest;

static char *copy(const char *s)
{
    size_t n = strlen(s) + 1;

    return memcpy(mem_alloc(n), s, n);
}

struct worker *worker_new(struct loop *l, const char *const argv[], const char *name, const struct worker_calls *calls,
                          void *arg)
{
    struct worker *w = mem_alloc(sizeof *w);

    *w = (struct worker){.loop = l, .name = copy(name), .calls = *calls, .arg = arg, .backoff_ms = BACKOFF_FIRST_MS};
    for (int i = 0; argv[i] && i < ARGS_MAX; i++)
        w->argv[i] = copy(argv[i]);
    w->older = newest;
    newest = w;
    return w;
}

static void close_channel(struct worker *w)
{
    if (!w->wire)
        return;
    loop_unwatch(w->loop, wire_fd(w->wire));
    wire_free(w->wire);
    w->wire = NULL;
    w->greeted = false;
}

static void forget(const struct worker *w)
{
    struct worker **at = &newest;

    while (*at != w)
        at = &(*at)->older;
    *at = w->older;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    close_channel(w);
    forget(w);
    for (int i = 0; w->argv[i]; i++)
        free(w->argv[i]);
    free(w->name);
    free(w);
}

static void later(struct worker *w)
{
    int64_t now = clock_now_ms();

    if (w->started_ms && now - w->started_ms > STEADY_MS)
        w->backoff_ms = BACKOFF_FIRST_MS;
    w->start_at_ms = now + w->backoff_ms;
    w->backoff_ms = w->backoff_ms * 2 < BACKOFF_LONGEST_MS ? w->backoff_ms * 2 : BACKOFF_LONGEST_MS;
    loop_wake_at(w->loop, w->start_at_ms);
}

static void end(struct worker *w, const char *why)
{
    pid_t pid = w->pid;

    close_channel(w);
    if (pid > 0)
        kill(pid, SIGTERM);
    w->pid = 0;
    later(w);
    w->calls.gone(w->arg, w, why);
}

static bool greet(struct worker *w, const json_t *message)
{
    if (strcmp(wire_string(message, "hello", ""), w->name) != 0 || wire_int(message, "version", 0) != WIRE_VERSION)
        return false;
    w->greeted = true;
    w->calls.ready(w->arg, w);
    return true;
}

static void update_events(struct worker *w)
{
    if (w->wire)
        loop_change(w->loop, wire_fd(w->wire), (short)(wire_pending(w->wire) ? POLLIN | POLLOUT : POLLIN));
}

/* Reads what is there; a callback may restart the worker, so its wire is looked at anew each time. */
static void read_messages(struct worker *w)
{
    struct wire *of = w->wire;
    struct err e = {0};

    while (w->wire == of) {
        json_t *got = NULL;
        JSON_SCOPED message = NULL;

        switch (wire_recv(of, &got, &e)) {
        case WIRE_NOTHING: return;
        case WIRE_CLOSED: end(w, "it ended"); return;
        case WIRE_BROKEN: end(w, e.text); return;
        case WIRE_MESSAGE:
            message = got;
            if (w->greeted)
                w->calls.message(w->arg, w, message);
            else if (!greet(w, message)) {
                end(w, "it speaks another version: the programs installed are not of one build");
                return;
            }
        }
    }
}

static void on_channel(void *arg, short revents)
{
    struct worker *w = arg;
    struct err e = {0};

    /* A child that ended may have spoken before: what it said is read first, and then its end. */
    read_messages(w);
    if (w->wire && (revents & POLLOUT) && !wire_flush(w->wire, &e))
        end(w, e.text);
    update_events(w);
}

static void start(struct worker *w)
{
    int channel;
    struct err e = {0};

    w->started_ms = clock_now_ms();
    w->start_at_ms = 0;
    w->pid = child_start((const char *const *)w->argv, &channel, &e);
    if (w->pid < 0) {
        w->pid = 0;
        end(w, e.text);
        return;
    }
    w->wire = wire_new(channel, WIRE_LINE_MAX);
    wire_nonblocking(w->wire);
    loop_watch(w->loop, wire_fd(w->wire), POLLIN, on_channel, w);
}

int64_t worker_tend(struct worker *w)
{
    if (w->wire)
        return 0;
    if (clock_now_ms() < w->start_at_ms)
        return w->start_at_ms;
    start(w);
    return w->start_at_ms;
}

bool worker_up(const struct worker *w)
{
    return w->wire && w->greeted;
}

bool worker_send(struct worker *w, json_t *message, int fd)
{
    struct err e = {0};

    if (!worker_up(w)) {
        json_decref(message);
        return false;
    }
    if (!wire_send(w->wire, message, fd, &e))
        return false; /* its end will be read, after what it said before */
    update_events(w);
    return true;
}

void worker_end(struct worker *w, const char *why)
{
    if (w->wire)
        end(w, why);
}

void worker_restart(struct worker *w, const char *why)
{
    w->backoff_ms = BACKOFF_FIRST_MS;
    if (w->wire)
        end(w, why);
    w->start_at_ms = 0;
}

void worker_signal(struct worker *w, int signal)
{
    if (w->pid > 0)
        kill(w->pid, signal);
}

void worker_reap(void)
{
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
        for (struct worker *w = newest; w; w = w->older)
            if (w->pid == pid)
                w->pid = 0;
}

void worker_await(int s)
{
    for (int left = s * 1000; left > 0;) {
        pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended < 0)
            return;
        if (ended == 0) {
            poll(NULL, 0, LOOK_AGAIN_MS);
            left -= LOOK_AGAIN_MS;
        }
    }
}
