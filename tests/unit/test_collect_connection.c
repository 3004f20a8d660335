/* One connection: how it logs in, whom it trusts, and that every answer ends, one way or another. */
#include <poll.h>

#include "base/clock.h"
#include "unit/collect_case.h"
#include "unit/stderr_case.h"
#include "unit/tls_server.h"
#include "unit/trust_case.h"

#define ENDLESS_BYTES ((size_t)1 << 20)

static struct connection *open_at(struct fake_imap *f, const struct fake_imap_plan *plan, struct mail_server s,
                                  struct err *e)
{
    fake_imap_start(f, plan, 1, 1);
    s.port = f->port;
    return connection_open(&s, e);
}

static void close_at(struct fake_imap *f, struct connection *c)
{
    connection_close(c, false);
    fake_imap_stop(f);
}

/* ---- logging in */

static void each_login_has_its_form(void **state)
{
    static const struct {
        const char *capabilities;
        enum auth_mode auth;
        const char *said;
    } rows[] = {
        {"IMAP4rev1 AUTH=PLAIN", MAIL_AUTH_PLAIN, "AUTHENTICATE PLAIN\nAGRlc2sAb3Blbi1zZXNhbWU=\n"},
        {"IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2", MAIL_AUTH_XOAUTH2,
         "AUTHENTICATE XOAUTH2\ndXNlcj1kZXNrAWF1dGg9QmVhcmVyIG9wZW4tc2VzYW1lAQE=\n"},
        {"IMAP4rev1", MAIL_AUTH_LOGIN, "LOGIN desk open-sesame\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_imap_plan plan = {.capabilities = rows[i].capabilities};
        struct mail_server s = imap_at(0);
        struct fake_imap f;
        struct err e = {0};
        s.auth = rows[i].auth;
        struct hushed hushed = stderr_hush();
        struct connection *c = open_at(&f, &plan, s, &e);
        assert_int_equal(stderr_heard(&hushed), 0);
        if (!c)
            fail_msg("row %zu: %s", i, e.text);
        close_at(&f, c);
        if (!strstr(f.said, rows[i].said))
            fail_msg("row %zu: %s", i, f.said);
        fake_imap_free(&f);
    }
}

/* What the server says is told; what we said, the secret among it, is not. */
static void a_refused_login_is_told_without_the_secret(void **state)
{
    static const struct {
        struct fake_imap_plan plan;
        enum auth_mode auth;
        enum err_kind kind;
        const char *words;
    } rows[] = {
        {{.capabilities = "IMAP4rev1", .answers = {{"LOGIN", "$ NO [AUTHENTICATIONFAILED] who are you\r\n"}}},
         MAIL_AUTH_LOGIN,
         ERR_PERM,
         "who are you"},
        {{.answers = {{"AGRlc2s", "$ NO not now\r\n"}}}, MAIL_AUTH_PLAIN, ERR_PERM, "not now"},
        {{.answers = {{"dXNlcj1", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"}, {"", "$ NO expired\r\n"}}},
         MAIL_AUTH_XOAUTH2,
         ERR_PERM,
         "refuses the login of desk"},
        {{.capabilities = "IMAP4rev1 LOGINDISABLED"}, MAIL_AUTH_LOGIN, ERR_PERM, ""},
        {{.capabilities = "IMAP4rev1", .answers = {{"LOGIN", FAKE_CLOSE}}}, MAIL_AUTH_LOGIN, ERR_TEMP, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mail_server s = imap_at(0);
        struct fake_imap f;
        struct err e = {0};
        s.auth = rows[i].auth;
        assert_null(open_at(&f, &rows[i].plan, s, &e));
        close_at(&f, NULL);
        if (e.kind != rows[i].kind || !strstr(e.text, rows[i].words))
            fail_msg("row %zu: %s", i, e.text);
        assert_null(strstr(e.text, SECRET));
        assert_null(strstr(e.text, "b3Blbi1zZXNhbWU"));
        if (i == 3)
            assert_int_equal(fake_imap_count(&f, "LOGIN"), 0);
        fake_imap_free(&f);
    }
}

static void without_starttls_nothing_is_said(void **state)
{
    static const struct fake_imap_plan plans[] = {
        {.capabilities = "IMAP4rev1 AUTH=PLAIN"},
        {.capabilities = "IMAP4rev1 AUTH=PLAIN STARTTLS", .answers = {{"STARTTLS", "$ NO not today\r\n"}}},
        {.greeting = "* PREAUTH you are in\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        struct mail_server s = imap_at(0);
        struct fake_imap f;
        struct err e = {0};
        s.tls = TLS_STARTTLS;
        assert_null(open_at(&f, &plans[i], s, &e));
        close_at(&f, NULL);
        assert_int_equal(fake_imap_count(&f, "AUTHENTICATE"), 0);
        assert_int_equal(fake_imap_count(&f, "LOGIN"), 0);
        fake_imap_free(&f);
    }
}

/* A byte now and then buys no time. */
static void a_server_that_is_silent_or_drips_is_given_up(void **state)
{
    static const struct fake_imap_plan plans[] = {
        {.greeting = FAKE_SILENT},
        {.answers = {{.to = "CAPABILITY", .reply = "* OK wait\r\n* OK wait\r\n* OK wait\r\n$ OK\r\n", .drip_ms = 200}}},
        {.answers = {{.to = "AGRlc2s", .reply = "* OK wait\r\n* OK wait\r\n* OK wait\r\n$ OK\r\n", .drip_ms = 200}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        struct mail_server s = imap_at(0);
        struct fake_imap f;
        struct err e = {0};
        s.connect_timeout_s = 1;
        struct connection *c = open_at(&f, &plans[i], s, &e);
        if (c || e.kind != ERR_TEMP)
            fail_msg("row %zu: %s", i, e.text);
        close_at(&f, NULL);
        fake_imap_free(&f);
    }
}

/* ---- answers */

/* The answer to NOOP, within so many seconds. After a lost connection nothing more is said on it, though the server
 * would go on. */
static enum reply answered(struct fake_answer answer, int seconds, struct err *e)
{
    struct fake_imap_plan plan = {.answers = {answer}};
    struct fake_imap f;
    struct connection *c = open_at(&f, &plan, imap_at(0), e);
    assert_non_null(c);
    connection_allow(c, seconds, COMMAND_BYTES);
    enum reply r = connection_reply(c, mailimap_noop(connection_imap(c)), "NOOP", e);
    if (r == REPLY_LOST) {
        assert_int_equal(e->kind, ERR_TEMP);
        connection_allow(c, COMMAND_S, COMMAND_BYTES);
        assert_int_equal(connection_reply(c, mailimap_noop(connection_imap(c)), "NOOP", e), REPLY_LOST);
    }
    close_at(&f, c);
    assert_int_equal(fake_imap_count(&f, "NOOP"), 1);
    fake_imap_free(&f);
    return r;
}

static void what_is_no_imap_costs_the_connection(void **state)
{
    static const struct {
        const char *answer;
        enum reply reply;
        const char *words;
    } rows[] = {
        {"* 3 EXISTS\r\n$ OK done\r\n", REPLY_OK, ""},
        {"$ NO not now\r\n", REPLY_NO, "not now"},
        {"$ BAD what\r\n", REPLY_LOST, "what"},
        {"* BYE going down\r\n" FAKE_THEN_CLOSE, REPLY_LOST, "closed the connection"},
        {"$ OKAY done\r\n", REPLY_LOST, "no IMAP"},
        {"HTTP/1.0 400 Bad Request\r\n\r\n", REPLY_LOST, "no IMAP"},
        {"* 1 FETCH (UID\r\n$ OK done\r\n", REPLY_LOST, "no IMAP"},
        {"\r\n\r\n$ OK done\r\n", REPLY_LOST, "no IMAP"},
        {"other OK done\r\n", REPLY_LOST, "no IMAP"},
        {FAKE_CLOSE, REPLY_LOST, "closed the connection"},
        {"* 3 EXI" FAKE_THEN_CLOSE, REPLY_LOST, "closed the connection"},
        {"* 1 FETCH (BODY[HEADER] {500}\r\nSubject: " FAKE_THEN_CLOSE, REPLY_LOST, "closed the connection"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        enum reply r = answered((struct fake_answer){.to = "NOOP", .reply = rows[i].answer}, COMMAND_S, &e);
        if (r != rows[i].reply || !strstr(e.text, rows[i].words))
            fail_msg("row %zu: %d, %s", i, (int)r, e.text);
    }
}

/* However the bytes come: the time is the whole command's, and so is their number. */
static void an_answer_without_end_is_ended(void **state)
{
    static char endless[ENDLESS_BYTES + 64] = "* OK ";
    static const char slow[] = "* OK I am still thinking of you\r\n$ OK done\r\n";
    static const struct {
        struct fake_answer answer;
        int seconds;
        const char *words;
    } rows[] = {
        {{.to = "NOOP", .reply = endless}, COMMAND_S, "longer than any sound one"},
        {{.to = "NOOP", .reply = slow, .drip_ms = 100}, 1, "no answer in time"},
        {{.to = "NOOP", .reply = FAKE_SILENT}, 1, "no answer in time"},
    };
    (void)state;
    memset(endless + strlen(endless), 'x', ENDLESS_BYTES);
    strcat(endless, "\r\n$ OK done\r\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        if (answered(rows[i].answer, rows[i].seconds, &e) != REPLY_LOST || !strstr(e.text, rows[i].words))
            fail_msg("row %zu: %s", i, e.text);
    }
}

/* ---- what nobody has read yet */

static void news_in_one_piece_with_the_answer_is_seen(void **state)
{
    static const struct fake_imap_plan plan = {.answers = {{"IDLE", "+ idling\r\n* 2 EXISTS\r\n"}}};
    struct fake_imap f;
    struct err e = {0};
    struct connection *c = open_at(&f, &plan, imap_at(0), &e);
    (void)state;
    assert_non_null(c);
    assert_int_equal(connection_reply(c, mailimap_select(connection_imap(c), "INBOX"), "SELECT", &e), REPLY_OK);
    assert_false(connection_pending(c));
    assert_int_equal(connection_reply(c, mailimap_idle(connection_imap(c)), "IDLE", &e), REPLY_OK);
    struct pollfd socket = {.fd = connection_fd(c), .events = POLLIN};
    assert_int_equal(poll(&socket, 1, 0), 0); /* nothing there to wake anyone */
    assert_true(connection_pending(c));
    close_at(&f, c);
    fake_imap_free(&f);
}

/* ---- TLS */

static struct connection *open_tls(struct fake_imap *f, const struct fake_imap_plan *plan, bool verify,
                                   const char *ca_file, struct err *e)
{
    struct mail_server s = imap_at(0);
    fake_imap_start_tls(f, plan, 1, dir);
    s.port = f->port;
    s.tls = TLS_IMPLICIT;
    s.verify = verify;
    s.ca_file = ca_file;
    return connection_open(&s, e);
}

static const char *own_certificate(void)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/cert.pem", dir);
    return path;
}

static void a_wrong_certificate_is_refused(void **state)
{
    static const struct fake_imap_plan plan = {0};
    static const struct {
        const char *name;
        bool verify, trusted, through;
    } rows[] = {
        {"127.0.0.1", true, false, false},    /* nobody vouches for it */
        {"other.example", true, true, false}, /* another host's */
        {"127.0.0.1", true, true, true},
        {"other.example", false, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_imap f;
        struct err e = {0};
        if (!tls_certificate(dir, rows[i].name))
            skip();
        struct connection *c = open_tls(&f, &plan, rows[i].verify, rows[i].trusted ? own_certificate() : NULL, &e);
        close_at(&f, c);
        if (rows[i].through != (c != NULL) || (!c && !strstr(e.text, "certificate")))
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(*f.said == '\0', !rows[i].through);
        fake_imap_free(&f);
    }
    tls_certificate_remove(dir);
}

/* Either the system's authorities, or, much smaller, those of ca_file: never both, never nobody. */
static void ca_file_takes_the_systems_place(void **state)
{
    static const struct fake_imap_plan plan = {0};
    (void)state;
    if (!tls_certificate(dir, "127.0.0.1"))
        skip();
    for (int own = 0; own < 2; own++) {
        struct fake_imap f;
        struct err e = {0};
        *trusted_folder = *trusted_file = '\0';
        close_at(&f, open_tls(&f, &plan, true, own ? own_certificate() : NULL, &e));
        assert_string_equal(trusted_file, own ? own_certificate() : "");
        assert_int_equal(*trusted_folder == '\0', own);
        fake_imap_free(&f);
    }
    tls_certificate_remove(dir);
}

/* A record that was read in part: the rest is inside TLS, where no poll sees it. */
static void bytes_inside_tls_are_seen(void **state)
{
    static const struct fake_imap_plan plan = {.answers = {{"NOOP", "* 2 EXISTS\r\n$ OK done\r\n"}}};
    char some[5];
    struct fake_imap f;
    struct err e = {0};
    (void)state;
    if (!tls_certificate(dir, "127.0.0.1"))
        skip();
    struct connection *c = open_tls(&f, &plan, true, own_certificate(), &e);
    assert_non_null(c);
    mailstream_low *low = connection_imap(c)->imap_stream->low;
    connection_allow(c, COMMAND_S, COMMAND_BYTES);
    assert_false(connection_pending(c));
    assert_int_equal(mailstream_low_write(low, "9 NOOP\r\n", 8), 8);
    assert_int_equal(mailstream_low_read(low, some, sizeof some), sizeof some);
    struct pollfd socket = {.fd = connection_fd(c), .events = POLLIN};
    assert_int_equal(poll(&socket, 1, 0), 0);
    assert_true(connection_pending(c));
    close_at(&f, c);
    fake_imap_free(&f);
    tls_certificate_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_login_has_its_form),
        cmocka_unit_test(a_refused_login_is_told_without_the_secret),
        cmocka_unit_test(without_starttls_nothing_is_said),
        cmocka_unit_test(a_server_that_is_silent_or_drips_is_given_up),
        cmocka_unit_test(what_is_no_imap_costs_the_connection),
        cmocka_unit_test(an_answer_without_end_is_ended),
        cmocka_unit_test(news_in_one_piece_with_the_answer_is_seen),
        cmocka_unit_test(a_wrong_certificate_is_refused),
        cmocka_unit_test(ca_file_takes_the_systems_place),
        cmocka_unit_test(bytes_inside_tls_are_seen),
    };
    return cmocka_run_group_tests_name("collect/connection", tests, make_folder, remove_folder);
}
