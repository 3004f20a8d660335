/* Comments and quoted strings: where each ends, and which are left open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "mail/lex.h"

static const struct {
    const char *text, *behind;
    bool open;
} rows[] = {
    {"", "", false},
    {"a (b)", "a (b)", false},
    {"\\\"a", "\\\"a", false},
    {"(a) b", " b", false},
    {"(a (b) c) d", " d", false},
    {"(a \\) b) c", " c", false},
    {"(a \") b", " b", false},
    {"(a ((b) c", "", true},
    {"(", "", true},
    {"(\\", "", true},
    {"\"a;\" b", " b", false},
    {"\"a \\\" b\" c", " c", false},
    {"\"a ( b\" c", " c", false},
    {"\"\"", "", false},
    {"\"a", "", true},
    {"\"a\\\"", "", true},
};

static void each_ends_where_it_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = strdup(rows[i].text); /* of its exact size, for the memory checker */
        bool open = false;
        const char *behind = lex_skip(text, &open);
        if (strcmp(behind, rows[i].behind) != 0 || open != rows[i].open)
            fail_msg("%s: before '%s'%s", rows[i].text, behind, open ? ", open" : "");
        assert_ptr_equal(lex_skip(text, NULL), behind);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_ends_where_it_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
