/* spool.h - the state directory: where every file lies, and how it gets there whole.
 *
 *   taamim.db  lock  socket  incoming/  papers/<round>/<party>/  held/  corrupt/  archive/<year>/
 *   outgoing/<round>/  portal/  staging/
 * Paths given out and taken are relative to the state directory, except where a name says `full`. With a papers
 * group papers/ is people's (2770), held/ and portal/ theirs to read (2750) and the directory itself passable; the
 * rest is 0700. What was made before there was a group is given to it at the next start. Names pass mail/names.h before
 * they come here; a '/' or a leading dot in one is refused again. */
#ifndef TAAMIM_IO_SPOOL_H
#define TAAMIM_IO_SPOOL_H
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"

struct spool;

/* Files take part in the store's transactions, from spool_begin() on. Names given here last through a power cut only
 * from spool_sync() on, which comes before the commit of the rows that bear them, once for all that was moved; false:
 * do not commit. After the commit spool_keep() removes what was dropped; after a rollback spool_undo() brings moved
 * files back to where they lay, removes those that were staged or written anew, and drops nothing. A process that ends in between leaves files
 * moved: filing recognises them by their bytes. What a paper holds is durable before it gets its first name. Outside
 * of a transaction nothing is undone, and what is dropped goes at once. */
void spool_begin(struct spool *s);
bool spool_sync(struct spool *s, struct err *e);
void spool_keep(struct spool *s);
void spool_undo(struct spool *s);

/* Makes the folders (without a papers group, papers/ is 0700 too). With `lock`, takes the lock that a second daemon
 * is refused by (PERM), and removes what writes that were cut short have left. papers_group may be NULL. */
struct spool *spool_open(const char *directory, bool lock, const char *papers_group, struct err *e);
void spool_close(struct spool *s);
/* A file or folder that the papers group may read; nothing happens where it is not there, or where there is no such
 * group. */
bool spool_share(struct spool *s, const char *relative, struct err *e);
char *spool_full(const struct spool *s, struct arena *a, const char *relative);
char *spool_round_folder(struct arena *a, const char *ref); /* "ARCP/2026/04" -> "ARCP-2026-04" */

/* Writes a file of ours (a mail's head), replacing one of that name; its folder is made. Mode 0600. */
bool spool_write(struct spool *s, const char *relative, const char *bytes, size_t n, struct err *e);
/* Copies a slice of fd to staging/; relative path and SHA-256 come back. */
bool spool_stage(struct spool *s, struct arena *a, int fd, int64_t offset, int64_t size, const char **path_out,
                 char sha256_out[65], struct err *e);
/* Moves a staged (or held) file to papers/<round>/<folder>/<name>; `round` is the reference. A name already taken
 * gets " (2)", " (3)". Relative path comes back. */
bool spool_file_paper(struct spool *s, struct arena *a, const char *staged, const char *round, const char *folder,
                      const char *name, const char **path_out, struct err *e);
/* Moves a file into held/<message id>/<name>, archive/<year>/, corrupt/ ; a taken name is numbered too; relative
 * path comes back. The folder of a held message goes with its last file. */
bool spool_move(struct spool *s, struct arena *a, const char *from, const char *to_folder, const char *name,
                const char **path_out, struct err *e);
/* Removes the files of a folder: what a crash has left in staging/, or of a message that is judged again; with
 * before_at only those not touched since. A folder that is not there is swept. */
bool spool_sweep(struct spool *s, const char *folder, int64_t before_at, struct err *e);
bool spool_remove(struct spool *s, const char *relative, struct err *e); /* true where it is gone already */
int spool_scratch(struct spool *s, struct err *e); /* an unlinked temporary file for the parser, O_RDWR */
/* Files in incoming/ that no one has claimed, by name: for a restart. */
bool spool_incoming(struct spool *s, struct arena *a, const char ***names_out, size_t *n_out, struct err *e);
/* Of the state directory's file system: what is free to this user, and all of it. False where it is not known. */
bool spool_space(const struct spool *s, int64_t *free_out, int64_t *all_out);

#endif
