/* taamim-parse: a server that forks a copy of itself for each message.
 *
 *   parse   {"hello":"parse","version":1}
 *   daemon  {"parse":ID} with three descriptors: the message (read only), the scratch file (read and write), the
 *           answer pipe
 *
 * The server loads its libraries once and never reads a message; the copy closes everything but its three descriptors,
 * enters the sandbox, writes the facts as one line to the pipe and ends. A copy that dies says nothing: the server says
 * {"died":WHY} there in its place, and a pipe that closes without a word means that the copy or the server was killed.
 * Where the server cannot fork, or the copy has no room on the disk, {"again":true} is said there: the message has done
 * nothing. The server ends when its channel does. --no-sandbox is for memory checkers, and said. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/wire.h"
#include "parse/message.h"
#include "parse/sandbox.h"

#define REQUEST_MAX ((size_t)4096)
#define COPIES_MAX  32 /* the daemon asks for fewer at once */
enum { MESSAGE_FD = 3, SCRATCH_FD = 4, ANSWER_FD = 5 };

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

/* Beyond its maximum the record is told without its texts: the papers matter more. */
static char *record(struct facts *f)
{
    JSON_SCOPED o = facts_to_json(f);
    char *line = json_dumps(o, JSON_COMPACT);
    if (line && strlen(line) < FACTS_JSON_MAX)
        return line;
    free(line);
    f->text = f->reply_text = "";
    f->n_references = f->n_returned_ids = 0; /* never what our own server said of the sender */
    f->trouble = "the record was too large: text and references are left out";
    JSON_SCOPED shorter = facts_to_json(f);
    return json_dumps(shorter, JSON_COMPACT);
}

static const char put_off[] = "{\"again\":true}\n";

static int parse_one(void)
{
    struct err e = {0};
    struct facts facts;
    struct arena *a = arena_new();
    if (!parse_message(a, MESSAGE_FD, SCRATCH_FD, &facts, &e)) {
        if (e.kind == ERR_TEMP)
            return write_all(ANSWER_FD, put_off, sizeof put_off - 1) ? 0 : 1;
        facts = (struct facts){.trouble = arena_strdup(a, e.text)};
        facts.signs.unreadable = true;
    }
    char *line = record(&facts);
    bool done = line && write_all(ANSWER_FD, line, strlen(line)) && write_all(ANSWER_FD, "\n", 1);
    return done ? 0 : 1;
}

/* Puts the three descriptors where the copy expects them, and closes all others but stderr. */
static bool place(int message, int scratch, int answer)
{
    int high[3] = {fcntl(message, F_DUPFD, 100), fcntl(scratch, F_DUPFD, 100), fcntl(answer, F_DUPFD, 100)};
    for (int i = 0; i < 3; i++)
        if (high[i] < 0 || dup2(high[i], MESSAGE_FD + i) < 0)
            return false;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return false;
    return close_range(ANSWER_FD + 1, ~0U, 0) == 0;
}

static void copy_main(const int fds[3], bool sandboxed)
{
    struct err e = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!place(fds[0], fds[1], fds[2]))
        _exit(2);
    if (sandboxed && !sandbox_enter(&e)) {
        fprintf(stderr, "taamim-parse: %s\n", e.text);
        _exit(3);
    }
    _exit(parse_one());
}

/* What has come of a request so far: the line and its descriptors arrive in any order. */
struct request {
    bool asked;
    int fds[3];
    size_t n;
};

struct copy {
    pid_t pid; /* 0: a free place */
    int answer_fd;
};

struct server {
    struct wire *channel;
    struct request request;
    struct copy copies[COPIES_MAX];
    bool sandboxed;
};

/* The answer pipe stays open until it is known how the copy ended. */
static void drop(struct request *r, size_t kept)
{
    for (size_t i = 0; i < r->n && i < kept; i++)
        close(r->fds[i]);
    *r = (struct request){.asked = false};
}

static struct copy *free_copy(struct server *s)
{
    for (size_t i = 0; i < COPIES_MAX; i++)
        if (s->copies[i].pid == 0)
            return &s->copies[i];
    return NULL;
}

