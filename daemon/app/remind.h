/* remind.h - reminders: to who has not, or not wholly, answered. */
#ifndef TAAMIM_APP_REMIND_H
#define TAAMIM_APP_REMIND_H
#include "app/daemon.h"

/* Reminders of all open rounds that are due now, one transaction each; returns when the next is due (0 = none). */
int64_t remind_turn(struct daemon *d);
/* The steps that a new deadline leaves behind: they count as told, and those still ahead are told anew. */
unsigned remind_steps_behind(const struct daemon *d, const struct round_view *v, const struct party *party, const struct deadline *dl);
/* An officer reminds at once: one party, or (NULL) all that have not answered wholly. Returns how many, -1 on error. The caller's transaction. */
int remind_now(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, const char *cause, struct err *e);

#endif
