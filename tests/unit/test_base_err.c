/* Error texts stay one line of valid UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "base/err.h"

static void a_text_is_one_valid_line(void **state)
{
    (void)state;
    struct err e = {0};
    assert_false(err_temp(&e, "server said: %s",
                          "450 a\r\n\x01"
                          "b\xff \u0627\r\n"));
    assert_int_equal(e.kind, ERR_TEMP);
    assert_string_equal(e.text, "server said: 450 a   b? \u0627");
    assert_false(err_perm(NULL, "nobody asks"));
}

static void a_prefix_keeps_the_kind(void **state)
{
    (void)state;
    struct err e = {0};
    err_temp(&e, "disk full");
    assert_false(err_prefix(&e, "round %d", 7));
    assert_string_equal(e.text, "round 7: disk full");
    assert_int_equal(e.kind, ERR_TEMP);
    err_perm(&e, "again: %s", e.text);
    assert_string_equal(e.text, "again: round 7: disk full");
}

static void a_long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[4001] = "";
    for (int pad = 0; pad < 3; pad++) {
        memset(text, 'a', sizeof text);
        for (size_t i = (size_t)pad; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\u20ac", 3);
        text[4000] = '\0';
        struct err e = {0};
        err_perm(&e, "%s", text);
        assert_true(strlen(e.text) > sizeof e.text - 4);
        assert_true(g_utf8_validate(e.text, -1, NULL));
        assert_null(strchr(e.text, '?'));
        err_prefix(&e, "%s", "p");
        assert_true(g_utf8_validate(e.text, -1, NULL));
        assert_null(strchr(e.text, '?'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_one_valid_line),
        cmocka_unit_test(a_prefix_keeps_the_kind),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
