/* taamim-send as the daemon sees it: the program itself, over its channel. Skipped where it has not been built. */
#include <signal.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/wire.h"
#include "unit/send_case.h"
#include "unit/sigpipe_case.h"

struct child {
    pid_t pid;
    struct wire *wire;
};

static bool child_open(struct child *c)
{
    char path[4096];
    const char *const argv[] = {path, NULL};
    int fd = -1;
    snprintf(path, sizeof path, "%s/taamim-send", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(path, X_OK) != 0)
        return false;
    c->pid = child_start(argv, &fd, NULL);
    assert_true(c->pid > 0);
    c->wire = wire_new(fd, 10000);
    JSON_SCOPED hello = NULL;
    assert_int_equal(wire_recv(c->wire, &hello, NULL), WIRE_MESSAGE);
    assert_string_equal(wire_string(hello, "hello", ""), "send");
    assert_int_equal(wire_int(hello, "version", 0), WIRE_VERSION);
    return true;
}

static int child_exit(struct child *c)
{
    int status = -1;
    if (c->wire)
        wire_free(c->wire);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void tell_config(struct child *c, int port)
{
    struct mail_server server = server_at(port);
    assert_true(wire_send(c->wire, json_pack("{s:o}", "config", server_to_json(&server)), -1, NULL));
}

static struct send_outcome hear_outcome(struct child *c, struct arena *a)
{
    JSON_SCOPED message = NULL;
    struct send_outcome o = {0};
    struct err e = {0};
    assert_int_equal(wire_recv(c->wire, &message, &e), WIRE_MESSAGE);
    if (!send_outcome_from_json(a, message, &o, &e))
        fail_msg("%s", e.text);
    return o;
}

static void mails_go_through_the_channel(void **state)
{
    static const struct fake_plan plan = {0};
    ARENA_SCOPED a = arena_new();
    struct fake_smtp f;
    struct child c;
    (void)state;
    if (!child_open(&c))
        skip();
    fake_start(&f, &plan, 1);
    tell_config(&c, f.port);
    for (int i = 1; i <= 3; i++) {
        struct send_job job = the_job();
        job.id = i;
        assert_true(wire_send(c.wire, send_job_to_json(&job), -1, NULL));
        struct send_outcome o = hear_outcome(&c, a);
        assert_int_equal(o.id, i);
        assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    }
    assert_int_equal(child_exit(&c), 0);
    fake_stop(&f);
    assert_int_equal(f.connections, 1);
    assert_int_equal(f.mails, 3);
    assert_non_null(strstr(f.said, "QUIT"));
    fake_free(&f);
}

static void a_delivery_it_cannot_read_is_still_answered(void **state)
{
    ARENA_SCOPED a = arena_new();
    struct child c;
    (void)state;
    if (!child_open(&c))
        skip();
    tell_config(&c, 1);
    assert_true(wire_send(c.wire, json_pack("{s:i}", "deliver", 9), -1, NULL));
    struct send_outcome o = hear_outcome(&c, a);
    assert_int_equal(o.id, 9);
    assert_outcome(&o, SEND_LOCAL, 0, "size");
    assert_int_equal(child_exit(&c), 0);
}

static void nonsense_ends_it(void **state)
{
    static const char *const rows[] = {"{\"dance\":1}\n", "{\"config\":{}}\n", "nonsense\n", "{\"deliver\":1}\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct child c;
        JSON_SCOPED message = NULL;
        if (!child_open(&c))
            skip();
        assert_int_equal(write(wire_fd(c.wire), rows[i], strlen(rows[i])), strlen(rows[i]));
        assert_int_equal(wire_recv(c.wire, &message, NULL), WIRE_CLOSED);
        assert_int_equal(child_exit(&c), 1);
    }
}

static void sigterm_ends_it_when_idle(void **state)
{
    JSON_SCOPED message = NULL;
    struct child c;
    (void)state;
    if (!child_open(&c))
        skip();
    assert_true(ignores_sigpipe(c.pid));
    kill(c.pid, SIGTERM);
    assert_int_equal(wire_recv(c.wire, &message, NULL), WIRE_CLOSED);
    assert_int_equal(child_exit(&c), 0);
}

/* Until the command was said, or, where there is none, the whole mail has come. */
static void wait_for(struct fake_smtp *f, const char *command)
{
    for (bool there = false; !there; usleep(5000)) {
        pthread_mutex_lock(&f->lock);
        there = command ? strstr(f->said, command) != NULL : f->body != NULL;
        pthread_mutex_unlock(&f->lock);
    }
}

static void sigterm_in_a_mail_gives_an_outcome_first(void **state)
{
    static const struct {
        struct fake_plan plan;
        const char *until;
        enum send_stage stage;
        int code;
        const char *words;
    } rows[] = {
        {{.rcpt = FAKE_SILENT}, "RCPT", SEND_RCPT, 0, "stopped before the mail was handed over"},
        {{.dot_pause_ms = 1500}, NULL, SEND_ACCEPTED, 250, "queued"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        struct send_job job = the_job();
        struct fake_smtp f;
        struct child c;
        if (!child_open(&c))
            skip();
        fake_start(&f, &rows[i].plan, 1);
        tell_config(&c, f.port);
        assert_true(wire_send(c.wire, send_job_to_json(&job), -1, NULL));
        wait_for(&f, rows[i].until);
        kill(c.pid, SIGTERM);
        struct send_outcome o = hear_outcome(&c, a);
        assert_outcome(&o, rows[i].stage, rows[i].code, rows[i].words);
        assert_int_equal(child_exit(&c), 0);
        fake_stop(&f);
        fake_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mails_go_through_the_channel),
        cmocka_unit_test(a_delivery_it_cannot_read_is_still_answered),
        cmocka_unit_test(nonsense_ends_it),
        cmocka_unit_test(sigterm_ends_it_when_idle),
        cmocka_unit_test(sigterm_in_a_mail_gives_an_outcome_first),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
