/* What an officer writes and answers before something goes to all: the file of a corrigendum, and the question. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/round.h"

static char path[] = "/tmp/taamim-note-XXXXXX";

static int begin(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int end(void **state)
{
    (void)state;
    return unlink(path);
}

static bool read_note(struct arena *a, const char *bytes, size_t n, struct note *out, struct err *e)
{
    *e = (struct err){0};
    assert_true(file_write(path, bytes, n, 0600, e));
    return note_read(a, path, out, e);
}

static void a_note_is_text_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *why; /* NULL: taken */
    } notes[] = {
        {"The annex follows.\n", 19, NULL},
        {"", 0, "empty"},
        {" \n\t\r\n", 5, "empty"},
        {"an\0nex", 6, "UTF-8"},
        {"\xff\xfe"
         "a\0",
         4, "UTF-8"},
        {"caf\xe9\n", 5, "UTF-8"},
        {"[ar]\nنص\n[fr]\nTexte\n", sizeof "[ar]\nنص\n[fr]\nTexte\n" - 1, NULL},
        {"Text\n[ar]\nنص\n", sizeof "Text\n[ar]\nنص\n" - 1, "before the first section"},
        {"[fr]\nUn\n[fr]\nDeux\n", 18, "two sections [fr]"},
        {"[fr]\n \n[en]\nOne\n", 16, "[fr] is empty"},
        {"[en]\nOne\n[de]\nEins\n", 19, "[de] is no section"},
        {"[en]", 4, "[en] is empty"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        ARENA_SCOPED a = arena_new();
        struct note note;
        struct err e;
        bool good = read_note(a, notes[i].bytes, notes[i].n, &note, &e);
        if (good != !notes[i].why || (!good && !strstr(e.text, notes[i].why)))
            fail_msg("note %zu: %s", i, good ? "was taken" : e.text);
    }
}

static void a_long_note_is_refused(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct note note;
    struct err e;
    size_t n = (64 << 10) + 1;
    char *bytes = malloc(n);
    memset(bytes, 'a', n);
    assert_false(read_note(a, bytes, n, &note, &e));
    assert_true(read_note(a, bytes, n - 1, &note, &e));
    free(bytes);
}

static void sections_are_told_apart(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    struct note note;
    struct err e;
    const char *text = "\n[ar]\r\nنص أول\n\nنص ثان\n[fr] \nTexte [en] suivi\n";
    assert_true(read_note(a, text, strlen(text), &note, &e));
    assert_string_equal(note.by_language[LANG_AR], "نص أول\n\nنص ثان\n");
    assert_string_equal(note.by_language[LANG_FR], "Texte [en] suivi\n");
    assert_null(note.by_language[LANG_EN]);
    assert_true(read_note(a, "See [ar] below.\n", 16, &note, &e));
    for (int i = 0; i < LANG_COUNT; i++)
        assert_null(note.by_language[i]);
}

/* stdin is no terminal, and no configuration is there to act with. */
static enum exit_code run(const char *line)
{
    static const struct noun *const nouns[] = {&round_noun};
    char *argv[16], copy[256];
    int argc = 0, null = open("/dev/null", O_RDWR | O_CLOEXEC), in = dup(0), out = dup(1), err = dup(2);
    snprintf(copy, sizeof copy, "taamim -c /nonexistent.conf round %s", line);
    for (char *word = strtok(copy, " "); word && argc < 15; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    optind = 0;
    fflush(stdout);
    dup2(null, 0), dup2(null, 1), dup2(null, 2);
    enum exit_code code = cli_run(nouns, 1, argc, argv);
    fflush(stdout);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    close(null), close(in), close(out), close(err);
    return code;
}

static void without_a_terminal_yes_is_demanded(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(file_write(path, "A note.\n", 8, 0600, &e));
    const char *note = path;
    char line[100];
    snprintf(line, sizeof line, "note R %s", note);
    assert_int_equal(run(line), CLI_USAGE);
    assert_int_equal(run("extend R 2026-06-01"), CLI_USAGE);
    assert_int_equal(run("close R"), CLI_USAGE);
    assert_int_equal(run("cancel R"), CLI_USAGE);
    /* these come as far as the configuration */
    assert_int_equal(run("extend R 2026-06-01 --party JO"), CLI_FAILED);
    assert_int_equal(run("extend R 2026-06-01 --yes"), CLI_FAILED);
    assert_int_equal(run("close R --yes"), CLI_FAILED);
    assert_int_equal(run("cancel R --yes"), CLI_FAILED);
    assert_int_equal(run("remind R"), CLI_FAILED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_text_or_refused),
        cmocka_unit_test(a_long_note_is_refused),
        cmocka_unit_test(sections_are_told_apart),
        cmocka_unit_test(without_a_terminal_yes_is_demanded),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
