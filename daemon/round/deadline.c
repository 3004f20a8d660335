/* deadline.c - dates as people write them, and when the reminders around them fall.
 *
 * Everything is computed from a civil date in the secretariat's zone, so that a night in which the clock changes moves
 * no day. A date that is not understood wholly is refused with what was expected: half a date in a call for papers is
 * worse than none. */
#include "round/deadline.h"
#include <stdio.h>
#include <string.h>
#include "round/words.h"

#define DAY_S    86400
#define YEAR_MIN 2000
#define YEAR_MAX 2199
#define EXPECTED "expected a date like 2026-12-15, 2026-12-15 14:00, 15 December 2026 or 15/12/2026"
#define SHOWN    "%.120s" /* as much of a wrong text as an error repeats */

static bool ends_clean(const struct words *w, size_t i)
{
    return w->whole && i == w->n && (w->word[i].before[0] == '\0' || strcmp(w->word[i].before, " ") == 0);
}

static bool is_number(const struct word *w, int max_digits)
{
    return w->digits > 0 && w->digits <= max_digits;
}
static bool after(const struct word *w, const char *separator)
{
    return strcmp(w->before, separator) == 0;
}

static const char *const day_endings[] = {"st", "nd", "rd", "th", "er", NULL};

/* number SEP number SEP number: the year first (with '-' or '/') or last (with '/'). */
static size_t read_numeric_date(const struct word *w, struct civil *c)
{
    bool slash = after(w + 1, "/");
    if (!w[0].digits || !w[1].digits || !w[2].digits || !(slash || after(w + 1, "-")) ||
        strcmp(w[1].before, w[2].before) != 0)
        return 0;
    const struct word *year = w[0].digits == 4 ? &w[0] : &w[2];
    const struct word *day = w[0].digits == 4 ? &w[2] : &w[0];
    if (year->digits != 4 || (year == &w[2] && !slash) || !is_number(day, 2) || !is_number(&w[1], 2))
        return 0;
    c->year = year->number;
    c->month = w[1].number;
    c->day = day->number;
    return 3;
}

/* day month-in-words [/ the same month in the other usage] year */
static size_t read_worded_date(const struct word *w, struct civil *c)
{
    size_t i = 1, used = 0;
    if (!is_number(&w[0], 2))
        return 0;
    if (after(w + 1, "") && word_in(w + 1, day_endings))
        i = 2;
    int month = after(w + i, " ") ? words_month(w + i, &used) : 0;
    if (!month)
        return 0;
    i += used;
    if (after(w + i, "/") && words_month(w + i, &used) == month)
        i += used;
    if (w[i].digits != 4 || !after(w + i, " "))
        return 0;
    c->year = w[i].number;
    c->month = month;
    c->day = w[0].number;
    return i + 1;
}

/* " 14:00" or "T14:00", seconds if wished. */
static size_t read_time(const struct word *w, struct civil *c)
{
    size_t i = after(w, "") && word_is(w, "t") ? 1 : 0;
    const char *first = i ? "" : " ";
    if (!is_number(&w[i], 2) || !after(w + i, first) || w[i + 1].digits != 2 || !after(w + i + 1, ":"))
        return 0;
    c->hour = w[i].number;
    c->minute = w[i + 1].number;
    if (!after(w + i + 2, ":") || w[i + 2].digits != 2)
        return i + 2;
    c->second = w[i + 2].number;
    return i + 3;
}

/* The last second of a day is the one before the next day's first, however often the hour before it comes. */
static int64_t end_of_day(const struct zone *zone, struct civil c)
{
    c.hour = 23;
    c.minute = c.second = 59;
    int64_t last = zone_instant(zone, c, true);
    if (civil_compare_days(zone_civil(zone, last), c) == 0)
        return last;
    c = civil_add_days(c, 1);
    c.hour = c.minute = c.second = 0;
    return zone_instant(zone, c, false) - 1;
}

