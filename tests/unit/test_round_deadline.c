/* Dates as people write them, days whose clock changes, steps and what is due. Cairo: 2026-04-24 skips 00:00, the night
 * of 2026-10-29 repeats 23:00. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "round/deadline.h"

static struct zone *cairo;
static const struct working_time office = {.weekend = WEEKEND_FRI_SAT, .from_minute = 9 * 60, .to_minute = 17 * 60};
static const struct working_time always = {.weekend = 0, .from_minute = 0, .to_minute = 1440};

static int open_zone(void **state)
{
    (void)state;
    cairo = zone_open("Africa/Cairo", NULL);
    return cairo ? 0 : -1;
}

static int close_zone(void **state)
{
    (void)state;
    zone_close(cairo);
    return 0;
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return zone_instant(cairo, (struct civil){year, month, day, hour, minute, 0, 0}, false);
}

#define DEC15 1797371999 /* 2026-12-15 23:59:59 +02 */
static const struct {
    const char *text;
    int64_t at;
    bool has_time;
} dates[] = {
    {"2026-12-15", DEC15, false},
    {" 2026-12-15 ", DEC15, false},
    {"٢٠٢٦-١٢-١٥", DEC15, false},
    {"۱۵/۱۲/۲۰۲۶", DEC15, false},
    {"15/12/2026", DEC15, false},
    {"2026/12/15", DEC15, false},
    {"15 December 2026", DEC15, false},
    {"15th december 2026", DEC15, false},
    {"15 décembre 2026", DEC15, false},
    {"15 DÉCEMBRE 2026", DEC15, false},
    {"15 de\u0301cembre 2026", DEC15, false},
    {"15 ديسمبر 2026", DEC15, false},
    {"١٥ ديسمبر ٢٠٢٦", DEC15, false},
    {"15 كانون الأول 2026", DEC15, false},
    {"15 كانون الاول 2026", DEC15, false},
    {"15 ديسمبر/كانون الأول 2026", DEC15, false},
    {"\u200f15 دجنبر 2026", DEC15, false},
    {"2026-12-15 14:00", DEC15 - 35999, true},
    {"2026-12-15T14:00", DEC15 - 35999, true},
    {"15 ديسمبر 2026 ١٤:٠٠", DEC15 - 35999, true},
    {"15/12/2026 14:00:30", DEC15 - 35969, true},
    {"2026-04-23", 1776981599, false},      /* 23:59:59 +02, then 01:00 +03 */
    {"2026-04-24", 1777064399, false},      /* 23:59:59 +03 */
    {"2026-04-24 00:30", 1776981600, true}, /* skipped: the first instant after */
    {"2026-10-29", 1793311199, false},      /* the second 23:59:59, +02 */
    {"2026-10-29 23:30", 1793309400, true}, /* the later one */
    {"2028-02-29", 1835474399, false},
    {"+40s", 1000040, true},
    {"+3m", 1000180, true},
    {"+2h", 1007200, true},
};

static void dates_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct deadline d;
        struct err e = {0};
        char *exact = strdup(dates[i].text);
        bool ok = deadline_parse(exact, cairo, 1000000, &d, &e);
        free(exact);
        if (!ok || d.at != dates[i].at || d.has_time != dates[i].has_time)
            fail_msg("'%s': %lld %s", dates[i].text, ok ? (long long)d.at : 0LL, e.text);
    }
}

static const char *const months[12][4] = {
    {"يناير", "كانون الثاني", "janvier", "January"},
    {"فبراير", "شباط", "février", "February"},
    {"مارس", "آذار", "mars", "March"},
    {"أبريل", "نيسان", "avril", "April"},
    {"مايو", "أيار", "mai", "May"},
    {"يونيو", "حزيران", "juin", "June"},
    {"يوليو", "تموز", "juillet", "July"},
    {"أغسطس", "آب", "août", "August"},
    {"سبتمبر", "أيلول", "septembre", "September"},
    {"أكتوبر", "تشرين الأول", "octobre", "October"},
    {"نوفمبر", "تشرين الثاني", "novembre", "November"},
    {"ديسمبر", "كانون الأول", "décembre", "December"},
};

