/* Counts the steps at which a process can be killed or that can fail, chooses some, and kills it there or lets them
 * fail: see crash.h. A second kill is not made: what a start does is short, and counted like all else where a scenario
 * itself restarts the daemon. */
#include "scenario.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "crash.h"

#define KINDS_MAX 128
#define TROUBLE_S 25 /* so long nothing works where a fault lasts: the daemon tries twice meanwhile */

struct crash_step {
    char kind[120];
    long total, seen;  /* of the first telling; so far */
    long runs, failed; /* kills there, and those after which the end was another one */
};

static struct {
    enum { OFF, COUNTING, KILLING, KILLED, FAILING } stage;
    bool faults;           /* steps fail, and nobody is killed */
    const char *fail_kind; /* in a child: the step that fails */
    long fail_number;
    int error;         /* with what */
    int64_t fails_for; /* seconds; 0: this once */
    int64_t ends_at;   /* of the trouble, once it has begun */
    bool aside;
    struct crash_step steps[KINDS_MAX];
    size_t n;
    struct crash_end undisturbed;
    long *doubles;   /* of all children: in memory that all share */
    char where[200]; /* in a child: the step it was killed at */
    jmp_buf *back;   /* NULL outside of an act */
} plan;

bool crash_was(void)
{
    return plan.stage == KILLED;
}

bool crash_guard(bool (*act)(void *arg), void *arg, bool *good_out)
{
    jmp_buf here, *volatile outer = plan.back;

    if (setjmp(here) != 0) {
        plan.back = outer;
        return false;
    }
    plan.back = &here;
    *good_out = act(arg);
    plan.back = outer;
    return true;
}

/* ---- the steps */

static struct crash_step *step_of(const char *kind)
{
    for (size_t i = 0; i < plan.n; i++)
        if (strcmp(plan.steps[i].kind, kind) == 0)
            return &plan.steps[i];
    if (plan.n == KINDS_MAX)
        abort();
    snprintf(plan.steps[plan.n].kind, sizeof plan.steps[plan.n].kind, "%s", kind);
    return &plan.steps[plan.n++];
}

/* The parent waits, so that nothing moves on the disk that the child copies. */
static void kill_here(struct crash_step *s, enum crash_side side)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        plan.stage = KILLED;
        snprintf(plan.where, sizeof plan.where, "killed %s %s, number %ld of %ld",
                 side == CRASH_BEFORE ? "before" : "after", s->kind, s->seen, s->total);
        longjmp(*plan.back, 1);
    }
    s->runs++;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        s->failed++;
        if (WIFSIGNALED(status))
            printf("# a run that was killed around %s ended with signal %d\n", s->kind, WTERMSIG(status));
    }
}

void crash_point(const char *kind, enum crash_side side)
{
    struct crash_step *s;

    if (!plan.back || plan.stage == OFF || plan.stage == KILLED || plan.faults)
        return;
    s = step_of(kind);
    s->seen += side == CRASH_BEFORE;
    if (plan.stage == COUNTING)
        s->total = s->seen;
    else if (s->seen <= 2 || s->seen == s->total)
        kill_here(s, side);
}

/* ---- what fails */

bool crash_in_trouble(void)
{
    return plan.ends_at > clock_boot();
}

bool crash_had_trouble(void)
{
    return plan.ends_at > 0;
}

void crash_aside(bool aside)
{
    plan.aside = aside;
}

/* Whether the step about to be made is to fail. */
static bool fails(const char *kind)
{
    struct crash_step *s;

    if (!plan.faults || !plan.back || plan.stage == OFF || plan.aside)
        return false;
    errno = plan.error;
    if (crash_in_trouble() && plan.fails_for)
        return true;
    s = step_of(kind);
    s->seen++;
    if (plan.stage == COUNTING)
        s->total = s->seen;
    if (plan.stage != FAILING || plan.ends_at || s->seen != plan.fail_number || strcmp(kind, plan.fail_kind) != 0)
        return false;
    plan.ends_at = clock_boot() + (plan.fails_for ? plan.fails_for : 1);
    return true;
}

