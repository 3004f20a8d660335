/* Logging in, and TLS: what is said, what is not, and whom a failure is about. */
#include <sys/socket.h>

#include "unit/send_case.h"
#include "unit/stderr_case.h"
#include "unit/tls_server.h"
#include "unit/trust_case.h"

static struct mail_server server_with_login(enum auth_mode auth)
{
    struct mail_server server = server_at(0);
    server.auth = auth;
    server.user = "desk";
    server.secret = (struct secret){SECRET_FILE, secret_path};
    return server;
}

static void each_login_has_its_form(void **state)
{
    static const struct {
        enum auth_mode auth;
        const char *said; /* the file's secret is "first" */
    } rows[] = {
        {MAIL_AUTH_PLAIN, "AUTH PLAIN\nAGRlc2sAZmlyc3Q=\nMAIL"},
        {MAIL_AUTH_LOGIN, "AUTH LOGIN\nZGVzaw==\nZmlyc3Q=\nMAIL"},
        {MAIL_AUTH_XOAUTH2, "AUTH XOAUTH2\ndXNlcj1kZXNrAWF1dGg9QmVhcmVyIGZpcnN0AQE=\nMAIL"},
    };
    static const struct fake_plan plan = {0};
    struct send_job job = the_job();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_smtp f;
        struct hushed hushed = stderr_hush();
        struct send_outcome o = deliver_once(&plan, server_with_login(rows[i].auth), &job, &f);
        assert_int_equal(stderr_heard(&hushed), 0);
        assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
        assert_non_null(strstr(f.said, rows[i].said));
        fake_free(&f);
    }
}

static void a_failed_login_is_about_us(void **state)
{
    static const struct fake_plan wrong = {.auth = "535 5.7.8 who are you\r\n"},
                                  later = {.auth = "454 4.7.0 not now\r\n"},
                                  token = {.auth = "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n"},
                                  none = {.ehlo = "250 fake.example\r\n"},
                                  other = {.ehlo = "250-fake.example\r\n250 AUTH CRAM-MD5\r\n"};
    static const struct {
        const struct fake_plan *plan;
        enum auth_mode auth;
        int code;
        const char *words;
    } rows[] = {
        {&wrong, MAIL_AUTH_PLAIN, 535, "5.7.8 who are you"},
        {&later, MAIL_AUTH_PLAIN, 454, "4.7.0 not now"},
        {&token, MAIL_AUTH_XOAUTH2, 0, "{\"status\":\"401\"}"},
        {&none, MAIL_AUTH_PLAIN, 0, "offers no login"},
        {&other, MAIL_AUTH_PLAIN, 0, ""},
    };
    struct send_job job = the_job();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_smtp f;
        struct send_outcome o = deliver_once(rows[i].plan, server_with_login(rows[i].auth), &job, &f);
        assert_outcome(&o, SEND_LOGIN, rows[i].code, rows[i].words);
        assert_null(strstr(f.said, "MAIL"));
        fake_free(&f);
    }
}

static void each_new_login_reads_the_secret_anew(void **state)
{
    static const struct fake_plan plans[] = {{.after_mail = FAKE_CLOSE}, {0}};
    struct fake_smtp f;
    (void)state;
    struct send_outcome o = deliver_twice(plans, 2, server_with_login(MAIL_AUTH_LOGIN), &f);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    const char *second = strstr(f.said, "ZGVzaw==\nc2Vjb25k\n");
    assert_non_null(second);
    assert_true(strstr(f.said, "ZGVzaw==\nZmlyc3Q=\n") < second);
    assert_null(strstr(second, "Zmlyc3Q="));
    fake_free(&f);
}

static void an_unreadable_secret_is_told(void **state)
{
    static const struct fake_plan plan = {0};
    struct mail_server server = server_with_login(MAIL_AUTH_PLAIN);
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    server.secret.where = "/nowhere/secret";
    struct send_outcome o = deliver_once(&plan, server, &job, &f);
    assert_outcome(&o, SEND_LOGIN, 0, "/nowhere/secret");
    assert_int_equal(f.connections, 0);
    fake_free(&f);
}

static void without_starttls_nothing_is_said(void **state)
{
    static const struct fake_plan plan = {0};
    struct mail_server server = server_with_login(MAIL_AUTH_PLAIN);
    struct send_job job = the_job();
    struct fake_smtp f;
    (void)state;
    server.tls = TLS_STARTTLS;
    struct send_outcome o = deliver_once(&plan, server, &job, &f);
    assert_outcome(&o, SEND_CONNECT, 0, "STARTTLS");
    assert_null(strstr(f.said, "AUTH"));
    assert_null(strstr(f.said, "MAIL"));
    fake_free(&f);
}

/* --- TLS against openssl's own test server
 * ---------------------------------------------------------------------------- */

/* Says one line after the handshake, so that whoever gets through hears 421. */
static struct send_outcome deliver_over_tls(bool verify, const char *ca_file)
{
    static const char line[] = "421 4.3.2 got through\r\n";
    static char text[SEND_TEXT_MAX * 8];
    struct mail_server server = server_at(0);
    struct send_job job = the_job();
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(write(pair[0], line, sizeof line - 1), sizeof line - 1);
    pid_t pid = tls_server_start(dir, pair[1], pair[1], &server.port);
    server.tls = TLS_IMPLICIT;
    server.verify = verify;
    server.ca_file = ca_file;
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_deliver(s, &job);
    snprintf(text, sizeof text, "%s", o.text);
    o.text = text;
    smtp_free(s);
    tls_server_stop(pid);
    close(pair[0]);
    close(pair[1]);
    return o;
}

static const char *own_certificate(void)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/cert.pem", dir);
    return path;
}

static void a_wrong_certificate_is_refused(void **state)
{
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
        if (!tls_certificate(dir, rows[i].name))
            skip();
        struct send_outcome o = deliver_over_tls(rows[i].verify, rows[i].trusted ? own_certificate() : NULL);
        if (rows[i].through)
            assert_outcome(&o, SEND_CONNECT, 421, "got through");
        else
            assert_outcome(&o, SEND_CONNECT, 0, "certificate");
    }
    tls_certificate_remove(dir);
}

/* Either the system's authorities or those of ca_file: never both, never nobody. */
static void ca_file_takes_the_systems_place(void **state)
{
    (void)state;
    if (!tls_certificate(dir, "127.0.0.1"))
        skip();
    for (int own = 0; own < 2; own++) {
        *trusted_folder = *trusted_file = '\0';
        deliver_over_tls(true, own ? own_certificate() : NULL);
        assert_string_equal(trusted_file, own ? own_certificate() : "");
        assert_int_equal(*trusted_folder == '\0', own);
    }
    tls_certificate_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_login_has_its_form),
        cmocka_unit_test(a_failed_login_is_about_us),
        cmocka_unit_test(each_new_login_reads_the_secret_anew),
        cmocka_unit_test(an_unreadable_secret_is_told),
        cmocka_unit_test(without_starttls_nothing_is_said),
        cmocka_unit_test(a_wrong_certificate_is_refused),
        cmocka_unit_test(ca_file_takes_the_systems_place),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
