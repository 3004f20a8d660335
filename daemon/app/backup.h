/* backup.h - a copy of the state directory from which the daemon can go on: first the store as it is at one instant,
 * then the files that it names, each compared with its hash. The daemon goes on meanwhile. A folder that holds an
 * earlier backup is brought up to date; what lies there and is whole is not copied again, and nothing is removed.
 *
 *   DIR/taamim.db  DIR/papers/ held/ archive/ incoming/ outgoing/   as in the state directory
 *   DIR/etc/taamim.conf  DIR/etc/delegations.conf                    configuration and register as they are now
 * Secrets are not copied. */
#ifndef TAAMIM_APP_BACKUP_H
#define TAAMIM_APP_BACKUP_H
#include "app/audit.h"
#include "app/config.h"

struct backup {
    size_t n_copied; /* this time */
    int64_t bytes_copied;
    struct audit audit; /* of the backup, once it is made */
};
/* `dir` is made; PERM where it lies in the state directory or the other way round. */
bool backup_run(struct store *s, struct arena *a, const struct config *c, const char *dir, struct backup *out,
                struct err *e);

#endif
