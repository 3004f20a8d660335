/* What a program may do where it runs: each row tries one thing that a directive of taamimd.service forbids, or that the daemon needs, in a
 * process of its own, and tells `allowed DIRECTIVE: what` or `refused DIRECTIVE: what`. tests/systemd/inside runs it within the unit and
 * outside of it and compares. What is tried changes nothing, also where it is allowed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- files: each is given the path of its row */

static bool writes_in(const char *folder)
{
    return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0;
}

static bool looks_at(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool finds(const char *path)
{
    return open(path, O_PATH | O_CLOEXEC) >= 0;
}

static bool writes_to(const char *path)
{
    return open(path, O_WRONLY | O_CLOEXEC) >= 0;
}

static bool writes_to_own_cgroup(const char *root)
{
    char line[512], path[700];
    bool found = false;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && !found && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) != 0)
            continue;
        snprintf(path, sizeof path, "%s%s/cgroup.procs", root, line + 3);
        found = writes_to(path);
        snprintf(path, sizeof path, "%s/unified%s/cgroup.procs", root, line + 3); /* beside hierarchies of version 1 */
        found = found || writes_to(path);
    }
    return found;
}

/* ---- calls */

static bool new_privileges(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

static bool any_capability(void)
{
    for (unsigned long c = 0; c <= 63; c++)
        if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1)
            return true;
    return false;
}

static bool clock_of_all(void)
{
    return syscall(SYS_settimeofday, NULL, NULL) == 0; /* the C library's reads what is there */
}

static bool hostname(void)
{
    char name[256];
    return gethostname(name, sizeof name) == 0 && sethostname(name, strlen(name)) == 0;
}

static bool kernel_log(void)
{
    return klogctl(10, NULL, 0) >= 0; /* its size */
}

static bool module(void)
{
    return syscall(SYS_delete_module, "taamim-none", O_NONBLOCK) == 0 || errno == ENOENT;
}

static bool netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool vsock(void)
{
    return socket(AF_VSOCK, SOCK_STREAM, 0) >= 0;
}

static bool namespace(void)
{
    return unshare(CLONE_NEWUSER) == 0;
}

static bool realtime(void)
{
    return sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1}) == 0;
}

static bool execution_domain(void)
{
    return personality(ADDR_NO_RANDOMIZE) >= 0;
}

static bool writable_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool written_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool foreign_call(void)
{
#ifdef __x86_64__
    long pid = 20; /* getpid of i386 */
    __asm__ volatile("int $0x80" : "+a"(pid) : : "memory", "r8", "r9", "r10", "r11");
    return (int)pid > 0;
#else
    return false;
#endif
}

static bool swap(void)
{
    return swapon("/taamim-none", 0) == 0 || errno == ENOENT;
}

static bool priority(void)
{
    return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)) == 0;
}

static bool landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static bool limits(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && setrlimit(RLIMIT_CORE, &limit) == 0;
}

/* It stays behind: what becomes of it is seen when the unit has ended. */
static bool shared_segment(void)
{
    return shmget(0x7aa31, 4096, IPC_CREAT | 0600) >= 0;
}

/* ---- the rows; what the daemon needs has the directive `none` */

static const struct look {
    const char *directive, *what;
    bool (*look)(const char *path);
    const char *path;
} looks[] = {
    {"ProtectSystem", "a file in /usr", writes_in, "/usr"},
    {"ProtectSystem", "a file in /etc", writes_in, "/etc"},
    {"ProtectSystem", "a file beside the configuration", writes_in, "/etc/taamim"},
    {"ProtectSystem", "a file beside the rounds", writes_in, "/etc/taamim/rounds"},
    {"ProtectSystem", "a file in /var/log", writes_in, "/var/log"},
    {"ProtectSystem", "a file in /srv", writes_in, "/srv"},
    {"ReadOnlyPaths", "a file in /run", writes_in, "/run"},
    {"ReadOnlyPaths", "a file in /run/lock", writes_in, "/run/lock"},
    {"InaccessiblePaths", "a file in /dev/shm", writes_in, "/dev/shm"},
    {"InaccessiblePaths", "the message queues", looks_at, "/dev/mqueue"},
    {"ProtectHome", "the home of root", finds, "/root/.profile"},
    {"ProtectHome", "the homes of others", looks_at, "/home"},
    {"PrivateTmp", "what others have in /tmp", finds, "/tmp/taamim-mark"},
    {"PrivateTmp", "what others have in /var/tmp", finds, "/var/tmp/taamim-mark"},
    {"PrivateDevices", "the console", finds, "/dev/console"},
    {"ProtectKernelTunables", "a setting of the kernel", writes_to, "/proc/sys/kernel/hostname"},
    {"ProtectControlGroups", "its control group", writes_to_own_cgroup, "/sys/fs/cgroup"},
    {"ProtectProc", "another user's process", finds, "/proc/1/status"},
    {"ProcSubset", "what in /proc is no process", finds, "/proc/meminfo"},
    {"none", "a file in the state directory", writes_in, "/var/lib/taamim"},
    {"none", "a file beside the register", writes_in, "/etc/taamim/register"},
};
static const struct call {
    const char *directive, *what;
    bool (*call)(void);
} calls[] = {
    {"NoNewPrivileges", "new privileges by a program", new_privileges},
    {"CapabilityBoundingSet", "any capability", any_capability},
    {"ProtectClock", "the clock", clock_of_all},
    {"ProtectHostname", "the host's name", hostname},
    {"ProtectKernelLogs", "the kernel's log", kernel_log},
    {"ProtectKernelModules", "taking a module out", module},
    {"RestrictAddressFamilies", "netlink", netlink},
    {"RestrictAddressFamilies", "sockets of virtual machines", vsock},
    {"RestrictNamespaces", "a user namespace", namespace},
    {"RestrictRealtime", "real time", realtime},
    {"LockPersonality", "addresses that are not random", execution_domain},
    {"MemoryDenyWriteExecute", "code that can be written", writable_code},
    {"MemoryDenyWriteExecute", "what was written, as code", written_code},
    {"SystemCallArchitectures", "a call of i386", foreign_call},
    {"SystemCallFilter", "a priority", priority},
    {"SystemCallFilter", "swap", swap},
    {"none", "Landlock", landlock},
    {"none", "limits of its own", limits},
    {"none", "a System V segment", shared_segment},
};

static bool ended_well(pid_t pid)
{
    int status = 1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void tell(bool allowed, const char *directive, const char *what)
{
    printf("%s %s: %s\n", allowed ? "allowed" : "refused", directive, what);
    fflush(stdout);
}

int main(void)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(looks[i].look(looks[i].path) ? 0 : 1);
        tell(ended_well(pid), looks[i].directive, looks[i].what);
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(calls[i].call() ? 0 : 1);
        tell(ended_well(pid), calls[i].directive, calls[i].what);
    }
    return 0;
}