/* The folder of the state directory that a path lies in: "papers"; what lies beside that directory is the officer's. */
static void folder_of(const char *path, char out[32])
{
    const char *state = strstr(path, "/state/");
    size_t n = state ? strcspn(state + 7, "/") : 0;

    snprintf(out, 32, "%.*s", n ? (int)n : 9, n ? state + 7 : "elsewhere");
    if (n && state[7 + n] == '\0')
        snprintf(out, 32, "itself");
}

static const char *kind_of(const char *what, const char *from, const char *to)
{
    static char kind[120];
    char a[32], b[32];

    folder_of(from, a);
    folder_of(to ? to : from, b);
    snprintf(kind, sizeof kind, to ? "%s from %s to %s" : "%s in %s", what, a, b);
    return kind;
}

static const char *kind_of_fd(const char *what, int fd)
{
    char link[64], path[4096];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return kind_of(what, path, NULL);
}

static const char *kind_of_call(const char *what, const char *caller)
{
    extern const char __executable_start[];
    static char kind[120];

    snprintf(kind, sizeof kind, "%s at %#tx", what, caller - __executable_start);
    return kind;
}

/* By --wrap the linker sends the daemon's calls here. The kind is told anew after the step: its text is one for all. */
#define STEP(kind, result, name, parameters, arguments, failure)                                                       \
    result __real_##name parameters;                                                                                   \
    result __wrap_##name parameters;                                                                                   \
    result __wrap_##name parameters                                                                                    \
    {                                                                                                                  \
        result r;                                                                                                      \
                                                                                                                       \
        if (fails(kind))                                                                                               \
            return failure;                                                                                            \
        crash_point(kind, CRASH_BEFORE);                                                                               \
        r = __real_##name arguments;                                                                                   \
        crash_point(kind, CRASH_AFTER);                                                                                \
        return r;                                                                                                      \
    }
/* These can fail; a kill around them leaves nothing that a kill around the others does not. */
#define CALL(kind, result, name, parameters, arguments, failure)                                                       \
    result __real_##name parameters;                                                                                   \
    result __wrap_##name parameters;                                                                                   \
    result __wrap_##name parameters                                                                                    \
    {                                                                                                                  \
        return fails(kind) ? failure : __real_##name arguments;                                                        \
    }
#define TOLD err_temp(e, "%s", strerror(errno))

STEP(kind_of_call("commit", __builtin_return_address(0)), bool, daemon_commit, (struct daemon * d, struct err *e),
     (d, e), TOLD)
STEP(kind_of_fd("fsync", fd), int, fsync, (int fd), (fd), -1)
STEP(kind_of("rename", from, to), int, rename, (const char *from, const char *to), (from, to), -1)
STEP(kind_of("rename", from, to), int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags),
     (a, from, b, to, flags), -1)
STEP(kind_of("unlink", path, NULL), int, unlink, (const char *path), (path), -1)
STEP("sweeping", int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), -1)
STEP(kind_of("rmdir", path, NULL), int, rmdir, (const char *path), (path), -1)
CALL("beginning a transaction", bool, store_begin, (struct store * s, struct err *e), (s, e), TOLD)
CALL(kind_of_fd("write", fd), ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n), -1)
CALL(kind_of_fd("write", fd), ssize_t, pwrite64, (int fd, const void *bytes, size_t n, off_t at), (fd, bytes, n, at),
     -1)
CALL(kind_of("folder", path, NULL), bool, file_mkdirs, (const char *path, mode_t mode, struct err *e), (path, mode, e),
     TOLD)

/* ---- the ends */

static int difference(const struct crash_end *a, const struct crash_end *b, const char *mark)
{
    int n = 0;

    for (size_t i = 0, k = 0; i < a->n; i++) {
        while (k < b->n && strcmp(b->lines[k], a->lines[i]) < 0)
            k++;
        if (k < b->n && strcmp(b->lines[k], a->lines[i]) == 0)
            k++;
        else if (n++ < 12)
            printf("#   %s %.*s\n", mark, (int)strcspn(a->lines[i], "\n"), a->lines[i]);
    }
    return n;
}

static bool is_same(const struct crash_end *end)
{
    int missing = difference(&plan.undisturbed, end, "missing:"), more = difference(end, &plan.undisturbed, "instead:");

    return missing == 0 && more == 0 && end->failures == 0;
}

