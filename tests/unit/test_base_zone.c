/* Civil time where it is not simple: nights that skip an hour or have one twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/zone.h"

enum { CAIRO, AMMAN, RIYADH, APIA };
static const char *const names[] = {"Africa/Cairo", "Asia/Amman", "Asia/Riyadh", "Pacific/Apia"};

static struct civil civil(int year, int month, int day, int hour, int minute, int second)
{
    return (struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute, .second = second};
}

/* Instants as zdump(8) gives them. */
static const struct row {
    int zone, year, month, day, hour, minute, second;
    int64_t first_at, last_at;
} rows[] = {
    {CAIRO, 2026, 4, 23, 23, 59, 59, 1776981599, 1776981599},
    {CAIRO, 2026, 4, 24, 0, 0, 0, 1776981600, 1776981600},   /* skipped: the first instant after the gap */
    {CAIRO, 2026, 4, 24, 0, 59, 59, 1776981600, 1776981600}, /* skipped too */
    {CAIRO, 2026, 4, 24, 1, 0, 0, 1776981600, 1776981600},
    {CAIRO, 2026, 4, 30, 23, 59, 59, 1777582799, 1777582799},
    {CAIRO, 2026, 10, 29, 22, 59, 59, 1793303999, 1793303999},
    {CAIRO, 2026, 10, 29, 23, 0, 0, 1793304000, 1793307600},   /* twice */
    {CAIRO, 2026, 10, 29, 23, 59, 59, 1793307599, 1793311199}, /* twice: the day ends with the second */
    {CAIRO, 2026, 10, 30, 0, 0, 0, 1793311200, 1793311200},
    {AMMAN, 2026, 6, 1, 12, 0, 0, 1780304400, 1780304400},
    {RIYADH, 2026, 6, 1, 12, 0, 0, 1780304400, 1780304400},
    {APIA, 2011, 12, 30, 12, 0, 0, 1325239200, 1325239200}, /* a whole day that Samoa left out */
};

static void civil_times_have_the_instants_of_tzdata(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct zone *z = zone_open(names[r->zone], NULL);
        assert_non_null(z);
        struct civil c = civil(r->year, r->month, r->day, r->hour, r->minute, r->second);
        int64_t first_at = zone_instant(z, c, false), last_at = zone_instant(z, c, true);
        if (first_at != r->first_at || last_at != r->last_at)
            fail_msg("row %zu: %lld and %lld", i, (long long)first_at, (long long)last_at);
        zone_close(z);
    }
}

static void instants_are_told_in_civil_time(void **state)
{
    (void)state;
    struct zone *z = zone_open("Africa/Cairo", NULL);
    struct civil before = zone_civil(z, 1776981599), after = zone_civil(z, 1776981600);
    assert_int_equal(before.day, 23);
    assert_int_equal(before.hour, 23);
    assert_int_equal(before.weekday, 4);
    assert_int_equal(after.day, 24);
    assert_int_equal(after.hour, 1);
    assert_int_equal(zone_offset_s(z, 1776981599), 7200);
    assert_int_equal(zone_offset_s(z, 1776981600), 10800);
    assert_string_equal(zone_name(z), "Africa/Cairo");
    zone_close(z);
}

static void every_hour_of_a_year_comes_back(void **state)
{
    (void)state;
    struct zone *z = zone_open("Africa/Cairo", NULL);
    for (int64_t at = 1767225600; at < 1798761600; at += 1800) {
        struct civil c = zone_civil(z, at);
        assert_true(zone_instant(z, c, false) == at || zone_instant(z, c, true) == at);
    }
    zone_close(z);
}

static void names_that_tzdata_lacks_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",       "Africa/Atlantis", "+02:00",         "../../../etc/passwd",   "/etc/localtime",
        "Africa", "EET-2EEST",       "Africa/Cairo\n", "Africa/../Africa/Cairo"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e = {0};
        assert_null(zone_open(bad[i], &e));
        assert_int_equal(e.kind, ERR_PERM);
    }
    assert_null(zone_open(NULL, NULL));
}

static void dates_are_gregorian(void **state)
{
    (void)state;
    assert_true(civil_valid(civil(2024, 2, 29, 23, 59, 59)));
    assert_false(civil_valid(civil(2026, 2, 29, 0, 0, 0)));
    assert_false(civil_valid(civil(2100, 2, 29, 0, 0, 0)));
    assert_false(civil_valid(civil(2026, 4, 31, 0, 0, 0)));
    assert_false(civil_valid(civil(2026, 13, 1, 0, 0, 0)));
    assert_false(civil_valid(civil(2026, 0, 1, 0, 0, 0)));
    assert_false(civil_valid(civil(0, 1, 1, 0, 0, 0)));
    assert_false(civil_valid(civil(2026, 1, 1, 24, 0, 0)));
    assert_false(civil_valid(civil(2026, 1, 1, 0, 60, 0)));
    assert_false(civil_valid(civil(2026, 1, 1, 0, 0, 60)));
}

static void days_are_added_across_months(void **state)
{
    (void)state;
    struct civil c = civil_add_days(civil(2026, 4, 30, 23, 59, 59), 1);
    assert_int_equal(c.month, 5);
    assert_int_equal(c.day, 1);
    assert_int_equal(c.hour, 23);
    assert_int_equal(c.weekday, 5);
    c = civil_add_days(civil(2024, 3, 1, 9, 0, 0), -1);
    assert_int_equal(c.day, 29);
    assert_int_equal(civil_weekday(civil(2026, 4, 30, 0, 0, 0)), 4);
    assert_true(civil_compare_days(civil(2026, 4, 30, 23, 0, 0), civil(2026, 5, 1, 0, 0, 0)) < 0);
    assert_true(civil_compare_days(civil(2026, 4, 30, 23, 0, 0), civil(2026, 4, 30, 0, 0, 0)) == 0);
    assert_true(civil_compare_days(civil(2027, 1, 1, 0, 0, 0), civil(2026, 12, 31, 0, 0, 0)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_times_have_the_instants_of_tzdata),
        cmocka_unit_test(instants_are_told_in_civil_time),
        cmocka_unit_test(every_hour_of_a_year_comes_back),
        cmocka_unit_test(names_that_tzdata_lacks_are_refused),
        cmocka_unit_test(dates_are_gregorian),
        cmocka_unit_test(days_are_added_across_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
