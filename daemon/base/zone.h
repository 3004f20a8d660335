/* zone.h - civil time in a named zone (RFC 9636 data of the system's tzdata, read by GLib).
 *
 * The system's data and not a library's own, because governments change their clocks at short notice: Egypt's summer
 * time came back in 2023. A zone is loaded once and is immutable. */
#ifndef TAAMIM_BASE_ZONE_H
#define TAAMIM_BASE_ZONE_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct zone;

/* A civil time: month 1-12, day 1-31; weekday 0 = Sunday .. 6 = Saturday (filled on output, ignored on input). */
struct civil {
    int year, month, day, hour, minute, second;
    int weekday;
};

struct zone *zone_open(const char *name, struct err *e); /* "Africa/Cairo"; NULL where tzdata has no such zone */
void zone_close(struct zone *z);
const char *zone_name(const struct zone *z);

struct civil zone_civil(const struct zone *z, int64_t at);
/* The instant of a civil time. A time that occurs twice gives the later instant where `last`, else the earlier; one
 * that is skipped gives the first instant after the gap. */
int64_t zone_instant(const struct zone *z, struct civil c, bool last);
int zone_offset_s(const struct zone *z, int64_t at); /* seconds east of UTC */

bool civil_valid(struct civil c);                      /* a real date (Gregorian) and time */
struct civil civil_add_days(struct civil c, int days); /* same time of day; weekday filled */
int civil_weekday(struct civil c);
int civil_compare_days(struct civil a, struct civil b); /* <0, 0, >0 by date alone */

#endif