static void take(struct server *s)
{
    struct request *r = &s->request;
    struct copy *copy = free_copy(s);
    int fd;
    while (r->n < 3 && (fd = wire_take_fd(s->channel)) >= 0)
        r->fds[r->n++] = fd;
    if (!r->asked || r->n < 3)
        return;
    pid_t pid = copy ? fork() : -1;
    if (pid == 0)
        copy_main(r->fds, s->sandboxed);
    if (pid > 0) {
        *copy = (struct copy){pid, r->fds[2]};
        drop(r, 2);
        return;
    }
    write_all(r->fds[2], put_off, sizeof put_off - 1);
    drop(r, 3);
}

/* How it ended, for a person; the limits are those of sandbox.h. */
static const char *how(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 3 ? "its sandbox could not be entered" : "it gave up";
    switch (WTERMSIG(status)) {
    case SIGXCPU:
    case SIGALRM: return "it took too long";
    case SIGSYS: return "it asked the system for what it may not have";
    case SIGXFSZ: return "it wrote too much";
    default: return "it crashed";
    }
}

/* Killed from outside, by a system short of memory perhaps: that says nothing of the message. */
static bool was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void bury(struct copy *c, int status)
{
    if ((!WIFEXITED(status) || WEXITSTATUS(status) != 0) && !was_killed(status)) {
        JSON_SCOPED o = json_pack("{s:s, s:i}", "died", how(status), "status", status);
        char *line = json_dumps(o, JSON_COMPACT);
        if (line && write_all(c->answer_fd, line, strlen(line)))
            write_all(c->answer_fd, "\n", 1);
        free(line);
    }
    close(c->answer_fd);
    *c = (struct copy){.pid = 0};
}

static void reap(struct server *s)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < COPIES_MAX; i++)
            if (s->copies[i].pid == pid)
                bury(&s->copies[i], status);
}

/* False when there is no more to come. */
static bool listen_once(struct server *s, int *code_out)
{
    struct err e = {0};
    for (;;) {
        json_t *line = NULL;
        enum wire_got got = wire_recv(s->channel, &line, &e);
        if (got == WIRE_NOTHING)
            return true;
        if (got == WIRE_CLOSED || got == WIRE_BROKEN) {
            if (got == WIRE_BROKEN)
                fprintf(stderr, "taamim-parse: %s\n", e.text);
            *code_out = got == WIRE_BROKEN;
            return false;
        }
        s->request.asked = s->request.asked || json_object_get(line, "parse");
        json_decref(line);
        take(s);
    }
}

/* The end of a copy comes as a readable descriptor, beside the channel. */
static int watch_children(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
}

static int serve(struct server *s)
{
    struct pollfd wait_for[2] = {{wire_fd(s->channel), POLLIN, 0}, {watch_children(), POLLIN, 0}};
    struct signalfd_siginfo info;
    struct err e = {0};
    int code = 1;
    if (wait_for[1].fd < 0 ||
        !wire_send(s->channel, json_pack("{s:s, s:i}", "hello", "parse", "version", WIRE_VERSION), -1, &e))
        return 1;
    wire_nonblocking(s->channel);
    do {
        if (poll(wait_for, 2, -1) < 0 && errno != EINTR)
            return 1;
        while (read(wait_for[1].fd, &info, sizeof info) > 0)
            continue;
        reap(s);
    } while (listen_once(s, &code));
    return code;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    bool sandboxed = true;
    for (int i = 1; i < argc; i++)
        sandboxed = sandboxed && strcmp(argv[i], "--no-sandbox") != 0;
    if (!sandboxed)
        fprintf(stderr, "taamim-parse: running without sandbox\n");
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    if (!parse_prepare(&e)) {
        fprintf(stderr, "taamim-parse: %s\n", e.text);
        return 1;
    }
    struct server s = {.channel = wire_new(0, REQUEST_MAX), .sandboxed = sandboxed};
    int code = serve(&s);
    wire_free(s.channel);
    return code;
}
