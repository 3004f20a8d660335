/* spool_private.h - what the files of the spool share; nobody else includes it. */
#ifndef TAAMIM_IO_SPOOL_PRIVATE_H
#define TAAMIM_IO_SPOOL_PRIVATE_H
#include <sys/types.h>
#include "io/spool.h"

#define PAPERS "papers"
#define HELD   "held"

/* What a transaction did to a file; paths are full. */
struct deed {
    enum { MOVED, STAGED, DROPPED } kind; /* STAGED: written anew */
    char *path;                           /* where it lay, was written, or still lies */
    char *to;                             /* MOVED */
};

struct spool {
    char *directory;
    int lock;    /* -1: not ours */
    bool shared; /* papers/, held/, portal/ and what spool_share() is told belong to papers_group */
    gid_t papers_group;
    char **unsynced; /* full paths of files written and folders changed since the last spool_sync() */
    size_t n_unsynced, cap_unsynced;
    struct deed *deeds; /* of the transaction under way, in their order */
    size_t n_deeds, cap_deeds;
    bool in_transaction;
};

/* True, and told, for what is no plain name; a path is refused where one of its parts is. */
bool spool_name_refused(const char *name, struct err *e);
bool spool_path_refused(struct arena *a, const char *relative, struct err *e);
/* The folder itself, too. */
bool spool_below(const char *relative, const char *folder);
/* TEMP, from errno; always false. */
bool spool_failed(const char *doing, const char *path, struct err *e);
/* To the papers group, where there is one. */
bool spool_give(const struct spool *s, const char *path, mode_t mode, struct err *e);
/* And those above it; shared where papers/ or held/ is. */
bool spool_make_folder(struct spool *s, struct arena *a, const char *relative, struct err *e);
/* For spool_sync(): the first n bytes of a full path; the folder it lies in. */
void spool_sync_later(struct spool *s, const char *path, size_t n);
void spool_sync_never(struct spool *s, const char *path); /* it is gone */
void spool_sync_parent_later(struct spool *s, const char *path);
/* Ends a transaction without doing anything more. */
void spool_forget_deeds(struct spool *s);

#endif
