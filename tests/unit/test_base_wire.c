/* Messages between programs: cut anywhere, glued together, with descriptors, and from a peer that means harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"

enum { LINE_MAX_HERE = 4096 };

static struct wire *reader;
static int peer; /* the other end, raw */

static int open_pair(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    reader = wire_new(ends[0], LINE_MAX_HERE);
    wire_nonblocking(reader);
    peer = ends[1];
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    wire_free(reader);
    if (peer >= 0)
        close(peer);
    return 0;
}

static void say(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void expect_n(int64_t n)
{
    json_t *m = NULL;
    assert_int_equal(wire_recv(reader, &m, NULL), WIRE_MESSAGE);
    assert_int_equal(wire_int(m, "n", -1), n);
    json_decref(m);
}

static void expect_got(enum wire_got expected)
{
    json_t *m = NULL;
    assert_int_equal(wire_recv(reader, &m, NULL), expected);
    assert_null(m);
}

static void a_split_line_is_one_message(void **state)
{
    (void)state;
    expect_got(WIRE_NOTHING);
    say("{\"n\"");
    expect_got(WIRE_NOTHING);
    say(":7");
    expect_got(WIRE_NOTHING);
    say("}\n");
    expect_n(7);
    expect_got(WIRE_NOTHING);
}

static void one_packet_may_hold_two_messages_and_a_half(void **state)
{
    (void)state;
    say("{\"n\":1}\n{\"n\":2}\n{\"n\":");
    expect_n(1);
    expect_n(2);
    expect_got(WIRE_NOTHING);
    say("3}\n");
    expect_n(3);
    close(peer);
    peer = -1;
    expect_got(WIRE_CLOSED);
}

static void what_is_no_object_breaks_the_channel(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[1]\n", "\n", "hello\n", "{\"n\":1}{\"n\":2}\n", "{\"n\":1,\"n\":2}\n", "{\"n\":\"\xff\"}\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        say(bad[i]);
        struct err e = {0};
        json_t *m = NULL;
        assert_int_equal(wire_recv(reader, &m, &e), WIRE_BROKEN);
        assert_int_equal(e.kind, ERR_PERM);
        expect_got(WIRE_CLOSED);
        close_pair(state);
        open_pair(state);
    }
}

static void a_line_that_ends_too_soon_is_broken(void **state)
{
    (void)state;
    say("{\"n\":1");
    close(peer);
    peer = -1;
    expect_got(WIRE_BROKEN);
}

static void a_line_may_be_as_long_as_agreed_and_no_longer(void **state)
{
    char line[LINE_MAX_HERE + 2];
    memset(line, ' ', sizeof line);
    memcpy(line, "{\"n\":5}", 7);
    line[LINE_MAX_HERE] = '\n';
    assert_int_equal(send(peer, line, LINE_MAX_HERE + 1, 0), LINE_MAX_HERE + 1);
    expect_n(5);
    line[LINE_MAX_HERE] = ' ';
    line[LINE_MAX_HERE + 1] = '\n';
    assert_int_equal(send(peer, line, LINE_MAX_HERE + 2, 0), LINE_MAX_HERE + 2);
    expect_got(WIRE_BROKEN);
    close_pair(state);
    open_pair(state);
    assert_int_equal(send(peer, line, LINE_MAX_HERE + 1, 0), LINE_MAX_HERE + 1); /* and no end in sight */
    expect_got(WIRE_BROKEN);
}

static void nest(int depth)
{
    char line[1024] = "{\"n\":";
    char *p = line + strlen(line);
    memset(p, '[', (size_t)depth - 1);
    memset(p + depth - 1, ']', (size_t)depth - 1);
    strcpy(p + 2 * (depth - 1), "}\n");
    say(line);
}

static void nesting_has_an_end(void **state)
{
    (void)state;
    say("{\"s\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"{{{\",\"n\":1}\n"); /* brackets in a string do not nest */
    expect_n(1);
    nest(WIRE_DEPTH_MAX);
    json_t *m = NULL;
    assert_int_equal(wire_recv(reader, &m, NULL), WIRE_MESSAGE);
    json_decref(m);
    nest(WIRE_DEPTH_MAX + 1);
    expect_got(WIRE_BROKEN);
}

static void descriptors_arrive_in_order_with_their_messages(void **state)
{
    (void)state;
    struct wire *sender = wire_new(peer, LINE_MAX_HERE);
    peer = -1;
    int first[2], second[2];
    assert_int_equal(pipe(first) | pipe(second), 0);
    assert_true(wire_send(sender, json_pack("{s:i}", "n", 1), -1, NULL));
    assert_true(wire_send(sender, json_pack("{s:i}", "n", 2), first[1], NULL));
    assert_true(wire_send(sender, json_pack("{s:i}", "n", 3), second[1], NULL));
    close(first[1]);
    close(second[1]);
    expect_n(1);
    expect_n(2);
    int fd = wire_take_fd(reader);
    assert_true(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    char byte[2] = "";
    assert_int_equal(read(first[0], byte, 2), 1);
    assert_int_equal(read(first[0], byte, 2), 0); /* the sender kept no copy */
    expect_n(3);
    fd = wire_take_fd(reader);
    assert_int_equal(write(fd, "y", 1), 1);
    close(fd);
    assert_int_equal(read(second[0], byte, 2), 1);
    assert_int_equal(wire_take_fd(reader), -1);
    close(first[0]);
    close(second[0]);
    wire_free(sender);
}

static void too_many_descriptors_break_the_channel(void **state)
{
    (void)state;
    struct wire *sender = wire_new(peer, LINE_MAX_HERE);
    peer = -1;
    json_t *m = NULL;
    for (int i = 0; i <= WIRE_FDS_MAX; i++)
        assert_true(wire_send(sender, json_pack("{s:i}", "n", i), 0, NULL));
    enum wire_got got = WIRE_MESSAGE;
    while (got == WIRE_MESSAGE) {
        got = wire_recv(reader, &m, NULL);
        if (got == WIRE_MESSAGE)
            json_decref(m);
    }
    assert_int_equal(got, WIRE_BROKEN);
    wire_free(sender);
}

/* More than a socket's buffer: it waits in the sender until the reader has made room. */
static void what_cannot_be_written_waits(void **state)
{
    (void)state;
    struct wire *sender = wire_new(peer, LINE_MAX_HERE);
    peer = -1;
    wire_nonblocking(sender);
    char text[3001];
    memset(text, 'a', 3000);
    text[3000] = '\0';
    int sent = 0, seen = 0;
    for (; sent < 1000; sent++)
        assert_true(wire_send(sender, json_pack("{s:i,s:s}", "n", sent, "t", text), sent % 100 ? -1 : 0, NULL));
    assert_true(wire_pending(sender));
    while (seen < sent) {
        json_t *m = NULL;
        enum wire_got got = wire_recv(reader, &m, NULL);
        assert_true(got == WIRE_MESSAGE || got == WIRE_NOTHING);
        if (got == WIRE_MESSAGE) {
            assert_int_equal(wire_int(m, "n", -1), seen);
            if (seen++ % 100 == 0) {
                int fd = wire_take_fd(reader);
                assert_true(fd >= 0);
                close(fd);
            }
            json_decref(m);
        }
        assert_true(wire_flush(sender, NULL));
    }
    assert_false(wire_pending(sender));
    wire_free(sender);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state)
{
    (void)state;
    close(peer);
    peer = -1;
    struct err e = {0};
    assert_false(wire_send(reader, json_object(), -1, &e));
    assert_int_equal(e.kind, ERR_TEMP);
}

static void a_message_that_is_too_long_is_not_sent(void **state)
{
    (void)state;
    char *text = malloc(WIRE_LINE_MAX + 1);
    memset(text, 'a', WIRE_LINE_MAX);
    text[WIRE_LINE_MAX] = '\0';
    struct err e = {0};
    assert_false(wire_send(reader, json_pack("{s:s}", "t", text), -1, &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_false(wire_pending(reader));
    assert_false(wire_send(reader, NULL, -1, &e));
    free(text);
}

static void fields_of_another_type_give_the_default(void **state)
{
    (void)state;
    JSON_SCOPED m = json_pack("{s:s,s:i,s:b,s:n}", "s", "text", "i", 4, "b", 1, "null");
    assert_string_equal(wire_string(m, "s", "-"), "text");
    assert_string_equal(wire_string(m, "i", "-"), "-");
    assert_string_equal(wire_string(m, "none", "-"), "-");
    assert_string_equal(wire_string(NULL, "s", "-"), "-");
    assert_int_equal(wire_int(m, "i", 9), 4);
    assert_int_equal(wire_int(m, "s", 9), 9);
    assert_true(wire_bool(m, "b"));
    assert_false(wire_bool(m, "i"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_split_line_is_one_message),
        TEST(one_packet_may_hold_two_messages_and_a_half),
        TEST(what_is_no_object_breaks_the_channel),
        TEST(a_line_that_ends_too_soon_is_broken),
        TEST(a_line_may_be_as_long_as_agreed_and_no_longer),
        TEST(nesting_has_an_end),
        TEST(descriptors_arrive_in_order_with_their_messages),
        TEST(too_many_descriptors_break_the_channel),
        TEST(what_cannot_be_written_waits),
        TEST(a_peer_that_is_gone_is_an_error_and_no_signal),
        TEST(a_message_that_is_too_long_is_not_sent),
        TEST(fields_of_another_type_give_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