static bool check_date(const char *text, struct civil c, struct err *e)
{
    if (c.month < 1 || c.month > 12)
        return err_perm(
            e,
            "'" SHOWN
            "': there is no month %d; day, month and year are expected in this order, as in 15/12/2026, or 2026-12-15",
            text, c.month);
    if (c.year < YEAR_MIN || c.year > YEAR_MAX)
        return err_perm(e, "'" SHOWN "': a year from %d to %d is expected", text, YEAR_MIN, YEAR_MAX);
    if (c.hour > 23 || c.minute > 59 || c.second > 59)
        return err_perm(e, "'" SHOWN "': a time from 00:00 to 23:59 is expected", text);
    if (!civil_valid(c))
        return err_perm(e, "'" SHOWN "': that month has no day %d; " EXPECTED, text, c.day);
    return true;
}

static bool parse_date(const char *text, const struct words *w, const struct zone *zone, struct deadline *out,
                       struct err *e)
{
    struct deadline d = {0};
    size_t i = read_numeric_date(w->word, &d.local);
    if (i == 0)
        i = read_worded_date(w->word, &d.local);
    if (i == 0)
        return err_perm(e, "'" SHOWN "' is not understood; " EXPECTED, text);
    size_t time = read_time(&w->word[i], &d.local);
    d.has_time = time > 0;
    if (!ends_clean(w, i + time))
        return err_perm(e, "'" SHOWN "' has more than a date, or a time that is not like 14:00; " EXPECTED, text);
    if (!check_date(text, d.local, e))
        return false;
    d.at = d.has_time ? zone_instant(zone, d.local, true) : end_of_day(zone, d.local);
    if (!d.has_time) {
        d.local.hour = 23;
        d.local.minute = d.local.second = 59;
    }
    d.local.weekday = civil_weekday(d.local);
    *out = d;
    return true;
}

static const struct {
    const char *letter;
    enum step_unit unit;
    int seconds, max;
} units[] = {{"d", STEP_DAYS, DAY_S, 366},
             {"h", STEP_HOURS, 3600, 24 * 366},
             {"m", STEP_MINUTES, 60, 1440 * 366},
             {"s", STEP_SECONDS, 1, DAY_S * 366}};

/* sign number letter, and nothing else */
static bool read_amount(const struct words *w, struct step *out)
{
    const char *sign = w->word[0].before;
    bool minus = strcmp(sign, "-") == 0;
    if (w->n != 2 || !w->word[0].digits || !after(&w->word[1], "") || !ends_clean(w, 2) ||
        (!minus && strcmp(sign, "+") != 0))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!word_is(&w->word[1], units[i].letter) || w->word[0].number > units[i].max)
            continue;
        out->amount = minus ? -w->word[0].number : w->word[0].number;
        out->unit = units[i].unit;
        return true;
    }
    return false;
}

static int64_t step_seconds(struct step s)
{
    return (int64_t)s.amount * units[s.unit].seconds;
}

bool deadline_parse(const char *text, const struct zone *zone, int64_t now_at, struct deadline *out, struct err *e)
{
    struct words w;
    struct step s;
    words_of(text, &w);
    if (strcmp(w.word[0].before, "+") == 0) {
        if (!read_amount(&w, &s) || s.unit == STEP_DAYS)
            return err_perm(e, "'" SHOWN "' is not understood; a time from now is written +40s, +3m or +2h", text);
        int64_t at = now_at + step_seconds(s);
        *out = (struct deadline){.at = at, .local = zone_civil(zone, at), .has_time = true};
        return true;
    }
    if (w.word[0].before[0] != '\0' && strcmp(w.word[0].before, " ") != 0)
        return err_perm(e, "'" SHOWN "' is not understood; " EXPECTED, text);
    return parse_date(text, &w, zone, out, e);
}

bool step_parse(const char *text, struct step *out, struct err *e)
{
    struct words w;
    struct step s;
    words_of(text, &w);
    if (!read_amount(&w, &s))
        return err_perm(
            e, "'" SHOWN "' is no step; expected a sign, a number and d, h, m or s, at most 366 days, as in -7d or +1d",
            text);
    *out = s;
    return true;
}

