/* covers.h - which of a party's papers may be a covering letter alone, as they lie in the store (round/cover decides). */
#ifndef TAAMIM_APP_COVERS_H
#define TAAMIM_APP_COVERS_H
#include "app/filing.h"

/* Which items are answered by what may be a covering letter alone: bits for cover_meant(). */
bool covers_of(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, unsigned *alone_out,
               struct err *e);
/* Where some of what was filed now may be one, an alert of its own says so: it has what an officer can type. */
bool covers_alert(struct daemon *d, struct arena *a, const struct message_row *m, const struct round_view *v,
                  const struct filed *filed, struct err *e);

#endif