static void months_in_every_usage(void **state)
{
    (void)state;
    for (int month = 0; month < 12; month++)
        for (int usage = 0; usage < 4; usage++) {
            char text[80];
            struct deadline d;
            struct err e = {0};
            snprintf(text, sizeof text, "%s %s 2027", usage == 2 ? "1er" : "1", months[month][usage]);
            if (!deadline_parse(text, cairo, 0, &d, &e) || d.local.month != month + 1 || d.local.day != 1)
                fail_msg("'%s': %s", text, e.text);
        }
}

static const char *const not_dates[] = {
    "",
    " ",
    "tomorrow",
    "2026-02-29",
    "2026-13-01",
    "12/15/2026",
    "31/04/2026",
    "2026-12",
    "15-12-2026",
    "15.12.2026",
    "15/12/26",
    "2026-12-15 24:00",
    "2026-12-15 14",
    "2026-12-15 14:60",
    "2026-12-15 2pm",
    "2026-12-15 14:00 or so",
    "2026-12-15x",
    "2026--12-15",
    "-2026-12-15",
    "2026-12/15",
    "15 Decembre",
    "15 كانون 2026",
    "15 ديسمبر/حزيران 2026",
    "15 December 2026 -",
    "0/1/2026",
    "2026-12-00",
    "9999-01-01",
    "99999999999-12-15",
    "+40",
    "+s",
    "+3d",
    "+ ",
    "-40s",
    "+40s later",
    "\xff\xff",
    "2026-12-15 \xd9",
};

static void what_is_no_date_says_what_is_expected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_dates / sizeof *not_dates; i++) {
        struct deadline d = {.at = 7};
        struct err e = {0};
        char *exact = strdup(not_dates[i]);
        if (deadline_parse(exact, cairo, 0, &d, &e))
            fail_msg("'%s' was taken for a date", exact);
        free(exact);
        assert_int_equal(e.kind, ERR_PERM);
        assert_true(strstr(e.text, "expected") || strstr(e.text, "is written"));
        assert_int_equal(d.at, 7);
    }
    char text[3100] = "2026-12-15";
    memset(text + 10, ' ', 3000);
    strcpy(text + 3010, "x");
    struct deadline d;
    assert_false(deadline_parse(text, cairo, 0, &d, NULL));
}

