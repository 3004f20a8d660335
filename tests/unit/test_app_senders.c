/* Deliveries at a sender that dies or babbles: the one that it had begun is uncertain, those behind it are not. This
 * program is that sender, too, under another name; the first delivery's recipient says what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/children.h"

#define TURNS_MAX 1000

/* ---- the sender */

static int be_the_sender(void)
{
    struct wire *w = wire_new(0, WIRE_LINE_MAX);

    wire_send(w, json_pack("{s:s, s:i}", "hello", "send", "version", WIRE_VERSION), -1, NULL);
    for (json_t *m; wire_recv(w, &m, NULL) == WIRE_MESSAGE; json_decref(m)) {
        const char *to = wire_string(m, "to", "");

        if (strncmp(to, "other@", 6) == 0)
            wire_send(w,
                      json_pack("{s:i, s:i, s:s, s:s}", "delivered", 999, "code", 250, "stage", "accepted", "text", ""),
                      -1, NULL);
        if (strncmp(to, "nonsense@", 9) == 0)
            wire_send(w, json_pack("{s:s}", "delivered", "perhaps"), -1, NULL);
        if (strncmp(to, "dies@", 5) == 0)
            _exit(1);
    }
    wire_free(w);
    return 0;
}

/* ---- the daemon's side */

static struct daemon d;
static struct config config = {
    .send_connections = 1,
    .smtp = {.host = "mail.example", .port = 25, .connect_timeout_s = 10, .final_timeout_s = 60}};
static char dir[] = "/tmp/taamim-senders-XXXXXX", program[64];

static int set_up(void **state)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    (void)state;
    if (n < 0 || !mkdtemp(dir))
        return -1;
    self[n] = '\0';
    snprintf(program, sizeof program, "%s/taamim-send", dir);
    d.orders.config = &config;
    return symlink(self, program) || setenv("TAAMIM_LIBEXEC", dir, 1);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(program);
    return rmdir(dir);
}

static void send_three(struct children *c, const char *first)
{
    const char *segment = "/dev/null";

    for (int i = 1; i <= 3; i++) {
        struct send_job job = {.id = i,
                               .from = "x@sec.example",
                               .to = i == 1 ? first : "quiet@jo.example",
                               .segments = &segment,
                               .n_segments = 1,
                               .size = 1};

        senders_send(c, &job);
    }
}

static void those_behind_it_were_not_begun(void **state)
{
    static const char *const first[] = {"other@jo.example", "nonsense@jo.example", "dies@jo.example"};

    (void)state;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        struct children c = {.daemon = &d, .loop = loop_new()};
        struct err e = {0};

        assert_true(senders_open(&c, &e));
        for (int k = 0; k < TURNS_MAX && senders_free(&c) == 0; k++) {
            worker_tend(c.senders[0].worker);
            assert_true(loop_turn(c.loop, 10, &e));
        }
        send_three(&c, first[i]);
        for (int k = 0; k < TURNS_MAX && d.n_outcomes < 3; k++)
            assert_true(loop_turn(c.loop, 10, &e));
        assert_int_equal(d.n_outcomes, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(d.outcomes[k].id, k + 1);
            assert_int_equal(d.outcomes[k].stage, k == 0 ? SEND_UNKNOWN : SEND_DATA);
            assert_int_equal(d.outcomes[k].code, 0);
            assert_null(strstr(d.outcomes[k].text, "settings"));
        }
        d.n_outcomes = 0;
        worker_free(c.senders[0].worker);
        worker_reap();
        loop_free(c.loop);
    }
    arena_free(d.outcomes_arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_behind_it_were_not_begun, set_up, tear_down)};

    if (argc > 0 && strstr(argv[0], "taamim-send"))
        return be_the_sender();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
