/* One file given to a clamd that a test plays, in a thread: what it says, and what is understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/wire.h"
#include "scan/clamd.h"

#define SECRET           "what lies before"
#define SIZE_MAX_OF_FAKE 100000

/* How it behaves with a file; SILENT, and to whom it answers PING's sister VERSION. */
struct conduct {
    const char *says;  /* its answer, sent with the NUL; NULL: closes without one */
    bool silent, deaf; /* says nothing; does not even read */
    bool breaks_off;   /* after 64 KB */
    bool no_nul;       /* closes after its answer instead */
    bool one_by_one;   /* its answer, byte for byte */
    bool away;         /* answers VERSION no more */
};

struct fake {
    struct conduct does;
    int listener, stop[2];
    pthread_t thread;
    char path[100];
    char *got; /* the bytes of the file it was given last */
    size_t n;
    bool limit_told;
};

static bool take(int from, void *bytes, size_t n)
{
    return recv(from, bytes, n, MSG_WAITALL) == (ssize_t)n;
}

/* False where the stream broke off, or is longer than it takes. */
static bool take_stream(struct fake *f, int from)
{
    uint32_t length;

    for (f->n = 0; take(from, &length, sizeof length) && ntohl(length) > 0;) {
        size_t n = ntohl(length);

        if (f->does.breaks_off && f->n >= 65536)
            return false;
        if (f->n + n > SIZE_MAX_OF_FAKE) {
            static const char limit[] = "INSTREAM size limit exceeded. ERROR";

            f->limit_told = send(from, limit, sizeof limit, MSG_NOSIGNAL) > 0;
            return false;
        }
        f->got = realloc(f->got, f->n + n);
        if (!take(from, f->got + f->n, n))
            return false;
        f->n += n;
    }
    return true;
}

static void wait_for_end(struct fake *f, int of)
{
    struct pollfd p[2] = {{.fd = f->stop[0], .events = POLLIN}, {.fd = of, .events = 0}};

    poll(p, 2, -1);
}

static void answer(struct fake *f, int to)
{
    const char *says = f->does.says;
    size_t n = says ? strlen(says) + (f->does.no_nul ? 0 : 1) : 0;

    for (size_t i = 0; i < n; i += f->does.one_by_one ? 1 : n)
        if (send(to, says + i, f->does.one_by_one ? 1 : n, MSG_NOSIGNAL) < 0)
            return;
}

static void serve(struct fake *f, int from)
{
    char command[10];

    if (f->does.deaf) {
        wait_for_end(f, from);
        return;
    }
    if (!take(from, command, 9))
        return;
    if (memcmp(command, "zVERSION", 9) == 0) {
        if (!f->does.away)
            send(from, "ClamAV 1.4/0", 13, MSG_NOSIGNAL);
    } else if (take(from, command + 9, 1) && memcmp(command, "zINSTREAM", 10) == 0 && take_stream(f, from)) {
        if (f->does.silent)
            wait_for_end(f, from);
        else
            answer(f, from);
    }
}

static void *run(void *arg)
{
    struct fake *f = arg;

    for (;;) {
        struct pollfd p[2] = {{.fd = f->listener, .events = POLLIN}, {.fd = f->stop[0], .events = POLLIN}};
        int from;

        poll(p, 2, -1);
        if (p[1].revents)
            return NULL;
        from = accept(f->listener, NULL, NULL);
        serve(f, from);
        close(from);
    }
}

