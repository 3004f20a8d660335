/* remind.h - reminders: to who has not, or not wholly, answered. */
#ifndef TAAMIM_APP_REMIND_H
#define TAAMIM_APP_REMIND_H
#include "app/daemon.h"

/* Reminders of all open rounds that are due now, one transaction each; returns when the next is due (0 = none). */
int64_t remind_turn(struct daemon *d);
/* The steps that lie behind when a deadline is set or moved: they count as told, and those still ahead are told. */
unsigned remind_steps_behind(const struct daemon *d, const struct round_view *v, const struct party *party,
                             const struct deadline *dl);
/* An officer reminds at once: one party, or (NULL) all that have not answered wholly; who was reminded so a minute
 * ago is not reminded again. The caller's transaction. */
struct reminded {
    int told, already; /* already: a minute ago */
};
bool remind_now(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, struct reminded *out,
                struct err *e);
/* A notice whose cause begins so was made for this party less than a minute ago: an officer's command came twice. */
bool told_recently(struct daemon *d, struct arena *a, const struct seat_row *seat, const char *cause, bool *recent_out,
                   struct err *e);

#endif
