/* hostile_case.h - the parsing server as a program, in its sandbox, for mails that this process had better not read. */
#ifndef TAAMIM_TESTS_HOSTILE_CASE_H
#define TAAMIM_TESTS_HOSTILE_CASE_H
#include "parse_case.h"
#include <poll.h>
#include <sys/wait.h>
#include "base/child.h"
#include "base/wire.h"

#define PATIENCE_S 60 /* this test's own: far beyond what the sandbox allows */

struct server {
    pid_t pid;
    struct wire *w;
};

static inline bool memory_checker(void)
{
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "valgrind");
#endif
}

/* Skips the test where the program has not been built, and under memory checkers, which the sandbox's limits kill: before
 * anything is made that would have to be freed. */
static inline void server_needed(char path_out[4096])
{
    snprintf(path_out, 4096, "%s/taamim-parse", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(path_out, X_OK) != 0 || memory_checker())
        skip();
}

static inline struct server server_start(void)
{
    char path[4096];
    struct err e = {0};
    int channel;
    const char *argv[] = {path, NULL};
    server_needed(path);
    struct server s = {.pid = child_start(argv, &channel, &e)};
    if (s.pid <= 0)
        fail_msg("%s", e.text);
    s.w = wire_new(channel, 4096);
    JSON_SCOPED hello = NULL;
    assert_int_equal(wire_recv(s.w, &hello, NULL), WIRE_MESSAGE);
    return s;
}

/* It lives still, and ends as it should. */
static inline void server_stop(struct server *s)
{
    int status;
    wire_free(s->w);
    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The line that comes for one message, or "" where none came in time. */
static inline void server_ask(struct server *s, FILE *message, FILE *scratch, struct buf *answer)
{
    int ends[2];
    char bytes[65536];
    fflush(message);
    rewind(message);
    assert_int_equal(pipe(ends), 0);
    assert_true(wire_send(s->w, json_pack("{s:i}", "parse", 1), fileno(message), NULL));
    assert_true(wire_send(s->w, json_object(), fileno(scratch), NULL));
    assert_true(wire_send(s->w, json_object(), ends[1], NULL));
    close(ends[1]);
    for (ssize_t n = 1; n > 0;) {
        struct pollfd p = {ends[0], POLLIN, 0};
        if (poll(&p, 1, PATIENCE_S * 1000) <= 0)
            break;
        n = read(ends[0], bytes, sizeof bytes);
        if (n > 0)
            buf_add(answer, bytes, (size_t)n);
    }
    close(ends[0]);
}

#endif