static void steps_are_read_and_written(void **state)
{
    (void)state;
    static const char *const good[] = {"-7d", "+1d", "-20s", "+3m", "-12h", "+0d"};
    static const char *const bad[] = {"",      "7d",   "-d", "-7", "-7w", "-7d ago", "--7d", "-400d", "-99999999999d",
                                      "- 7 d", "-7.5d"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct step s;
        char out[16];
        assert_true(step_parse(good[i], &s, NULL));
        step_format(s, out);
        assert_string_equal(out, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct step s;
        if (step_parse(bad[i], &s, NULL))
            fail_msg("'%s' was taken for a step", bad[i]);
    }
    struct step s;
    assert_true(step_parse("−٧d", &s, NULL));
    assert_int_equal(s.amount, -7);
}

static void working_time_begins_at_the_next_opening(void **state)
{
    (void)state;
    const int64_t thursday = at(2026, 12, 10, 10, 0);
    assert_int_equal(working_next(cairo, &office, 0, thursday), thursday);
    assert_int_equal(working_next(cairo, &office, 0, at(2026, 12, 10, 8, 59)), at(2026, 12, 10, 9, 0));
    assert_int_equal(working_next(cairo, &office, 0, at(2026, 12, 10, 17, 0)),
                     at(2026, 12, 13, 9, 0)); /* over Friday and Saturday */
    assert_int_equal(working_next(cairo, &office, WEEKEND_SAT_SUN, at(2026, 12, 10, 17, 0)),
                     at(2026, 12, 14, 9, 0)); /* and Sunday */
    assert_int_equal(working_next(cairo, &office, 127, at(2026, 12, 11, 12, 0)),
                     at(2026, 12, 13, 9, 0)); /* nothing in common: the secretariat's */
    assert_int_equal(working_next(cairo, &always, 0, at(2026, 12, 11, 3, 0)), at(2026, 12, 11, 3, 0));
    for (int64_t t = at(2026, 4, 22, 0, 0); t < at(2026, 4, 28, 0, 0);
         t += 600) /* never earlier, over the change of the clock */
        assert_true(working_next(cairo, &office, 0, t) >= t && working_next(cairo, &always, WEEKEND_SAT_SUN, t) >= t);
}

/* The deadline is Tuesday 15 December 2026 unless told. */
static const struct {
    const char *deadline, *step;
    unsigned weekend;
    int month, day, hour;
} moments[] = {
    {"2026-12-15", "-7d", 0, 12, 8, 9},
    {"2026-12-15", "-3d", 0, 12, 10, 9}, /* Saturday: back to Thursday */
    {"2026-12-15", "-2d", 0, 12, 13, 9},
    {"2026-12-15", "-2d", WEEKEND_SAT_SUN, 12, 10, 9}, /* the contact's Sunday: back to the common Thursday */
    {"2026-12-17", "+1d", 0, 12, 20, 9},               /* Friday: on to Sunday */
    {"2026-12-17", "+1d", WEEKEND_SAT_SUN, 12, 21, 9}, /* and on to Monday */
    {"2026-10-30", "-1d", 0, 10, 29, 9},
    {"2026-04-26", "-1d", 0, 4, 23, 9}, /* over the weekend in which the clock changes */
    {"2026-04-23", "+1d", 0, 4, 26, 9},
    {"2026-12-15 14:00", "-3h", 0, 12, 15, 11},
    {"2026-12-15 23:00", "-3h", 0, 12, 16, 9}, /* after hours: later rather than earlier */
};

static struct step a_step(const char *text)
{
    struct step s;
    assert_true(step_parse(text, &s, NULL));
    return s;
}

static struct deadline a_deadline(const char *text)
{
    struct deadline d;
    assert_true(deadline_parse(text, cairo, 0, &d, NULL));
    return d;
}

static void steps_fall_on_common_working_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct deadline d = a_deadline(moments[i].deadline);
        struct civil c = zone_civil(cairo, step_at(cairo, &office, moments[i].weekend, &d, a_step(moments[i].step)));
        if (c.month != moments[i].month || c.day != moments[i].day || c.hour != moments[i].hour)
            fail_msg("%s of %s: %d-%d %d:%02d", moments[i].step, moments[i].deadline, c.month, c.day, c.hour, c.minute);
    }
}

static const char *const usual[] = {"-14d", "-7d", "-3d", "-1d", "+1d"};
static struct reminder_due due_at(const struct working_time *w, const char *deadline, unsigned done,
                                  int64_t launched_at, int64_t now_at)
{
    struct step steps[5];
    struct deadline d = a_deadline(deadline);
    for (int i = 0; i < 5; i++)
        steps[i] = a_step(usual[i]);
    return reminder_due(cairo, w, 0, &d, steps, 5, done, launched_at, now_at);
}

static void assert_due(struct reminder_due r, int step, unsigned done, int64_t next_at)
{
    assert_int_equal(r.step, step);
    assert_int_equal(r.done_out, done);
    assert_int_equal(r.next_at, next_at);
}

