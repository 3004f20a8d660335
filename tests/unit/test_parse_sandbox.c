/* The sandbox: what is closed is closed, and a message can still be read in it. Each case is a forked process that
 * enters and tries. Under
 * sanitizers and valgrind, whose own calls the sandbox kills, the tests are skipped. */
#include "parse_case.h"
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "parse/sandbox.h"

static bool memory_checker(void)
{
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "valgrind");
#endif
}

/* Runs act in the sandbox; returns the wait status. */
static int inside(int (*act)(void))
{
    if (memory_checker())
        skip();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct err e = {0};
        _exit(sandbox_enter(&e) ? act() : 99);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int act_open(void)
{
    return open("/etc/passwd", O_RDONLY) == -1 && errno == EACCES ? 0 : 1;
}
static int act_create(void)
{
    return open("/tmp/x", O_WRONLY | O_CREAT, 0600) == -1 && errno == EACCES ? 0 : 1;
}
static int act_stat(void)
{
    struct stat st;
    return stat("/etc/passwd", &st) == -1 && errno == EACCES ? 0 : 1;
}
static int act_unlink(void)
{
    return unlink("/nowhere") == -1 && errno == EACCES ? 0 : 1;
}

static bool is_refused(long got)
{
    return got == -1 && errno == EACCES;
}
static int act_raw_open(void)
{
    return is_refused(syscall(SYS_open, "/proc/self/mem", O_RDWR)) ? 0 : 1;
}
static int act_openat2(void)
{
    uint64_t how[3] = {O_RDONLY, 0, 0};
    return is_refused(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how)) ? 0 : 1;
}
static int act_creat(void)
{
    return is_refused(syscall(SYS_creat, "/tmp/x", 0600)) ? 0 : 1;
}
static int act_rename(void)
{
    return is_refused(syscall(SYS_renameat2, AT_FDCWD, "/tmp/x", AT_FDCWD, "/tmp/y", 0)) ? 0 : 1;
}

static void test_files_are_refused(void **state)
{
    (void)state;
    static int (*const acts[])(void) = {act_open,     act_create,  act_stat,  act_unlink,
                                        act_raw_open, act_openat2, act_creat, act_rename};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        int status = inside(acts[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static int act_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}
static int act_unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}
static int act_exec(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}
static int act_fork(void)
{
    return fork() == 0;
}
static int act_raw_clone(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0;
}
static int act_kill(void)
{
    return kill(getppid(), 0);
}
static int act_ptrace(void)
{
    return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}
static int act_mount(void)
{
    return (int)syscall(SYS_mount, "a", "b", "c", 0, NULL);
}

static void test_these_kill(void **state)
{
    (void)state;
    static int (*const acts[])(void) = {act_socket,    act_unix_socket, act_exec,   act_fork,
                                        act_raw_clone, act_kill,        act_ptrace, act_mount};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        int status = inside(acts[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

/* Other doors of the kernel, by their numbers alone: what they are asked for does not matter. */
static long number;
static int act_number(void)
{
    return (int)syscall(number, 0, 0, 0, 0, 0, 0);
}

static void test_these_kill_too(void **state)
{
    (void)state;
    static const long numbers[] = {SYS_execveat,
                                   SYS_vfork,
                                   SYS_clone3,
                                   SYS_connect,
                                   SYS_bind,
                                   SYS_sendmsg,
                                   SYS_recvmsg,
                                   SYS_socketpair,
                                   SYS_io_uring_setup,
                                   SYS_bpf,
                                   SYS_userfaultfd,
                                   SYS_memfd_create,
                                   SYS_process_vm_readv,
                                   SYS_perf_event_open,
                                   SYS_keyctl,
                                   SYS_unshare,
                                   SYS_setns,
                                   SYS_chroot,
                                   SYS_setuid,
                                   SYS_prctl,
                                   SYS_seccomp,
                                   SYS_personality,
                                   SYS_pidfd_getfd,
                                   SYS_shmget,
                                   SYS_mq_open,
                                   SYS_inotify_init1,
                                   SYS_fanotify_init,
                                   SYS_open_by_handle_at,
                                   SYS_symlink,
                                   SYS_link,
                                   SYS_mkdir,
                                   SYS_chmod,
                                   SYS_init_module,
                                   SYS_kexec_load,
                                   SYS_reboot,
                                   SYS_tkill};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        number = numbers[i];
        int status = inside(act_number);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("system call %ld is let through (status %d)", number, status);
    }
}

static int act_memory(void)
{
    return mmap(NULL, SANDBOX_MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1;
}
static int act_limits(void)
{
    struct rlimit files, cpu;
    bool known = getrlimit(RLIMIT_FSIZE, &files) == 0 && getrlimit(RLIMIT_CPU, &cpu) == 0;
    return known && files.rlim_max == SANDBOX_FILE && cpu.rlim_cur == SANDBOX_CPU_S && cpu.rlim_max == SANDBOX_CPU_S + 1
               ? 0
               : 1;
}

static void test_limits(void **state)
{
    (void)state;
    int status = inside(act_memory);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    status = inside(act_limits);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A message with many charsets, parsed inside: converters and types must have been loaded before. */
static int message_fd, scratch_fd;
static int act_parse(void)
{
    struct facts f;
    struct err e = {0};
    if (!parse_message(arena_new(), message_fd, scratch_fd, &f, &e))
        return 1;
    bool right = strcmp(f.subject, "تعميم пр 日本") == 0 && strcmp(f.text, "تعميم") == 0 && f.n_parts == 1 &&
                 strcmp(f.parts[0].type, "application/pdf") == 0;
    return right ? 0 : 2;
}

static void test_parses_inside(void **state)
{
    (void)state;
    static const char text[] =
        "From: a@b.example\nSubject: =?windows-1256?Q?=CA=DA=E3=ED=E3?= =?us-ascii?Q?_?= =?koi8-r?Q?=D0=D2?="
        " =?us-ascii?Q?_?= =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain; "
        "charset=iso-8859-6\n\n\xCA\xD9\xE5\xEA\xE5\n"
        "--B\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.4\n--B--\n";
    FILE *message = tmpfile(), *scratch = tmpfile();
    assert_int_equal(fwrite(text, 1, sizeof text - 1, message), sizeof text - 1);
    assert_int_equal(fflush(message), 0);
    message_fd = fileno(message);
    scratch_fd = fileno(scratch);
    assert_true(parse_prepare(NULL));
    int status = inside(act_parse);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    fclose(message);
    fclose(scratch);
}

/* glibc loads a converter at its first use, which in there would be refused. */
static int act_convert(void)
{
    static const char *const charsets[] = {
        "windows-1256", "iso-8859-6",  "cp864", "windows-1252", "iso-8859-15",  "macintosh",  "windows-1251",
        "koi8-r",       "koi8-u",      "utf-7", "utf-16le",     "gb18030",      "big5",       "cp932",
        "euc-jp",       "iso-2022-jp", "cp949", "euc-kr",       "windows-1254", "iso-8859-9", "windows-874",
    };
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
        if (iconv_open("UTF-8", charsets[i]) == (iconv_t)-1)
            return (int)i + 1;
    return 0;
}

static void test_converters_are_there(void **state)
{
    (void)state;
    assert_true(parse_prepare(NULL));
    int status = inside(act_convert);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_refused), cmocka_unit_test(test_these_kill),
        cmocka_unit_test(test_these_kill_too),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_parses_inside),     cmocka_unit_test(test_converters_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
