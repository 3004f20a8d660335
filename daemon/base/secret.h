/* secret.h - where passwords and tokens come from. Never from the configuration file itself.
 *
 * A secret is read anew at each login, so that a changed file or a renewed token needs no restart. A value with CR,
 * LF or NUL is refused. Systemd credentials are files in $CREDENTIALS_DIRECTORY (systemd.exec(5)). */
#ifndef TAAMIM_BASE_SECRET_H
#define TAAMIM_BASE_SECRET_H
#include "base/err.h"

enum secret_kind { SECRET_NONE, SECRET_FILE, SECRET_COMMAND, SECRET_CREDENTIAL };
struct secret {
    enum secret_kind kind;
    const char *where; /* path, command line, or name of the credential */
};

/* The secret in malloc'd memory (free with secret_free, which wipes it), or NULL. A file readable by others is
 * refused. */
char *secret_read(const struct secret *s, struct err *e);
void secret_free(char *value);

#endif
