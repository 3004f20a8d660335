/* The clock that tests set and move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

static void a_set_clock_stands_still_and_moves_on_demand(void **state)
{
    (void)state;
    clock_set(5000);
    int64_t boot = clock_boot();
    assert_int_equal(clock_now(), 5000);
    assert_int_equal(clock_now_ms(), 5000000);
    clock_advance(60);
    assert_int_equal(clock_now(), 5060);
    assert_int_equal(clock_boot(), boot + 60);
    clock_set(9000); /* somebody set the clock: no time has passed */
    assert_int_equal(clock_now(), 9000);
    assert_int_equal(clock_boot(), boot + 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_set_clock_stands_still_and_moves_on_demand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
