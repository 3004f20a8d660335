/* The sandbox of the copy that reads one message: limits, no new privileges, Landlock, seccomp; in this order, since
 * each needs what the next takes away.
 *
 * Opening answers EACCES instead of killing, because the C library opens locale and charset files in passing and goes
 * on well without. A
 * kernel without Landlock is accepted: seccomp alone closes the same doors. */
#include "parse/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(write),          SCMP_SYS(pread64),       SCMP_SYS(pwrite64),
    SCMP_SYS(readv),        SCMP_SYS(writev),         SCMP_SYS(lseek),         SCMP_SYS(fstat),
    SCMP_SYS(fsync),        SCMP_SYS(ftruncate),      SCMP_SYS(close),         SCMP_SYS(mmap),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),           SCMP_SYS(madvise),
    SCMP_SYS(mprotect),     SCMP_SYS(futex),          SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(time),         SCMP_SYS(getpid),         SCMP_SYS(gettid),        SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),     SCMP_SYS(sched_yield),   SCMP_SYS(restart_syscall),
    SCMP_SYS(getuid),       SCMP_SYS(geteuid),        SCMP_SYS(getgid),        SCMP_SYS(getegid),
    SCMP_SYS(dup),          SCMP_SYS(poll),           SCMP_SYS(getrusage),
};

static const int refused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat),     SCMP_SYS(openat2),    SCMP_SYS(creat),  SCMP_SYS(stat),
    SCMP_SYS(lstat),      SCMP_SYS(newfstatat), SCMP_SYS(statx),      SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink),   SCMP_SYS(readlinkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
    SCMP_SYS(rename),     SCMP_SYS(renameat),   SCMP_SYS(renameat2),  SCMP_SYS(getcwd), SCMP_SYS(ioctl),
    SCMP_SYS(uname),
};

/* Of time, the hard limit is a second further: at it comes SIGKILL, as from anywhere; at the soft one, SIGXCPU. */
static bool set_limit(int which, size_t value, struct err *e)
{
    struct rlimit limit = {.rlim_cur = value, .rlim_max = which == RLIMIT_CPU ? value + 1 : value};
    if (setrlimit((__rlimit_resource_t)which, &limit) != 0)
        return err_perm(e, "sandbox: setting limit %d: %s", which, strerror(errno));
    return true;
}

static bool set_limits(struct err *e)
{
    alarm(SANDBOX_WALL_S);
    return set_limit(RLIMIT_CPU, SANDBOX_CPU_S, e) && set_limit(RLIMIT_AS, SANDBOX_MEMORY, e) &&
           set_limit(RLIMIT_DATA, SANDBOX_MEMORY, e) && set_limit(RLIMIT_FSIZE, SANDBOX_FILE, e) &&
           set_limit(RLIMIT_NOFILE, 16, e) && set_limit(RLIMIT_CORE, 0, e);
}

/* A ruleset that handles every right its ABI knows and grants none. Raw calls: the C library has no wrappers. */
static bool enter_landlock(struct err *e)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return true;
    uint64_t rights = (UINT64_C(1) << 13) - 1; /* ABI 1: the 13 first rights; each later right belongs to a later ABI */
    rights |= abi >= 2 ? UINT64_C(1) << 13 : 0;
    rights |= abi >= 3 ? UINT64_C(1) << 14 : 0;
    struct {
        uint64_t fs;
    } attr = {.fs = rights};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    bool done = ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    int why = errno;
    if (ruleset >= 0)
        close(ruleset);
    return done ? true : err_perm(e, "sandbox: Landlock: %s", strerror(why));
}

/* Calls that could reach beyond this process: signals to itself alone, limits only to be read, no owner for a
 * descriptor. */
static int add_narrow_rules(scmp_filter_ctx filter)
{
    static const int commands[] = {F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC};
    int failed =
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                                  SCMP_A2(SCMP_CMP_EQ, 0));
    for (size_t i = 0; i < sizeof commands / sizeof *commands && failed == 0; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                                  SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i]));
    return failed;
}

static int add_rules(scmp_filter_ctx filter)
{
    int failed = add_narrow_rules(filter);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && failed == 0; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused && failed == 0; i++) {
        if (refused[i] == SCMP_SYS(newfstatat)) /* with AT_EMPTY_PATH it is fstat(2) */
            failed =
                seccomp_rule_add(filter, SCMP_ACT_ALLOW, refused[i], 1, SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000));
        if (failed == 0 && refused[i] == SCMP_SYS(newfstatat))
            failed =
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 1, SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0));
        else if (failed == 0)
            failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    }
    return failed;
}

static bool enter_seccomp(struct err *e)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return err_perm(e, "sandbox: seccomp: no filter could be made");
    int failed = add_rules(filter);
    if (failed == 0)
        failed = seccomp_load(filter);
    seccomp_release(filter);
    return failed == 0 ? true : err_perm(e, "sandbox: seccomp: %s", strerror(-failed));
}

bool sandbox_enter(struct err *e)
{
    if (!set_limits(e))
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return err_perm(e, "sandbox: giving up privileges: %s", strerror(errno));
    return enter_landlock(e) && enter_seccomp(e);
}
