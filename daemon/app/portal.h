/* portal.h - the pages people read without the daemon: portal/<round>/index.html and matrix.csv while a round is
 * open, and the export of a round. */
#ifndef TAAMIM_APP_PORTAL_H
#define TAAMIM_APP_PORTAL_H
#include "app/daemon.h"
#include "app/matrix.h"

/* Writes the pages of open rounds anew whose matrix has changed since they were written (told by the store's last
 * event); once more when a round has ended, also where that was before the daemon's start. Cheap where nothing
 * happened, so it may be called after every event. It writes at most once a second: returns when to call again
 * because something still waits to be shown, 0 = nothing does. */
int64_t portal_turn(struct daemon *d);
void portal_close(struct daemon *d); /* gives back what the first turn made */
/* index.html for a matrix, right-to-left Arabic, readable without anything else; links are `papers_href` and the
 * paper's path, "" as path: named without a link. The page's date is now. NULL where it would pass BUF_MAX, as with
 * portal_csv(). */
char *portal_page(struct arena *a, const struct config *c, const struct matrix *m, const struct paper_row *papers,
                  size_t n_papers, const char *papers_href);
/* matrix.csv: UTF-8 with BOM, so that Excel shows Arabic; a cell that begins like a formula is quoted with an
 * apostrophe. */
char *portal_csv(struct arena *a, const struct config *c, const struct matrix *m);
/* A folder DIR/<ref> and DIR/<ref>.zip of the same: papers/<party>/..., older versions in a folder below,
 * matrix.csv, index.html. Looks only, so the command line may call it, with STORE_READ. Gives the folder's path. A
 * folder that is not empty, or a ZIP that exists, is refused. Every paper's SHA-256 is checked while it is copied:
 * one that does not fit is left out and shown so on the page, all else is exported, and the result is false with
 * the names of those (PERM). */
bool export_round(struct store *s, const char *state_dir, const struct standing_orders *o, const char *ref,
                  const char *dir, char *path_out, size_t path_size, struct err *e);

#endif
