/* child_path.h - where the children's programs lie. */
#ifndef TAAMIM_APP_CHILD_PATH_H
#define TAAMIM_APP_CHILD_PATH_H
#include "app/config.h"

/* taamim-NAME in $TAAMIM_LIBEXEC, in the configuration's folder (c may be NULL), beside this program, or in
 * ../lib/taamim from there; the first that can be run. NULL with e (PERM) saying where was looked. */
const char *child_path(struct arena *a, const struct config *c, const char *name, struct err *e);

#endif
