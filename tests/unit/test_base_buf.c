/* Bytes that grow, and stop growing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

static void text_is_added_and_dropped(void **state)
{
    (void)state;
    BUF_SCOPED b = {0};
    assert_string_equal(buf_text(&b), "");
    buf_adds(&b, NULL);
    buf_adds(&b, "one ");
    buf_addf(&b, "%d%s", 2, " three");
    buf_addc(&b, '!');
    assert_string_equal(buf_text(&b), "one 2 three!");
    buf_drop(&b, 4);
    assert_string_equal(buf_text(&b), "2 three!");
    buf_drop(&b, 100);
    assert_int_equal(b.len, 0);
}

static void past_the_maximum_nothing_more_is_added(void **state)
{
    (void)state;
    BUF_SCOPED b = {.max = 4};
    buf_adds(&b, "abcd");
    assert_false(b.overflow);
    buf_addc(&b, 'e');
    assert_true(b.overflow);
    assert_string_equal(buf_text(&b), "abcd");
    buf_clear(&b);
    buf_addf(&b, "%s", "abcde");
    buf_addc(&b, 'x');
    assert_true(b.overflow);
    assert_string_equal(buf_text(&b), "");
    buf_add(&b, "x", SIZE_MAX);
    assert_true(b.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_added_and_dropped),
        cmocka_unit_test(past_the_maximum_nothing_more_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