void step_format(struct step s, char out[16])
{
    snprintf(out, 16, "%+d%s", s.amount, units[s.unit].letter);
}

#define ALL_WEEK 127u

/* Where no day of the week is left in common, the secretariat's own week counts. */
static unsigned closed_days(const struct working_time *w, unsigned other_weekend)
{
    unsigned closed = (w->weekend | other_weekend) & ALL_WEEK;
    if (closed == ALL_WEEK)
        closed = w->weekend & ALL_WEEK;
    return closed == ALL_WEEK ? 0 : closed;
}

static bool is_closed(unsigned closed, struct civil c)
{
    return closed & WEEKDAY_BIT(civil_weekday(c));
}

static int opening_minute(const struct working_time *w)
{
    return w->from_minute < w->to_minute ? w->from_minute : 0;
}
static int closing_minute(const struct working_time *w)
{
    return w->from_minute < w->to_minute ? w->to_minute : 1440;
}

static int64_t opening_of(const struct zone *zone, const struct working_time *w, struct civil c)
{
    c.hour = opening_minute(w) / 60;
    c.minute = opening_minute(w) % 60;
    c.second = 0;
    return zone_instant(zone, c, false);
}

int64_t working_next(const struct zone *zone, const struct working_time *w, unsigned other_weekend, int64_t at)
{
    unsigned closed = closed_days(w, other_weekend);
    struct civil c = zone_civil(zone, at);
    int minute = c.hour * 60 + c.minute;
    if (!is_closed(closed, c) && minute < closing_minute(w)) {
        int64_t opening = opening_of(zone, w, c);
        return minute >= opening_minute(w) || opening < at ? at : opening;
    }
    do
        c = civil_add_days(c, 1);
    while (is_closed(closed, c));
    return opening_of(zone, w, c);
}

int64_t step_at(const struct zone *zone, const struct working_time *w, unsigned other_weekend, const struct deadline *d,
                struct step s)
{
    if (s.unit != STEP_DAYS)
        return working_next(zone, w, 0, d->at + step_seconds(s));
    unsigned closed = closed_days(w, other_weekend);
    struct civil c = civil_add_days(d->local, s.amount);
    while (is_closed(closed, c))
        c = civil_add_days(c, s.amount > 0 ? 1 : -1);
    return opening_of(zone, w, c);
}

static int64_t earlier(int64_t one, int64_t other)
{
    return one == 0 || (other != 0 && other < one) ? other : one;
}

/* A reminder of what is still to come has no sense once the deadline has passed. */
static bool is_overtaken(struct step s, const struct deadline *d, int64_t at)
{
    return s.amount <= 0 && at > d->at;
}

struct reminder_due reminder_due(const struct zone *zone, const struct working_time *w, unsigned other_weekend,
                                 const struct deadline *d, const struct step *steps, size_t n_steps, unsigned done,
                                 int64_t launched_at, int64_t now_at)
{
    struct reminder_due due = {.step = -1, .done_out = done};
    int64_t latest_at = 0;
    for (size_t i = 0; i < n_steps && i < STEPS_MAX; i++) {
        int64_t at = step_at(zone, w, other_weekend, d, steps[i]);
        if ((done & 1u << i) || at <= launched_at || is_overtaken(steps[i], d, at) || is_overtaken(steps[i], d, now_at))
            continue;
        if (at > now_at) {
            due.next_at = earlier(due.next_at, at);
            continue;
        }
        due.done_out |= 1u << i;
        if (due.step < 0 || at > latest_at ||
            (at == latest_at && step_seconds(steps[i]) > step_seconds(steps[due.step]))) {
            due.step = (int)i;
            latest_at = at;
        }
    }
    if (due.step < 0)
        return due;
    int64_t may_at = working_next(zone, w, steps[due.step].unit == STEP_DAYS ? other_weekend : 0, now_at);
    if (may_at == now_at)
        return due;
    return (struct reminder_due){.step = -1, .done_out = done, .next_at = earlier(due.next_at, may_at)};
}
