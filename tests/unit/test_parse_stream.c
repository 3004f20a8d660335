/* What the parser reads from: a file, whose contents stay there however large they are. */
#include "parse_case.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"

#define LARGE_BYTES ((size_t)40 << 20)
#define FLAT_KB     24576 /* the libraries, mostly shared, are 14 MB of it */

static bool memory_checker(void)
{
#ifdef __SANITIZE_ADDRESS__
    return true;
#else
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "valgrind");
#endif
}

/* The head, then lines of base64, LARGE_BYTES of them, then the tail. */
static FILE *large_message(const char *head, const char *tail)
{
    static const char line[] = "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1Njc4OWFiY2RlZmdo\n";
    FILE *f = tmpfile();
    assert_non_null(f);
    fputs(head, f);
    for (size_t n = 0; n < LARGE_BYTES; n += sizeof line - 1)
        fputs(line, f);
    fputs(tail, f);
    assert_int_equal(fflush(f), 0);
    return f;
}

static long peak_kb(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

/* In a process of its own, whose peak is that of this message. */
static int parse_apart(FILE *message)
{
    FILE *scratch = tmpfile();
    int status;
    assert_non_null(scratch);
    pid_t pid = fork();
    if (pid == 0) {
        struct facts f;
        struct err e = {0};
        long before = peak_kb();
        if (!parse_message(arena_new(), fileno(message), fileno(scratch), &f, &e) || f.n_parts != 1)
            _exit(1);
        if (f.parts[0].size < (int64_t)(LARGE_BYTES / 2))
            _exit(2);
        _exit(peak_kb() - before < FLAT_KB ? 0 : 3);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    fclose(scratch);
    fclose(message);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_large_paper_costs_no_memory(void **state)
{
    static const struct {
        const char *head, *tail;
    } rows[] = {
        {"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nwords\n"
         "--B\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n",
         "--B--\n"},
        {"Subject: x\nMIME-Version: 1.0\nContent-Type: application/pdf; name=a.pdf\n\n", ""},
    };
    (void)state;
    if (memory_checker())
        skip();
    assert_true(parse_prepare(NULL));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(parse_apart(large_message(rows[i].head, rows[i].tail)), 0);
}

/* GMime cannot keep its place in a pipe and gives no message for it: that is said. */
static void a_pipe_is_no_message(void **state)
{
    static const char text[] = "Subject: x\n\nwords\n";
    struct facts f = {.date_at = 7};
    struct err e = {0};
    FILE *scratch = tmpfile();
    int ends[2];
    (void)state;
    ARENA_SCOPED a = arena_new();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
    close(ends[1]);
    assert_false(parse_message(a, ends[0], fileno(scratch), &f, &e));
    assert_int_equal(e.kind, ERR_PERM);
    assert_int_equal(f.date_at, 7);
    close(ends[0]);
    fclose(scratch);
}

/* What a full disk does must not be told of the sender's file: "only a part of it could be read". */
static void a_full_disk_is_no_fault_of_the_message(void **state)
{
    static const char message[] = "From: <a@b.example>\nContent-Type: application/pdf; name=\"paper.pdf\"\n"
                                  "Content-Disposition: attachment; filename=\"paper.pdf\"\n\n%PDF-1.4\n";
    struct arena *a = arena_new();
    struct facts f;
    struct err e = {0};
    FILE *file = tmpfile();
    FD_SCOPED full = open("/dev/full", O_RDWR | O_CLOEXEC);

    (void)state;
    assert_non_null(file);
    assert_true(full >= 0);
    fputs(message, file);
    assert_int_equal(fflush(file), 0);
    assert_false(parse_message(a, fileno(file), full, &f, &e));
    assert_int_equal(e.kind, ERR_TEMP);
    fclose(file);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_paper_costs_no_memory),
        cmocka_unit_test(a_pipe_is_no_message),
        cmocka_unit_test(a_full_disk_is_no_fault_of_the_message),
    };
    return cmocka_run_group_tests_name("parse/stream", tests, NULL, NULL);
}
