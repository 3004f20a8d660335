/* The command line's grammar: nouns, verbs, words, options, and the exit status of each mistake. */
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

#include "cli/cli.h"

static struct args seen;
static int runs;

static enum exit_code note_args(const struct args *args)
{
    seen = *args;
    runs++;
    return CLI_OK;
}

static const struct verb thing_verbs[] = {
    {"show", "show CODE", "Shows.", 1, 1, OPTION_BIT(OPT_JSON), 0, note_args},
    {"send", "send REF --party CODE", "Sends.", 1, 2, OPTION_BIT(OPT_PARTY) | OPTION_BIT(OPT_YES),
     OPTION_BIT(OPT_PARTY), note_args},
};
static const struct verb alone_verbs[] = {{NULL, "[REF]", "Looks.", 0, 1, 0, 0, note_args}};
static const struct noun thing = {"thing", "a thing", thing_verbs, 2}, alone = {"alone", "no verbs", alone_verbs, 1};

/* Runs it with stdout and stderr thrown away. */
static enum exit_code run(const char *line)
{
    static const struct noun *const nouns[] = {&thing, &alone};
    static char *argv[16], copy[256]; /* what was seen points into them */
    int argc = 0, null = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(1), err = dup(2);
    snprintf(copy, sizeof copy, "taamim %s", line);
    for (char *word = strtok(copy, " "); word && argc < 15; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    runs = 0;
    optind = 0; /* getopt begins anew */
    fflush(stdout);
    dup2(null, 1);
    dup2(null, 2);
    enum exit_code code = cli_run(nouns, 2, argc, argv);
    fflush(stdout);
    dup2(out, 1);
    dup2(err, 2);
    close(null);
    close(out);
    close(err);
    return code;
}

static void exit_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum exit_code code;
        int runs;
    } rows[] = {
        {"", CLI_USAGE, 0},
        {"--help", CLI_OK, 0},
        {"nothing", CLI_USAGE, 0},
        {"thing", CLI_USAGE, 0},
        {"thing --help", CLI_OK, 0},
        {"thing nothing", CLI_USAGE, 0},
        {"thing show", CLI_USAGE, 0},
        {"thing show --help", CLI_OK, 0},
        {"thing show JO", CLI_OK, 1},
        {"thing show JO --json", CLI_OK, 1},
        {"--json thing show JO", CLI_OK, 1},
        {"thing --json show JO", CLI_OK, 1},
        {"thing show JO AE", CLI_USAGE, 0},
        {"thing show JO --party AE", CLI_USAGE, 0},
        {"thing show JO --nonsense", CLI_USAGE, 0},
        {"thing send R", CLI_USAGE, 0},
        {"thing send R --party", CLI_USAGE, 0},
        {"thing send R --party JO", CLI_OK, 1},
        {"thing send --party JO R --yes", CLI_OK, 1},
        {"alone", CLI_OK, 1},
        {"alone REF", CLI_OK, 1},
        {"alone REF MORE", CLI_USAGE, 0},
        {"-c", CLI_USAGE, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum exit_code code = run(rows[i].line);
        if (code != rows[i].code || runs != rows[i].runs)
            fail_msg("'%s': status %d, run %d times", rows[i].line, (int)code, runs);
    }
}

static void a_verb_gets_its_words_and_options(void **state)
{
    (void)state;
    assert_int_equal(run("thing -c own.conf send R --party JO S --yes"), CLI_OK);
    assert_string_equal(seen.config, "own.conf");
    assert_int_equal(seen.n_words, 2);
    assert_string_equal(seen.words[0], "R");
    assert_string_equal(seen.words[1], "S");
    assert_string_equal(seen.option[OPT_PARTY], "JO");
    assert_non_null(seen.option[OPT_YES]);
    assert_null(seen.option[OPT_JSON]);
}

static void the_configuration_comes_from_the_environment_too(void **state)
{
    (void)state;
    setenv("TAAMIM_CONFIG", "env.conf", 1);
    run("alone");
    assert_string_equal(seen.config, "env.conf");
    run("alone -c given.conf");
    assert_string_equal(seen.config, "given.conf");
    unsetenv("TAAMIM_CONFIG");
    run("alone");
    assert_string_equal(seen.config, "/etc/taamim/taamim.conf");
}

static void instants_for_programs(void **state)
{
    (void)state;
    json_t *none = when_json(0), *some = when_json(1797371999);
    assert_true(json_is_null(none));
    assert_string_equal(json_string_value(some), "2026-12-15T21:59:59Z");
    json_decref(none);
    json_decref(some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_statuses),
        cmocka_unit_test(a_verb_gets_its_words_and_options),
        cmocka_unit_test(the_configuration_comes_from_the_environment_too),
        cmocka_unit_test(instants_for_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
