/* The parsing server where the system lets it make no copy: it says that the fault is its own. Skipped where it has
 * not been built and under memory checkers, which need copies themselves. */
#include "parse_case.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base/wire.h"
#include "sigpipe_case.h"

static bool memory_checker(void)
{
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "valgrind");
#endif
}

static void refuse_forks(void)
{
    static const char *const names[] = {"fork", "vfork", "clone", "clone3"};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    for (size_t i = 0; i < 4; i++)
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAGAIN), seccomp_syscall_resolve_name(names[i]), 0);
    if (!filter || seccomp_load(filter) != 0)
        _exit(98);
}

static pid_t start(const char *path, bool without_forks, int *channel_out)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(pair[1], 0);
        signal(SIGPIPE, SIG_DFL); /* whatever this program was started with */
        if (without_forks)
            refuse_forks();
        execl(path, path, "--no-sandbox", (char *)NULL);
        _exit(99);
    }
    close(pair[1]);
    *channel_out = pair[0];
    return pid;
}

static void a_failed_fork_is_told_as_the_servers_own(void **state)
{
    char path[4096], answer[100] = "";
    int channel, pipe_fds[2], status;
    (void)state;
    snprintf(path, sizeof path, "%s/taamim-parse", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(path, X_OK) != 0 || memory_checker())
        skip();
    pid_t pid = start(path, true, &channel);
    struct wire *w = wire_new(channel, 4096);
    JSON_SCOPED hello = NULL;
    assert_int_equal(wire_recv(w, &hello, NULL), WIRE_MESSAGE);
    assert_true(ignores_sigpipe(pid));
    FILE *message = tmpfile(), *scratch = tmpfile();
    assert_int_equal(pipe(pipe_fds), 0);
    assert_true(wire_send(w, json_pack("{s:i}", "parse", 1), fileno(message), NULL));
    assert_true(wire_send(w, json_object(), fileno(scratch), NULL));
    assert_true(wire_send(w, json_object(), pipe_fds[1], NULL));
    close(pipe_fds[1]);
    assert_true(read(pipe_fds[0], answer, sizeof answer - 1) > 0);
    assert_string_equal(answer, "{\"again\":true}\n");
    assert_int_equal(read(pipe_fds[0], answer, 1), 0);
    wire_free(w);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(pipe_fds[0]);
    fclose(message);
    fclose(scratch);
}

/* Waits until the server has made its copy; 0 where it never does. */
static pid_t copy_of(pid_t server)
{
    char path[64], children[32] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)server, (int)server);
    for (int i = 0; i < 500 && !*children; i++, usleep(10 * 1000)) {
        FILE *f = fopen(path, "r");
        if (f && !fgets(children, sizeof children, f))
            *children = '\0';
        if (f)
            fclose(f);
    }
    return (pid_t)strtol(children, NULL, 10);
}

static size_t fill(int fd)
{
    static const char junk[4096];
    size_t n = 0;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (ssize_t put; (put = write(fd, junk, sizeof junk)) > 0;)
        n += (size_t)put;
    fcntl(fd, F_SETFL, 0);
    return n;
}

/* A system short of memory, or an administrator: that says nothing of the mail, which is tried once more. */
static void a_copy_that_was_killed_says_nothing_of_the_mail(void **state)
{
    char path[4096];
    static char rest[1 << 17];
    int channel, pipe_fds[2];
    size_t got = 0;
    (void)state;
    snprintf(path, sizeof path, "%s/taamim-parse", getenv("BUILD") ? getenv("BUILD") : "build");
    if (access(path, X_OK) != 0 || memory_checker())
        skip();
    pid_t pid = start(path, false, &channel);
    struct wire *w = wire_new(channel, 4096);
    JSON_SCOPED hello = NULL;
    assert_int_equal(wire_recv(w, &hello, NULL), WIRE_MESSAGE);
    FILE *message = tmpfile(), *scratch = tmpfile();
    assert_int_equal(pipe(pipe_fds), 0);
    size_t full = fill(pipe_fds[1]); /* its answer has no room: the copy waits */
    assert_true(wire_send(w, json_pack("{s:i}", "parse", 1), fileno(message), NULL));
    assert_true(wire_send(w, json_object(), fileno(scratch), NULL));
    assert_true(wire_send(w, json_object(), pipe_fds[1], NULL));
    close(pipe_fds[1]);
    pid_t copy = copy_of(pid);
    assert_true(copy > 0);
    while (kill(copy, SIGKILL) == 0) /* until the server has buried it */
        usleep(10 * 1000);
    for (ssize_t n; (n = read(pipe_fds[0], rest + got, sizeof rest - got)) > 0;)
        got += (size_t)n;
    assert_int_equal(got, full);
    wire_free(w);
    waitpid(pid, NULL, 0);
    close(pipe_fds[0]);
    fclose(message);
    fclose(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failed_fork_is_told_as_the_servers_own),
                                       cmocka_unit_test(a_copy_that_was_killed_says_nothing_of_the_mail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
