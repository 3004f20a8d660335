/* deadline.h - one stored instant, and the local date it came from.
 *
 * A deadline is a date in the secretariat's zone, to the end of that day (its last 23:59:59, whatever the clock
 * does that night) unless a time is given. Steps are relative to it: days move with working days, shorter units
 * (for trials) do not. Pure. */
#ifndef TAAMIM_ROUND_DEADLINE_H
#define TAAMIM_ROUND_DEADLINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/zone.h"
#include "round/party.h"

struct deadline {
    int64_t at;         /* the last second in which a reply is in time */
    struct civil local; /* what the officer wrote, completed */
    bool has_time;      /* a time was given */
};

/* "2026-12-15", "2026-12-15 14:00", "15 December 2026", "15/12/2026"; Arabic-Indic digits are understood; "+40s"
 * "+3m" relative to now (trials). */
bool deadline_parse(const char *text, const struct zone *zone, int64_t now_at, struct deadline *out, struct err *e);

enum step_unit { STEP_DAYS, STEP_HOURS, STEP_MINUTES, STEP_SECONDS };
struct step { /* "-7d", "+1d", "-20s" */
    int amount;
    enum step_unit unit;
};
#define STEPS_MAX 16
bool step_parse(const char *text, struct step *out, struct err *e);
void step_format(struct step s, char out[16]);

/* When the secretariat works. */
struct working_time {
    unsigned weekend;           /* WEEKDAY_BITs on which it does not; 0 = works every day */
    int from_minute, to_minute; /* of the local day; 0 and 1440 = all hours */
};
/* The first instant at or after `at` within the hours of a day that is in none of the weekends. */
int64_t working_next(const struct zone *zone, const struct working_time *w, unsigned other_weekend, int64_t at);

/* When a step is due for somebody with that weekend: on a common working day (earlier steps move to the one before,
 * later to the one after), at the opening hour. Exact for units below days, but still within the secretariat's
 * working hours, later rather than earlier; they heed no other weekend. */
int64_t step_at(const struct zone *zone, const struct working_time *w, unsigned other_weekend, const struct deadline *d,
                struct step s);

/* Which reminder is due now. `done` has a bit per step already told (sent, or fallen together with one that was).
 * Steps that are due and not done become one: the latest of them is returned as `step`, all of them are set in
 * done_out, beside what was done before. Nothing due: step -1, done_out as `done`, and next_at says when to ask
 * again (0 = never). A step whose moment lay at or before the launch, or one from before the deadline that the
 * deadline has overtaken, is passed over and its bit stays as it is. What is overdue waits for working hours. */
struct reminder_due {
    int step;
    unsigned done_out;
    int64_t next_at;
};
struct reminder_due reminder_due(const struct zone *zone, const struct working_time *w, unsigned other_weekend,
                                 const struct deadline *d, const struct step *steps, size_t n_steps, unsigned done,
                                 int64_t launched_at, int64_t now_at);

#endif