static void reminders_come_once_and_together(void **state)
{
    (void)state;
    const int64_t launch = at(2026, 11, 22, 10, 0), first = at(2026, 12, 1, 9, 0), second = at(2026, 12, 8, 9, 0);
    const int64_t third = at(2026, 12, 10, 9, 0), fourth = at(2026, 12, 14, 9, 0), last = at(2026, 12, 16, 9, 0);
    assert_due(due_at(&office, "2026-12-15", 0, launch, launch), -1, 0, first);
    assert_due(due_at(&office, "2026-12-15", 0, launch, first), 0, 1, second);
    assert_due(due_at(&office, "2026-12-15", 1, launch, first), -1, 1, second);
    assert_due(due_at(&office, "2026-12-15", 1, launch, third + 60), 2, 7,
               fourth); /* two are overdue: one mail, the latest */
    assert_due(due_at(&office, "2026-12-15", 1, launch, third + 12 * 3600), -1, 1,
               at(2026, 12, 13, 9, 0)); /* after hours, and the weekend */
    assert_due(due_at(&office, "2026-12-15", 1, first + 60, second - 60), -1, 1, second);
    assert_due(due_at(&office, "2026-12-15", 0, third + 60, third + 120), -1, 0,
               fourth); /* before the launch: fallen */
    assert_due(due_at(&office, "2026-12-15", 7, launch, last - 3600), -1, 7,
               last); /* -1d overtaken by the deadline: not said any more */
    assert_due(due_at(&office, "2026-12-15", 7, launch, last), 4, 7 | 16, 0);
    assert_due(due_at(&office, "2026-12-15", 31, launch, last), -1, 31, 0);
    assert_due(due_at(&office, "2026-12-13", 0, at(2026, 12, 9, 12, 0), third), 3, 4 | 8,
               at(2026, 12, 14, 9, 0)); /* Sunday: -3d and -1d both on Thursday */
    assert_due(due_at(&office, "2026-12-29", 3, launch, first), -1, 3,
               at(2026, 12, 24, 9, 0)); /* moved deadline: what is done stays done */
}

static void a_step_moved_past_the_deadline_is_not_sent(void **state)
{
    (void)state;
    struct deadline d = a_deadline("2026-12-11 12:00"); /* a Friday */
    struct step s = a_step("-2h");
    assert_true(step_at(cairo, &office, 0, &d, s) > d.at);
    assert_due(reminder_due(cairo, &office, 0, &d, &s, 1, 0, 1, d.at + 3 * 86400), -1, 0, 0);
}

static void trials_run_in_seconds_at_any_hour(void **state)
{
    (void)state;
    struct deadline d;
    struct step steps[2] = {a_step("-20s"), a_step("+5s")};
    const int64_t now_at = at(2026, 12, 11, 3, 0); /* a Friday night */
    assert_true(deadline_parse("+40s", cairo, now_at, &d, NULL));
    assert_due(reminder_due(cairo, &always, WEEKEND_FRI_SAT, &d, steps, 2, 0, now_at, now_at + 19), -1, 0, now_at + 20);
    assert_due(reminder_due(cairo, &always, WEEKEND_FRI_SAT, &d, steps, 2, 0, now_at, now_at + 20), 0, 1, now_at + 45);
    assert_due(reminder_due(cairo, &always, WEEKEND_FRI_SAT, &d, steps, 2, 1, now_at, now_at + 45), 1, 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_understood),
        cmocka_unit_test(months_in_every_usage),
        cmocka_unit_test(what_is_no_date_says_what_is_expected),
        cmocka_unit_test(steps_are_read_and_written),
        cmocka_unit_test(working_time_begins_at_the_next_opening),
        cmocka_unit_test(steps_fall_on_common_working_days),
        cmocka_unit_test(reminders_come_once_and_together),
        cmocka_unit_test(a_step_moved_past_the_deadline_is_not_sent),
        cmocka_unit_test(trials_run_in_seconds_at_any_hour),
    };
    return cmocka_run_group_tests(tests, open_zone, close_zone);
}