static void fake_start(struct fake *f, const struct conduct *does)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    *f = (struct fake){.does = *does};
    snprintf(f->path, sizeof f->path, "/tmp/taamim-clamd-%d", (int)getpid());
    unlink(f->path);
    strcpy(at.sun_path, f->path);
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(f->listener, 5), 0);
    assert_int_equal(pipe(f->stop), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

static void fake_stop(struct fake *f)
{
    assert_int_equal(write(f->stop[1], "x", 1), 1);
    pthread_join(f->thread, NULL);
    close(f->listener);
    close(f->stop[0]);
    close(f->stop[1]);
    unlink(f->path);
    free(f->got);
}

static int file_of(size_t size)
{
    char path[] = "/tmp/taamim-scanned-XXXXXX", *bytes = malloc(size + 1);
    int fd = mkstemp(path);

    unlink(path);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    assert_int_equal(write(fd, SECRET, strlen(SECRET)), strlen(SECRET));
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(write(fd, "and behind", 10), 10);
    free(bytes);
    return fd;
}

static const struct {
    const char *about;
    struct conduct does;
    size_t size;
    enum scan_result result;
    const char *text;
} rows[] = {
    {"clean", {.says = "stream: OK"}, 10, SCAN_CLEAN, ""},
    {"clean, several chunks", {.says = "stream: OK"}, 90000, SCAN_CLEAN, ""},
    {"clean, byte by byte", {.says = "stream: OK", .one_by_one = true}, 10, SCAN_CLEAN, ""},
    {"clean, the connection is its end", {.says = "stream: OK", .no_nul = true}, 10, SCAN_CLEAN, ""},
    {"infected", {.says = "stream: Test.Sig-1.UNOFFICIAL FOUND"}, 10, SCAN_INFECTED, "Test.Sig-1.UNOFFICIAL"},
    {"not looked at as a whole",
     {.says = "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"},
     10,
     SCAN_FAILED,
     "beyond the scanner's limits: Heuristics.Limits.Exceeded.MaxFileSize"},
    {"no name", {.says = "stream:  FOUND"}, 10, SCAN_FAILED, "the scanner answered: stream:  FOUND"},
    {"error", {.says = "stream: Can't allocate memory ERROR"}, 10, SCAN_FAILED, "allocate memory ERROR"},
    {"longer than it takes", {.says = "stream: OK"}, 3000000, SCAN_FAILED, "longer than the scanner takes"},
    {"garbage", {.says = "\x01\xff!? OK"}, 10, SCAN_FAILED, "the scanner answered"},
    {"nearly OK", {.says = "stream: OK "}, 10, SCAN_FAILED, "the scanner answered"},
    {"empty", {.says = ""}, 10, SCAN_FAILED, "the scanner answered"},
    {"another's command", {.says = "PONG"}, 10, SCAN_FAILED, "PONG"},
    {"closed early", {.breaks_off = true}, 90000, SCAN_FAILED, "closed the connection"},
    {"closed without a word", {.says = NULL}, 10, SCAN_FAILED, "closed the connection"},
    {"closed, and away", {.says = NULL, .away = true}, 10, SCAN_AWAY, "does not answer"},
    {"silent", {.silent = true}, 10, SCAN_FAILED, "did not answer in time"},
    {"silent, and away", {.silent = true, .away = true}, 10, SCAN_AWAY, "does not answer"},
    {"deaf", {.deaf = true}, 5000000, SCAN_AWAY, "does not answer"},
};

static void what_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake f;
        FD_SCOPED fd = file_of(rows[i].size);
        struct clamd c = {.connect_s = 1, .write_s = 1, .answer_s = 1, .ping_s = 1};
        struct clamd_words w;

        fake_start(&f, &rows[i].does);
        c.socket = f.path;
        w = clamd_scan(&c, fd, (int64_t)strlen(SECRET), (int64_t)rows[i].size);
        if (w.result != rows[i].result || !strstr(w.text, rows[i].text))
            fail_msg("%s: %s \"%s\"", rows[i].about, scan_result_names[w.result], w.text);
        if (w.result == SCAN_CLEAN) {
            assert_int_equal(f.n, rows[i].size);
            for (size_t k = 0; k < f.n; k++)
                assert_int_equal(f.got[k], (char)(k * 7 + k / 251));
        }
        fake_stop(&f);
    }
}

static void nobody_is_there(void **state)
{
    struct clamd c = {.socket = "/nonexistent/clamd.ctl", CLAMD_PATIENCE};
    struct clamd_words w = clamd_scan(&c, 0, 0, 1);

    (void)state;
    assert_int_equal(w.result, SCAN_AWAY);
    assert_string_equal(w.text, "cannot connect to /nonexistent/clamd.ctl: No such file or directory");
    assert_int_equal(clamd_version(&c).result, SCAN_AWAY);
}

static void a_file_cut_short_is_not_clean(void **state)
{
    struct conduct does = {.says = "stream: OK"};
    struct clamd c = {.connect_s = 1, .write_s = 1, .answer_s = 1, .ping_s = 1};
    FD_SCOPED fd = file_of(10);
    struct fake f;

    (void)state;
    fake_start(&f, &does);
    c.socket = f.path;
    assert_int_equal(clamd_scan(&c, fd, 0, 1000).result, SCAN_FAILED);
    fake_stop(&f);
}

/* ---- the words on the channel */

