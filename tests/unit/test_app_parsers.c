/* Messages at a parser that dies, hangs, babbles or puts off: the innocent are read, the guilty are held. This program is
 * that parser, too, under another name: what it does with a message is the message's first word. */
#include "inbox_case.h"

#include <signal.h>
#include <stdio.h>

#include "app/children.h"

#define CASE(f)   cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define TURNS_MAX 3000
#define DIED      "the parser ended without an answer"

/* ---- the parser */

static void answer_with(int fd, const char *word)
{
    struct facts f = {.subject = "",
                      .from = {.address = "somebody@mail.example", .name = ""},
                      .message_id = "",
                      .in_reply_to = "",
                      .text = "",
                      .reply_text = "",
                      .calendar_method = "",
                      .calendar_uid = "",
                      .calendar_partstat = "",
                      .trouble = strcmp(word, "read: mail") == 0 ? "" : word};
    JSON_SCOPED j = NULL;
    char *line;

    f.signs.unreadable = *f.trouble; /* so that the daemon holds it and says the word */
    j = facts_to_json(&f);
    line = json_dumps(j, JSON_COMPACT);
    dprintf(fd, "%s\n", line);
    free(line);
}

/* What a copy may say that somebody else has taken over. */
static const struct babble {
    const char *word, *said, *why;
} babbles[] = {
    {"garbles", "{\"signs\":{\n", "cannot be read"},
    {"raves", "\xff\xfe\x01\n", "cannot be read"},
    {"doubles", "{\"subject\":\"a\",\"subject\":\"b\"}\n", "cannot be read"},
    {"lists", "[]\n", "no JSON object"},
    {"numbers", "{\"subject\":7}\n", "subject"},
    {"words", "{\"parts\":\"many\"}\n", "parts"},
    {"reaches", "{\"parts\":[{\"offset\":0,\"size\":1}]}\n", "size"}, /* beyond what it decoded */
    {"denies", "{\"parts\":[{\"offset\":-1,\"size\":0}]}\n", "offset"},
    {"halves", "{\"subject\":\"a\"}", DIED},
};
#define BABBLES (sizeof babbles / sizeof *babbles)

static bool babble(const char *word, int answer)
{
    for (size_t i = 0; i < BABBLES; i++)
        if (strcmp(word, babbles[i].word) == 0)
            return dprintf(answer, "%s", babbles[i].said) > 0;
    return false;
}

/* As long as anybody listens, and never a whole line. */
static void flood(int answer)
{
    static const char bytes[4096];

    while (write(answer, bytes, sizeof bytes) > 0)
        continue;
}

static void obey(int message, int answer)
{
    static int put_off, counted;
    char word[20] = "", said[30];

    if (read(message, word, sizeof word - 1) < 0)
        _exit(9);
    snprintf(said, sizeof said, "read: %s", word);
    if (strcmp(word, "counts") == 0)
        snprintf(said, sizeof said, "read: number %d.", ++counted);
    if (strcmp(word, "kills") == 0)
        _exit(1);
    while (strcmp(word, "hangs") == 0)
        pause();
    if (strcmp(word, "waits") == 0 && put_off++ < 2)
        dprintf(answer, "{\"again\":true}\n");
    else if (strcmp(word, "floods") == 0)
        flood(answer);
    else if (!babble(word, answer) && strcmp(word, "dies") != 0)
        answer_with(answer, said);
    if (strcmp(word, "repeats") == 0)
        answer_with(answer, said);
}

static int be_the_parser(void)
{
    struct wire *w = wire_new(0, 4096);
    int fds[3], n = 0, lines = 0;
    json_t *line;

    signal(SIGPIPE, SIG_IGN); /* the daemon closes on who floods it */
    wire_send(w, json_pack("{s:s, s:i}", "hello", "parse", "version", WIRE_VERSION), -1, NULL);
    while (wire_recv(w, &line, NULL) == WIRE_MESSAGE) {
        int fd;

        json_decref(line);
        lines++;
        while (n < 3 && (fd = wire_take_fd(w)) >= 0)
            fds[n++] = fd;
        if (lines < 3 || n < 3)
            continue;
        obey(fds[0], fds[2]);
        for (n = lines = 0; n < 3; n++)
            close(fds[n]);
        n = 0;
    }
    wire_free(w);
    return 0;
}

/* ---- the daemon's side */

static struct children c;

static int set_up(void **state)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (case_set_up(state) != 0 || n < 0)
        return -1;
    self[n] = '\0';
    if (symlink(self, full("taamim-parse")) != 0 || setenv("TAAMIM_LIBEXEC", dir, 1) != 0)
        return -1;
    c = (struct children){.daemon = &d, .loop = loop_new()};
    d.ports.parse = parsers_parse;
    d.ports.arg = &c;
    return parsers_open(&c, &e) ? 0 : -1;
}

static int tear_down(void **state)
{
    children_close(&c);
    loop_free(c.loop);
    worker_reap();
    return case_tear_down(state);
}

