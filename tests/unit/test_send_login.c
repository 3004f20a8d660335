/* Logging in, and TLS: what is said, what is not, and whom a failure is about. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "unit/send_case.h"

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
        struct send_outcome o = deliver_once(&plan, server_with_login(rows[i].auth), &job, &f);
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

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static bool make_certificate(const char *name)
{
    char command[512];
    snprintf(command, sizeof command,
             "cd %s && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -addext subjectAltName=%s "
             "-keyout key.pem -out cert.pem >/dev/null 2>&1",
             dir, name, name[0] == '1' ? "IP:127.0.0.1" : "DNS:other.example");
    return system(command) == 0;
}

/* Says one line after the handshake, so that whoever gets through hears 421. */
static pid_t start_tls_server(int port)
{
    char address[32];
    int in[2];
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    assert_int_equal(pipe(in), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(open("/dev/null", O_WRONLY), 1);
        dup2(1, 2);
        close(in[0]);
        if (chdir(dir) == 0)
            execlp("openssl", "openssl", "s_server", "-quiet", "-accept", address, "-cert", "cert.pem", "-key",
                   "key.pem", NULL);
        _exit(127);
    }
    close(in[0]);
    static const char line[] = "421 4.3.2 got through\r\n";
    assert_int_equal(write(in[1], line, sizeof line - 1), sizeof line - 1);
    return pid; /* the writing end stays open until this program ends */
}

static void wait_for_listener(int port)
{
    for (int i = 0; i < 500; i++) {
        char hex[16], line[256];
        bool found = false;
        FILE *table = fopen("/proc/net/tcp", "r");
        snprintf(hex, sizeof hex, ":%04X ", (unsigned)port);
        while (table && !found && fgets(line, sizeof line, table))
            found = strstr(line, hex) && strstr(line, " 0A ");
        if (table)
            fclose(table);
        if (found)
            return;
        usleep(10000);
    }
    fail_msg("openssl s_server does not listen");
}

static struct send_outcome deliver_over_tls(bool verify, bool trusted)
{
    static char text[SEND_TEXT_MAX * 8], ca_file[64];
    struct mail_server server = server_at(free_port());
    struct send_job job = the_job();
    pid_t pid = start_tls_server(server.port);
    wait_for_listener(server.port);
    snprintf(ca_file, sizeof ca_file, "%s/cert.pem", dir);
    server.tls = TLS_IMPLICIT;
    server.verify = verify;
    server.ca_file = trusted ? ca_file : NULL;
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_deliver(s, &job);
    snprintf(text, sizeof text, "%s", o.text);
    o.text = text;
    smtp_free(s);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return o;
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
    char path[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!make_certificate(rows[i].name))
            skip();
        struct send_outcome o = deliver_over_tls(rows[i].verify, rows[i].trusted);
        if (rows[i].through)
            assert_outcome(&o, SEND_CONNECT, 421, "got through");
        else
            assert_outcome(&o, SEND_CONNECT, 0, "certificate");
    }
    unlink(strcat(strcpy(path, dir), "/cert.pem"));
    unlink(strcat(strcpy(path, dir), "/key.pem"));
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
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
