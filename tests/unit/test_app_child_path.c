/* Where the children's programs are looked for, and what is said where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/child_path.h"
#include "app_case.h"

static char folder[] = "/tmp/taamim-libexec-XXXXXX";

/* `given` is of $TAAMIM_LIBEXEC, `set` of paths.libexec; "@" the folder that has the program. */
static void where_it_is_looked_for(void **state)
{
    static const struct {
        const char *given, *set;
        bool found;
        const char *told[3];
    } rows[] = {
        {"@", NULL, true, {0}},
        {NULL, "@", true, {0}},
        {"/nowhere/a", "@", true, {0}},
        {"/nowhere/a", "/nowhere/b", false, {"/nowhere/a ($TAAMIM_LIBEXEC)", "/nowhere/b (paths.libexec)", "../lib/"}},
        {NULL, "/nowhere/b", false, {"/nowhere/b (paths.libexec)", "../lib/taamim", "no taamim-odd"}},
        {NULL, NULL, false, {"../lib/taamim", "set paths.libexec", "$TAAMIM_LIBEXEC"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ARENA_SCOPED a = arena_new();
        const char *given = rows[i].given, *set = rows[i].set;
        struct config c = {.libexec_dir = set && *set == '@' ? folder : set};
        struct err e = {0};
        const char *path;

        unsetenv("TAAMIM_LIBEXEC");
        if (given)
            setenv("TAAMIM_LIBEXEC", *given == '@' ? folder : given, 1);
        path = child_path(a, &c, "odd", &e);
        assert_int_equal(path != NULL, rows[i].found);
        for (int k = 0; !path && k < 3; k++)
            if (!strstr(e.text, rows[i].told[k]))
                fail_msg("row %zu: no \"%s\" in: %s", i, rows[i].told[k], e.text);
    }
    unsetenv("TAAMIM_LIBEXEC");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(where_it_is_looked_for)};
    ARENA_SCOPED a = arena_new();
    const char *program;

    if (!mkdtemp(folder))
        return 1;
    program = arena_printf(a, "%s/taamim-odd", folder);
    write_case(program, "#!/bin/sh\n", 10);
    chmod(program, 0700);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(program);
    remove(folder);
    return failed;
}
