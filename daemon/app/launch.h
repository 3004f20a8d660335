/* launch.h - from a round file to the rows of a round: documents encoded once, texts and templates frozen, a seat
 * and a notice per party. */
#ifndef TAAMIM_APP_LAUNCH_H
#define TAAMIM_APP_LAUNCH_H
#include "app/daemon.h"

/* The round as a whole, or nothing: all its rows are one transaction. spec's documents and templates must be readable
 * by the daemon. */
bool launch_round(struct daemon *d, struct arena *a, struct round_spec *spec, const char *who, struct err *e);
/* Writes each party's mail into folder as CODE.eml and CODE.html; party NULL: all. Returns how many, -1 on error. */
int launch_preview(const struct standing_orders *o, const struct round_spec *spec, const char *party,
                   const char *folder, struct err *e);
/* The bytes a party's mail has, encoded, without its text: for the warning above 7 MB. */
int64_t launch_documents_size(const struct round_spec *spec, const struct party *p);
/* The notice of the round for one party, again or for the first time; used by launch and resend. */
bool launch_notice(struct daemon *d, struct arena *a, const struct round_view *v, const struct party *p,
                   const char *cause, const struct contact *only, int64_t *notice_out, struct err *e);
/* A deadline as the store keeps it beside its instant: the local date, time and zone that it came from. */
const char *launch_deadline_text(struct arena *a, const struct config *c, const struct deadline *dl);

#endif