static void end_child(const struct crash_end *end)
{
    bool good = is_same(end);

    if (!good)
        printf("# ^ %s\n", plan.where);
    *plan.doubles += end->doubles;
    fflush(stdout);
    _exit(good ? 0 : 1);
}

static bool tell_results(const char *path)
{
    bool good = true;
    long runs = 0;

    for (size_t i = 0; i < plan.n; i++) {
        const struct crash_step *s = &plan.steps[i];

        printf("%s %zu - %s: %s %s, %ld of %ld runs end as the undisturbed one\n", s->failed ? "not ok" : "ok", i + 1,
               path, plan.faults ? "no more of" : "killed around", s->kind, s->runs - s->failed, s->runs);
        good = good && s->failed == 0;
        runs += s->runs;
    }
    printf("# %s: %ld doubles: %ld\n1..%zu\n", plan.faults ? "faults" : "kills", runs, *plan.doubles, plan.n);
    return good && runs > 0;
}

/* Both tellings made the same steps. */
static bool steps_agree(void)
{
    bool good = true;

    for (size_t i = 0; i < plan.n; i++)
        if (plan.steps[i].seen != plan.steps[i].total) {
            printf("# %s: %ld times, then %ld\n", plan.steps[i].kind, plan.steps[i].total, plan.steps[i].seen);
            good = false;
        }
    return good;
}

static bool tell_undisturbed(const char *path, telling_fn *tell)
{
    plan.doubles = mmap(NULL, sizeof *plan.doubles, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (plan.doubles == MAP_FAILED)
        return false;
    plan.stage = COUNTING;
    if (!tell(path, &plan.undisturbed) || plan.undisturbed.failures) {
        printf("not ok 1 - %s: undisturbed\n", path);
        return false;
    }
    for (size_t i = 0; i < plan.n; i++)
        plan.steps[i].seen = 0;
    return true;
}

bool crash_tell(const char *path, telling_fn *tell)
{
    struct crash_end again = {0};

    if (!tell_undisturbed(path, tell))
        return false;
    plan.stage = KILLING;
    tell(path, &again);
    if (crash_was())
        end_child(&again);
    plan.stage = OFF;
    if (!is_same(&again) || !steps_agree()) {
        printf("not ok 1 - %s: told twice it is not the same, so kills prove nothing\n", path);
        return false;
    }
    return tell_results(path);
}

/* ---- tellings in which a step fails */

static void tell_with_fault(const char *path, telling_fn *tell)
{
    struct crash_end end = {0};

    plan.stage = FAILING;
    tell(path, &end);
    if (!plan.ends_at) {
        printf("# %s was not reached\n", plan.fail_kind);
        end.failures++;
    }
    end_child(&end);
}

static void try_fault(const char *path, telling_fn *tell, struct crash_step *s, long number, int64_t fails_for)
{
    static const int errors[] = {ENOSPC, EROFS, EIO};
    int status = 0;
    pid_t child;

    fflush(stdout);
    plan.fail_kind = s->kind;
    plan.fail_number = number;
    plan.fails_for = fails_for;
    plan.error = errors[s->runs % 3];
    snprintf(plan.where, sizeof plan.where, "%s failed with %s, number %ld of %ld%s", s->kind, strerror(plan.error),
             number, s->total, fails_for ? ", and all else for a while" : "");
    child = fork();
    if (child == 0)
        tell_with_fault(path, tell);
    s->runs++;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        s->failed++;
        if (WIFSIGNALED(status))
            printf("# %s: ended with signal %d\n", plan.where, WTERMSIG(status));
    }
}

bool fault_tell(const char *path, telling_fn *tell)
{
    plan.faults = true;
    if (!tell_undisturbed(path, tell))
        return false;
    plan.stage = OFF;
    for (size_t i = 0; i < plan.n; i++) {
        struct crash_step *s = &plan.steps[i];

        for (long number = 1; number <= s->total; number = number < 2 && s->total > 2 ? 2 : number + s->total)
            for (int lasting = 0; lasting < 2; lasting++)
                try_fault(path, tell, s, number, lasting ? TROUBLE_S : 0);
        if (s->total > 2)
            for (int lasting = 0; lasting < 2; lasting++)
                try_fault(path, tell, s, s->total, lasting ? TROUBLE_S : 0);
    }
    return tell_results(path);
}
