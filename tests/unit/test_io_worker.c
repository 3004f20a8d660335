/* A worker's child that has ended is nobody's any more: its number may be another process's by now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/worker.h"

static int n_signals, n_gone;

/* Instead of the C library's: what would be signalled is counted. */
int kill(pid_t pid, int signal)
{
    (void)pid, (void)signal;
    n_signals++;
    return 0;
}

static void ready(void *arg, struct worker *w)
{
    (void)arg, (void)w;
}

static void message(void *arg, struct worker *w, const json_t *m)
{
    (void)arg, (void)w, (void)m;
}

static void gone(void *arg, struct worker *w, const char *why)
{
    (void)arg, (void)w, (void)why;
    n_gone++;
}

static const struct worker_calls calls = {ready, message, gone};

static struct worker *started(struct loop *l, const char *command)
{
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    struct worker *w = worker_new(l, argv, "test", &calls, NULL);

    worker_tend(w);
    return w;
}

static void a_reaped_child_is_not_signalled(void **state)
{
    struct loop *l = loop_new();
    struct worker *w = started(l, "exit 0");
    siginfo_t ended;
    struct err e = {0};

    (void)state;
    n_signals = n_gone = 0;
    assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
    worker_reap(); /* SIGCHLD comes before the end of the channel is read */
    worker_signal(w, SIGTERM);
    while (n_gone == 0)
        assert_true(loop_turn(l, 1000, &e));
    assert_int_equal(n_signals, 0);
    worker_free(w);
    loop_free(l);
}

static void a_living_child_is(void **state)
{
    struct loop *l = loop_new();
    struct worker *other = started(l, "exit 0"), *w = started(l, "read line");
    siginfo_t ended;

    (void)state;
    n_signals = n_gone = 0;
    assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
    worker_reap();
    worker_free(other);
    worker_signal(w, SIGTERM);
    assert_int_equal(n_signals, 1);
    worker_free(w); /* the end of its input ends it */
    assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT), 0);
    worker_reap();
    loop_free(l);
}

/* New settings, or a second thought: who waits to be started again waits no longer. */
static void a_restart_ends_the_wait(void **state)
{
    struct loop *l = loop_new();
    struct worker *w = started(l, "exit 0");
    struct err e = {0};

    (void)state;
    n_gone = 0;
    while (n_gone == 0)
        assert_true(loop_turn(l, 1000, &e));
    assert_true(worker_tend(w) > 0);
    worker_restart(w, "new settings");
    assert_int_equal(worker_tend(w), 0);
    worker_free(w);
    worker_await(1);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reaped_child_is_not_signalled),
        cmocka_unit_test(a_living_child_is),
        cmocka_unit_test(a_restart_ends_the_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
