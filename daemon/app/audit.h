/* audit.h - whether the state directory is whole: every paper's and message's bytes, every row's file, every file's
 * row, and the chain of the story. It only looks, beside the daemon or with it stopped; so it can be asked of a
 * backup, too. */
#ifndef TAAMIM_APP_AUDIT_H
#define TAAMIM_APP_AUDIT_H
#include "io/store.h"

struct audit {
    size_t n_files; /* that rows name */
    int64_t bytes;
    const char **wrong; /* missing or changed: a line each */
    size_t n_wrong;
    const char **unknown; /* paths that no row names: people put files on the share; nothing is lost by them */
    size_t n_unknown;
};
/* False: the store or a folder cannot be read. Strings live in the arena. */
bool audit_run(struct store *s, struct arena *a, const char *state_dir, struct audit *out, struct err *e);

#endif
