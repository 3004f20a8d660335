/* Memory of one event, and the lists in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    for (size_t n = 1; n < 40000; n = n * 2 + 1) {
        char *p = arena_alloc(a, n);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        assert_int_equal(p[0], 0);
        assert_int_equal(p[n - 1], 0);
        memset(p, 0xff, n);
    }
}

static void a_list_keeps_its_items(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    int *items = NULL;
    size_t n = 0;
    for (int i = 0; i < 1000; i++)
        ARENA_PUSH(a, items, n, i);
    assert_int_equal(n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
}

static void texts_are_copied(void **state)
{
    (void)state;
    ARENA_SCOPED a = arena_new();
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_strndup(a, "abc", 2), "ab");
    assert_string_equal(arena_strndup(a, "abc", 9), "abc");
    assert_string_equal(arena_printf(a, "%s/%d", "ARCP", 2026), "ARCP/2026");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(a_list_keeps_its_items),
        cmocka_unit_test(texts_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
