/* Finds the programs of the children: they are installed beside the daemon or in its library folder, and never
 * taken from $PATH. */
#include "app/child_path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *own_folder(struct arena *a)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    path[n > 0 ? n : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return arena_strdup(a, path);
}

const char *child_path(struct arena *a, const struct config *c, const char *name, struct err *e)
{
    const char *own = own_folder(a), *given = getenv("TAAMIM_LIBEXEC");
    const char *folders[] = {given && *given ? given : NULL, c ? c->libexec_dir : NULL, own,
                             arena_printf(a, "%s/../lib/taamim", own)};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *path = folders[i] ? arena_printf(a, "%s/taamim-%s", folders[i], name) : NULL;

        if (path && access(path, X_OK) == 0)
            return path;
    }
    err_perm(e, "taamim-%s is neither beside this program (%s) nor in ../lib/taamim; $TAAMIM_LIBEXEC names its folder",
             name, own);
    return NULL;
}