static void words_are_bounded(void **state)
{
    static const struct {
        const char *json, *text; /* text NULL: refused */
    } told[] = {
        {"{\"scanned\":{\"id\":7,\"result\":\"infected\",\"text\":\"A\\tB\\nC\\u0001\"}}", "A B C"},
        {"{\"scanned\":{\"id\":7,\"result\":\"clean\"}}", ""},
        {"{\"scanned\":{\"id\":7,\"result\":\"fine\",\"text\":\"\"}}", NULL},
        {"{\"scanned\":[]}", NULL},
        {"{}", NULL},
    };
    ARENA_SCOPED a = arena_new();
    struct scan_answer out;
    char *name = arena_alloc(a, 5001);

    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        JSON_SCOPED j = json_loads(told[i].json, 0, NULL);

        if (scan_answer_from_json(a, j, &out, NULL) != (told[i].text != NULL))
            fail_msg("%s", told[i].json);
        if (told[i].text)
            assert_string_equal(out.text, told[i].text);
    }
    memset(name, 'x', 5000);
    name[5000] = '\0';
    JSON_SCOPED j = scan_answer_to_json(&(struct scan_answer){.id = 1, .result = SCAN_INFECTED, .text = name});

    assert_true(scan_answer_from_json(a, j, &out, NULL));
    assert_int_equal(strlen(out.text), SCAN_TEXT_MAX);
}

/* ---- the program; skipped where it has not been built */

static struct wire *program(pid_t *pid)
{
    char path[4096];
    const char *const argv[] = {path, NULL};
    int fd = -1;
    JSON_SCOPED hello = NULL;
    struct wire *w;

    snprintf(path, sizeof path, "%s/taamim-scan", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(path, X_OK) != 0)
        skip();
    *pid = child_start(argv, &fd, NULL);
    assert_true(*pid > 0);
    w = wire_new(fd, 10000);
    assert_int_equal(wire_recv(w, &hello, NULL), WIRE_MESSAGE);
    assert_string_equal(wire_string(hello, "hello", ""), "scan");
    return w;
}

static int exit_of(struct wire *w, pid_t pid)
{
    int status = -1;

    wire_free(w);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void files_go_through_the_channel(void **state)
{
    struct conduct does = {.says = "stream: Bad FOUND"};
    ARENA_SCOPED a = arena_new();
    FD_SCOPED fd = file_of(20);
    struct scan_answer answered;
    struct scanner_state up;
    struct fake f;
    pid_t pid;
    struct wire *w = program(&pid);

    (void)state;
    fake_start(&f, &does);
    assert_true(wire_send(w, json_pack("{s:{s:s}}", "config", "socket", f.path), -1, NULL));
    assert_true(wire_send(w, json_pack("{s:i}", "ping", 1), -1, NULL));
    for (int i = 1; i <= 2; i++)
        assert_true(
            wire_send(w, json_pack("{s:i, s:i, s:i}", "scan", i, "offset", (int)strlen(SECRET), "size", 20), fd, NULL));
    for (int i = 0; i <= 2; i++) {
        JSON_SCOPED m = NULL;

        assert_int_equal(wire_recv(w, &m, NULL), WIRE_MESSAGE);
        if (i == 0) {
            assert_true(scanner_state_from_json(a, m, &up, NULL) && up.up);
            assert_string_equal(up.text, "ClamAV 1.4/0");
            continue;
        }
        assert_true(scan_answer_from_json(a, m, &answered, NULL));
        assert_int_equal(answered.id, i);
        assert_int_equal(answered.result, SCAN_INFECTED);
        assert_string_equal(answered.text, "Bad");
    }
    assert_int_equal(exit_of(w, pid), 0);
    fake_stop(&f);
}

static void nonsense_ends_it(void **state)
{
    static const char *const lines[] = {"{\"dance\":1}\n", "{\"ping\":1}\n", "nonsense\n", "{\"config\":{}}\n",
                                        "{\"config\":{\"socket\":\"/x\"}}\n{\"scan\":1,\"offset\":0,\"size\":1}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        JSON_SCOPED m = NULL;
        pid_t pid;
        struct wire *w = program(&pid);

        assert_int_equal(write(wire_fd(w), lines[i], strlen(lines[i])), strlen(lines[i]));
        assert_int_equal(wire_recv(w, &m, NULL), WIRE_CLOSED);
        assert_int_equal(exit_of(w, pid), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_understood),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(a_file_cut_short_is_not_clean),
        cmocka_unit_test(words_are_bounded),
        cmocka_unit_test(files_go_through_the_channel),
        cmocka_unit_test(nonsense_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
