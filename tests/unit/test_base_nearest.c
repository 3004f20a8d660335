/* Which name was meant by a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/nearest.h"

static void names_that_are_near(void **state)
{
    static const char *const names[] = {"deadline", "documents", "title", "file", "to"};
    static const struct {
        const char *wrong, *meant;
    } rows[] = {
        {"dedline", "deadline"},
        {"titel", "title"},
        {"Title", "title"},
        {"fiel", "file"},
        {"titles", "title"},
        {"document", "documents"},
        {"x", NULL},
        {"", NULL},
        {"nothing", NULL},
        {"deadlinedeadlinedeadlinedeadlinedeadlinedeadlinedeadlinedeadlinedeadline", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *near = nearest_name(rows[i].wrong, names, sizeof names / sizeof *names);

        if (rows[i].meant)
            assert_string_equal(near, rows[i].meant);
        else
            assert_null(near);
    }
    assert_null(nearest_name("title", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_are_near)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