static bool is_idle(void)
{
    for (int i = 0; i < PARSES_AT_ONCE; i++)
        if (c.parses[i].message)
            return false;
    return true;
}

/* Until all is decided; where nothing is at the parser, or what is there hangs, time passes, slower than the news
 * of a dead server. */
static void run(bool hangs)
{
    for (int i = 0; i < TURNS_MAX && (c.n_waiting > 0 || !is_idle()); i++) {
        worker_tend(c.parser);
        parsers_tend(&c);
        GOOD(loop_turn(c.loop, 10, &e));
        if ((is_idle() && i % 10 == 9) || (hangs && i % 50 == 49))
            clock_advance(is_idle() ? 1 : PARSE_DEADLINE_S + 1);
    }
    assert_true(c.n_waiting == 0 && is_idle());
}

static int64_t give(int64_t uid, const char *word)
{
    int64_t id = case_collected("INBOX", uid, word);

    parsers_parse(&c, id, full(row_of(id).file));
    return id;
}

static void assert_held(int64_t id, const char *why)
{
    struct message_row m = row_of(id);

    assert_string_equal(m.state, "held");
    if (!strstr(m.why, why))
        fail_msg("message %lld is held because \"%s\", not \"%s\"", (long long)id, m.why, why);
}

static void a_server_that_dies_takes_nobody_with_it(void **state)
{
    int64_t before = give(1, "fine"), guilty = give(2, "kills"), after = give(3, "good");

    (void)state;
    run(false);
    assert_held(before, "read: fine");
    assert_held(guilty, DIED);
    assert_held(after, "read: good");
    assert_int_equal(n_kept, 3);
}

static void a_copy_that_dies_is_held(void **state)
{
    int64_t guilty = give(1, "dies"), after = give(2, "fine");

    (void)state;
    run(false);
    assert_held(guilty, DIED);
    assert_held(after, "read: fine");
    assert_true(d.parser_deaths >= 1);
}

static void a_server_that_hangs_takes_nobody_with_it(void **state)
{
    int64_t guilty = give(1, "hangs"), after = give(2, "fine");

    (void)state;
    run(true);
    assert_held(guilty, DIED);
    assert_held(after, "read: fine");
}

static void a_server_that_cannot_fork_is_asked_again(void **state)
{
    int64_t id = give(1, "waits");
    int64_t began_at = clock_now();

    (void)state;
    run(false);
    assert_held(id, "read: waits");
    assert_int_equal(d.parser_deaths, 0);
    assert_true(clock_now() >= began_at + 2 * PARSE_AGAIN_S);
}

static void what_it_babbles_is_held_with_the_reason(void **state)
{
    int64_t guilty[BABBLES], after;

    (void)state;
    for (size_t i = 0; i < BABBLES; i++)
        guilty[i] = give((int64_t)i + 1, babbles[i].word);
    after = give(BABBLES + 1, "fine");
    run(false);
    for (size_t i = 0; i < BABBLES; i++)
        assert_held(guilty[i], babbles[i].why);
    assert_held(after, "read: fine");
    assert_int_equal(n_kept, BABBLES + 1);
}

static void who_says_too_much_is_not_listened_to(void **state)
{
    int64_t floods = give(1, "floods"), repeats = give(2, "repeats"), after = give(3, "fine");

    (void)state;
    run(false);
    assert_held(floods, "said more than");
    assert_held(repeats, "cannot be read");
    assert_held(after, "read: fine");
}

/* Its file and its row are there: an officer decides. Not tried again at each turn for ever. */
static void what_cannot_be_judged_is_held(void **state)
{
    struct round_row broken = {
        .ref = "ARCP/2026/04", .state = "open", .kind = "papers", .spec = "no JSON", .launched_at = NOW_AT};
    int64_t id = give(1, "mail");

    (void)state;
    GOOD(store_begin(d.store, &e));
    GOOD(store_add_round(d.store, &broken, &e));
    GOOD(store_commit(d.store, &e));
    run(false);
    assert_held(id, "does not read as JSON");
    assert_int_equal(n_kept, 1);
}

/* A paper of the same name in a later mail is the newer version, so nobody is let past. */
static void who_came_first_is_read_first(void **state)
{
    int64_t ids[3 * PARSES_AT_ONCE];
    char said[30];
    int n = 0;

    (void)state;
    for (; n < 3 * PARSES_AT_ONCE; n++)
        ids[n] = give(n + 1, "counts");
    run(false);
    while (n-- > 0) {
        snprintf(said, sizeof said, "read: number %d.", n + 1);
        assert_held(ids[n], said);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_server_that_dies_takes_nobody_with_it),
        CASE(a_copy_that_dies_is_held),
        CASE(a_server_that_hangs_takes_nobody_with_it),
        CASE(a_server_that_cannot_fork_is_asked_again),
        CASE(who_came_first_is_read_first),
        CASE(what_it_babbles_is_held_with_the_reason),
        CASE(who_says_too_much_is_not_listened_to),
        CASE(what_cannot_be_judged_is_held),
    };

    if (argc > 0 && strstr(argv[0], "taamim-parse"))
        return be_the_parser();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
