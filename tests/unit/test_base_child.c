/* Starting programs: a shell is the peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/wire.h"

static void a_child_speaks_over_descriptor_0(void **state)
{
    (void)state;
    const char *const argv[] = {"/bin/sh", "-c",
                                "read line; echo '{\"hello\":\"shell\",\"version\":1}' >&0; echo \"$line\" >&0", NULL};
    int fd = -1;
    pid_t pid = child_start(argv, &fd, NULL);
    assert_true(pid > 0);
    struct wire *w = wire_new(fd, 1000);
    assert_true(wire_send(w, json_pack("{s:i}", "n", 42), -1, NULL));
    json_t *m = NULL;
    assert_int_equal(wire_recv(w, &m, NULL), WIRE_MESSAGE);
    assert_string_equal(wire_string(m, "hello", ""), "shell");
    json_decref(m);
    assert_int_equal(wire_recv(w, &m, NULL), WIRE_MESSAGE);
    assert_int_equal(wire_int(m, "n", 0), 42);
    json_decref(m);
    assert_int_equal(wire_recv(w, &m, NULL), WIRE_CLOSED);
    wire_free(w);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_child_has_three_descriptors_and_default_signals(void **state)
{
    (void)state;
    int leak = dup(2); /* deliberately not close-on-exec */
    const char *const argv[] = {
        "/bin/sh", "-c",
        "set -- /proc/self/fd/*; for d; do case $d in */[012]) ;; *) test -e /proc/$$/fd/${d##*/} && "
        "exit 9;; esac; done; kill -PIPE $$; exit 8",
        NULL};
    int fd = -1, status = 0;
    pid_t pid = child_start(argv, &fd, NULL);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    close(fd);
    close(leak);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    const char *const argv[] = {"/nowhere/taamim-none", NULL};
    int fd = -7;
    struct err e = {0};
    assert_int_equal(child_start(argv, &fd, &e), -1);
    assert_int_equal(fd, -7);
    assert_non_null(strstr(e.text, "/nowhere/taamim-none"));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody left */
}

static void a_command_gives_its_stdout(void **state)
{
    (void)state;
    static const struct {
        const char *command, *output;
        const char *why;
    } rows[] = {
        {"echo yes", "yes", NULL},
        {"printf 0123456789", "0123456789", NULL},
        {"echo 0123456789", "0123456789", NULL},
        {"printf 'a\n\n'", "a\n", NULL},
        {"cat", "", NULL}, /* no input */
        {"printf 0123456789a", NULL, "more than"},
        {"yes", NULL, "more than"},
        {"echo no; exit 4", NULL, "status 4"},
        {"kill -9 $$", NULL, "signal 9"},
        {"printf 'a\\000b'", NULL, "NUL"},
        {"sleep 30", NULL, "timed out"},
        {"exec >&-; sleep 30", NULL, "in time"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        char *output = command_output(rows[i].command, 10, 1, &e);
        if (rows[i].output) {
            assert_non_null(output);
            assert_string_equal(output, rows[i].output);
        } else {
            assert_null(output);
            if (!strstr(e.text, rows[i].why))
                fail_msg("%s: %s", rows[i].command, e.text);
        }
        free(output);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_speaks_over_descriptor_0),
        cmocka_unit_test(a_child_has_three_descriptors_and_default_signals),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
        cmocka_unit_test(a_command_gives_its_stdout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
