/* child.c - starts programs.
 *
 * Between fork and exec the child only makes system calls. Everything but 0, 1 and 2 is closed by the exec, and a pipe
 * among it tells the parent whether the exec itself failed: a wrong path is an error here, not a child that dies at
 * once. Time limits come from a timerfd, since only base/clock asks the time. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { CANNOT_START = 127, LOOK_AGAIN_MS = 20 };

static void default_signals(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int s = 1; s < NSIG; s++)
        sigaction(s, &plain, NULL); /* KILL and STOP refuse, which is fine */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: become argv with these as 0 and 1. The number of the error goes to `tell`. */
static _Noreturn void become(const char *const argv[], int in, int out, int tell)
{
    default_signals();
    bool ready = dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
                 close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
    if (ready)
        execv(argv[0], (char *const *)argv);
    int error = errno;
    ssize_t told = write(tell, &error, sizeof error);
    (void)told;
    _exit(CANNOT_START);
}

static bool die_with_parent(pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static pid_t start(const char *const argv[], int in, int out, bool own_group, struct err *e)
{
    int tell[2];
    if (pipe2(tell, O_CLOEXEC) != 0)
        return err_temp(e, "cannot start %s: %s", argv[0], strerror(errno)), -1;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        if ((own_group && setpgid(0, 0) != 0) || !die_with_parent(parent))
            _exit(CANNOT_START);
        become(argv, in, out, tell[1]);
    }
    int fork_error = errno, error = 0;
    close(tell[1]);
    FD_SCOPED told = tell[0];
    if (pid < 0)
        return err_temp(e, "cannot start %s: %s", argv[0], strerror(fork_error)), -1;
    if (TEMP_FAILURE_RETRY(read(told, &error, sizeof error)) != (ssize_t)sizeof error)
        return pid;
    TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
    return err_perm(e, "cannot start %s: %s", argv[0], strerror(error)), -1;
}

pid_t child_start(const char *const argv[], int *channel_out, struct err *e)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return err_temp(e, "cannot start %s: %s", argv[0], strerror(errno)), -1;
    pid_t pid = start(argv, ends[1], STDERR_FILENO, false, e);
    close(ends[1]);
    if (pid < 0)
        close(ends[0]);
    else
        *channel_out = ends[0];
    return pid;
}

static int start_timer(int s)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec once = {.it_value = {.tv_sec = s > 0 ? s : 1}};
    if (fd >= 0 && timerfd_settime(fd, 0, &once, NULL) != 0)
        fd_close(&fd);
    return fd;
}

/* Waits until fd has something; false where the time is over first. */
static bool wait_for(int fd, int timer)
{
    struct pollfd both[] = {{.fd = fd, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
    if (TEMP_FAILURE_RETRY(poll(both, 2, -1)) < 0)
        return false;
    return both[0].revents != 0;
}

/* Reads until the end; -1 where it is longer than size or the time is over, told apart by errno. */
static ssize_t read_to_end(int fd, int timer, char *bytes, size_t size)
{
    for (size_t len = 0;;) {
        if (!wait_for(fd, timer)) {
            errno = ETIMEDOUT;
            return -1;
        }
        ssize_t n = TEMP_FAILURE_RETRY(read(fd, bytes + len, size - len));
        if (n <= 0)
            return n < 0 ? -1 : (ssize_t)len;
        len += (size_t)n;
        if (len == size) {
            errno = EFBIG;
            return -1;
        }
    }
}

/* Waits for the end without pidfd_open, which old systems and memory checkers lack: looks again and again. The process
 * stays to be waited for, so that its number is nobody else's. */
static bool look_for_end(pid_t pid, int timer)
{
    struct pollfd over = {.fd = timer, .events = POLLIN};
    siginfo_t end = {0};
    int looked;
    while ((looked = waitid(P_PID, pid, &end, WEXITED | WNOHANG | WNOWAIT)) == 0 && end.si_pid == 0)
        if (TEMP_FAILURE_RETRY(poll(&over, 1, LOOK_AGAIN_MS)) != 0)
            return false;
    return looked == 0;
}

/* False where the time is over first. */
static bool wait_for_end(pid_t pid, int timer)
{
    FD_SCOPED process = pidfd_open(pid, 0);
    return process >= 0 ? wait_for(process, timer) : look_for_end(pid, timer);
}

/* Whether the command ended in time and well; all of its group is gone afterwards. */
static bool finish(pid_t pid, int timer, const char *command, struct err *e)
{
    bool in_time = wait_for_end(pid, timer);
    kill(-pid, SIGKILL);
    int status = 0;
    TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
    if (!in_time)
        return err_temp(e, "the command \"%s\" did not end in time", command);
    if (WIFSIGNALED(status))
        return err_temp(e, "the command \"%s\" was ended by signal %d", command, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return err_temp(e, "the command \"%s\" ended with status %d", command, WEXITSTATUS(status));
    return true;
}

/* Starts the command; its stdout comes from *from_out. */
static pid_t start_command(const char *command, int *from_out, struct err *e)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    int ends[2];
    FD_SCOPED nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return err_temp(e, "cannot run \"%s\": %s", command, strerror(errno)), -1;
    pid_t pid = start(argv, nothing, ends[1], true, e);
    close(ends[1]);
    *from_out = ends[0];
    return pid;
}

char *command_output(const char *command, size_t max, int timeout_s, struct err *e)
{
    FD_SCOPED timer = start_timer(timeout_s);
    if (timer < 0)
        return err_temp(e, "cannot run \"%s\": %s", command, strerror(errno)), NULL;
    FD_SCOPED from = -1;
    pid_t pid = start_command(command, &from, e);
    if (pid < 0)
        return NULL;
    char *bytes = mem_alloc(max + 2); /* a newline and one more byte, which tells that it was too much */
    ssize_t len = read_to_end(from, timer, bytes, max + 2);
    int error = errno;
    if (len < 0)
        kill(-pid, SIGKILL);
    bool well = finish(pid, timer, command, e);
    if (len < 0 && error == EFBIG)
        well = err_perm(e, "the command \"%s\" wrote more than %zu bytes", command, max);
    else if (len < 0)
        well = err_temp(e, "no output of the command \"%s\": %s", command, strerror(error));
    if (well && len > 0 && bytes[len - 1] == '\n')
        bytes[--len] = '\0';
    if (well && ((size_t)len > max || memchr(bytes, '\0', (size_t)len)))
        well = err_perm(e, "the command \"%s\" wrote more than %zu bytes, or a NUL", command, max);
    if (well)
        return bytes;
    explicit_bzero(bytes, max + 2); /* it may have been a secret */
    free(bytes);
    return NULL;
}
