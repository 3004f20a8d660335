/* zone.c - civil time from the system's tzdata, which GLib reads.
 *
 * GLib knows the intervals of a zone, in each of which the offset is constant; everything here is asked of them.
 * Dates are counted by timegm and gmtime_r, which know no zone. A name must be a file of tzdata: GLib would also take
 * "+02:00" or a rule written out, and those would not follow when a government changes its clocks. */
#include "base/zone.h"

#include <ctype.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"

enum { YEAR_MAX = 9999, OFFSET_MAX_S = 26 * 3600, DAY_S = 86400, NAME_MAX_BYTES = 64 };

struct zone {
    GTimeZone *rules;
    char *name;
};

static bool is_plain_name(const char *name)
{
    if (!isalpha((unsigned char)name[0]) || strlen(name) > NAME_MAX_BYTES)
        return false;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_+-/", *p))
            return false;
    return true;
}

static bool is_in_tzdata(const char *name)
{
    const char *folder = getenv("TZDIR"); /* as GLib does */
    g_autofree char *path = g_build_filename(folder ? folder : "/usr/share/zoneinfo", name, NULL);
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

struct zone *zone_open(const char *name, struct err *e)
{
    GTimeZone *rules = NULL;
    if (name && is_plain_name(name) && is_in_tzdata(name))
        rules = g_time_zone_new_identifier(name);
    if (!rules) {
        err_perm(e, "the system's time zone data has no zone \"%s\" (a name such as Africa/Cairo is meant)",
                 name ? name : "");
        return NULL;
    }
    struct zone *z = mem_alloc(sizeof *z);
    z->rules = rules;
    z->name = g_strdup(name);
    return z;
}

void zone_close(struct zone *z)
{
    if (!z)
        return;
    g_time_zone_unref(z->rules);
    g_free(z->name);
    free(z);
}

const char *zone_name(const struct zone *z)
{
    return z->name;
}

static int interval_at(const struct zone *z, int64_t at)
{
    return g_time_zone_find_interval(z->rules, G_TIME_TYPE_UNIVERSAL, at);
}

int zone_offset_s(const struct zone *z, int64_t at)
{
    return g_time_zone_get_offset(z->rules, interval_at(z, at));
}

static struct civil from_seconds(int64_t s)
{
    struct tm tm = {0};
    time_t t = (time_t)s;
    if (!gmtime_r(&t, &tm))
        abort();
    return (struct civil){.year = tm.tm_year + 1900,
                          .month = tm.tm_mon + 1,
                          .day = tm.tm_mday,
                          .hour = tm.tm_hour,
                          .minute = tm.tm_min,
                          .second = tm.tm_sec,
                          .weekday = tm.tm_wday};
}

static int64_t to_seconds(struct civil c)
{
    struct tm tm = {.tm_year = c.year - 1900,
                    .tm_mon = c.month - 1,
                    .tm_mday = c.day,
                    .tm_hour = c.hour,
                    .tm_min = c.minute,
                    .tm_sec = c.second};
    return timegm(&tm);
}

struct civil zone_civil(const struct zone *z, int64_t at)
{
    return from_seconds(at + zone_offset_s(z, at));
}

/* The first instant of `interval`, which lies after `before` and not after `within`. */
static int64_t interval_start(const struct zone *z, int interval, int64_t before, int64_t within)
{
    while (within - before > 1) {
        int64_t middle = before + (within - before) / 2;
        if (interval_at(z, middle) >= interval)
            within = middle;
        else
            before = middle;
    }
    return within;
}

int64_t zone_instant(const struct zone *z, struct civil c, bool last)
{
    int64_t local = to_seconds(c); /* read as if it were UTC */
    int64_t from = local - OFFSET_MAX_S, to = local + OFFSET_MAX_S;
    int first_interval = interval_at(z, from), last_interval = interval_at(z, to);
    int64_t found = 0, after_gap = to;
    bool any = false;
    for (int i = first_interval; i <= last_interval; i++) {
        int64_t at = local - g_time_zone_get_offset(z->rules, i);
        int there = interval_at(z, at);
        if (there == i && (!any || last)) {
            found = at;
            any = true;
        } else if (there < i) { /* in this interval's terms the time is before its start */
            int64_t start = interval_start(z, i, from, to);
            after_gap = start < after_gap ? start : after_gap;
        }
    }
    return any ? found : after_gap;
}

bool civil_valid(struct civil c)
{
    if (c.year < 1 || c.year > YEAR_MAX || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
        return false;
    if (!g_date_valid_dmy((GDateDay)c.day, (GDateMonth)c.month, (GDateYear)c.year))
        return false;
    return c.hour >= 0 && c.hour <= 23 && c.minute >= 0 && c.minute <= 59 && c.second >= 0 && c.second <= 59;
}

struct civil civil_add_days(struct civil c, int days)
{
    return from_seconds(to_seconds(c) + (int64_t)days * DAY_S);
}

int civil_weekday(struct civil c)
{
    return from_seconds(to_seconds(c)).weekday;
}

int civil_compare_days(struct civil a, struct civil b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}
