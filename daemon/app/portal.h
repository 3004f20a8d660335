/* portal.h - the pages people read without the daemon: portal/<round>/index.html and matrix.csv while a round is open, and the export of a round. */
#ifndef TAAMIM_APP_PORTAL_H
#define TAAMIM_APP_PORTAL_H
#include "app/daemon.h"
#include "app/matrix.h"

/* Writes the pages of open rounds anew whose matrix has changed since they were written (told by the store's last event). */
void portal_turn(struct daemon *d);
/* index.html for a matrix, right-to-left Arabic, readable without anything else; links are relative to `papers_href`. */
char *portal_page(struct arena *a, const struct config *c, const struct party_register *r, const struct matrix *m, const struct paper_row *papers, size_t n_papers,
                  const char *papers_href);
/* matrix.csv: UTF-8 with BOM, so that Excel shows Arabic; a cell that begins like a formula is quoted with an apostrophe. */
char *portal_csv(struct arena *a, const struct config *c, const struct matrix *m);
/* A folder DIR/<ref> and DIR/<ref>.zip: papers/<party>/..., matrix.csv, index.html. Looks only, so the command line may call it. Gives the folder's path. */
bool export_round(struct store *s, const char *state_dir, const struct standing_orders *o, const char *ref, const char *dir, char *path_out, size_t path_size, struct err *e);

#endif
