/* taamim-collect as the daemon sees it: the program itself, over its channel, at a server that misbehaves. Skipped where
 * it has not been built. */
#include <signal.h>
#include <sys/wait.h>

#include "base/child.h"
#include "unit/collect_case.h"
#include "unit/sigpipe_case.h"

struct child {
    pid_t pid;
    struct wire *wire;
};

static json_t *hear(struct child *c)
{
    struct err e = {0};
    json_t *message = NULL;
    if (wire_recv(c->wire, &message, &e) != WIRE_MESSAGE)
        fail_msg("it ended: %s", e.text);
    return message;
}

static json_t *config(int port)
{
    struct mail_server s = imap_at(port);
    return json_pack("{s:{s:o, s:s, s:s, s:i, s:i, s:[{s:s, s:b, s:i, s:i, s:i}]}}", "config", "server",
                     server_to_json(&s), "incoming", dir, "processed", "Taamim", "poll_s", 1, "max_bytes", 1 << 20,
                     "mailboxes", "name", "INBOX", "junk", 0, "uidvalidity", 7, "next_uid", 1, "since_at", 0);
}

static const char *program(void)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/taamim-collect", getenv("BUILD") ? getenv("BUILD") : "build");
    return path;
}

static bool is_built(void)
{
    return access(program(), X_OK) == 0;
}

static struct child child_open(int port)
{
    const char *const argv[] = {program(), NULL};
    int fd = -1;
    struct child c = {.pid = child_start(argv, &fd, NULL)};
    assert_true(c.pid > 0);
    c.wire = wire_new(fd, WIRE_LINE_MAX);
    JSON_SCOPED hello = hear(&c);
    assert_string_equal(wire_string(hello, "hello", ""), "collect");
    assert_true(wire_send(c.wire, config(port), -1, NULL));
    return c;
}

static void child_end(struct child *c)
{
    int status = -1;
    kill(c->pid, SIGTERM);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    wire_free(c->wire);
}

/* Listens until a message of that kind comes. */
static json_t *hear_of(struct child *c, const char *kind)
{
    for (;;) {
        json_t *message = hear(c);
        if (json_object_get(message, kind))
            return message;
        json_decref(message);
    }
}

static void forget_file(const json_t *message)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, wire_string(json_object_get(message, "collected"), "file", "none"));
    unlink(path);
}

/* The mail behind it comes all the same, by a new connection. */
static void babble_costs_a_connection_and_no_mail(void **state)
{
    static const struct fake_imap_plan plans[] = {
        {.answers = {{.to = "UID SEARCH", .reply = "HTTP/1.0 400 Bad Request\r\n\r\n"}}}, {0}};
    struct fake_imap f;
    (void)state;
    if (!is_built())
        skip();
    fake_imap_start(&f, plans, 2, 1);
    struct child c = child_open(f.port);
    JSON_SCOPED down = hear_of(&c, "state");
    assert_false(wire_bool(json_object_get(down, "state"), "up"));
    JSON_SCOPED collected = hear_of(&c, "collected");
    assert_int_equal(wire_int(json_object_get(collected, "collected"), "uid", 0), 1);
    forget_file(collected);
    child_end(&c);
    fake_imap_stop(&f);
    assert_int_equal(f.connections, 2);
    fake_imap_free(&f);
}

/* A server that says nothing does not keep it. */
static void it_ends_when_told_to(void **state)
{
    static const struct fake_imap_plan plan = {.answers = {{.to = "SELECT", .reply = FAKE_SILENT}}};
    struct fake_imap f;
    (void)state;
    if (!is_built())
        skip();
    fake_imap_start(&f, &plan, 1, 1);
    struct child c = child_open(f.port);
    while (fake_imap_count(&f, "SELECT") == 0)
        usleep(5000);
    assert_true(ignores_sigpipe(c.pid));
    child_end(&c);
    fake_imap_stop(&f);
    fake_imap_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(babble_costs_a_connection_and_no_mail),
        cmocka_unit_test(it_ends_when_told_to),
    };
    return cmocka_run_group_tests_name("collect/child", tests, make_folder, remove_folder);
}
