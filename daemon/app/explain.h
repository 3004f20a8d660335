/* explain.h - one message's facts as `taamim explain` prints them: one JSON object. */
#ifndef TAAMIM_APP_EXPLAIN_H
#define TAAMIM_APP_EXPLAIN_H
#include "mail/facts.h"

/* file is printed as given; the parts' digests are computed from scratch_fd. f may be NULL: the message could not be
 * read. New reference. */
json_t *explain_json(const char *file, const struct facts *f, int scratch_fd);

#endif
