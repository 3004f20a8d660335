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
    const char *own = own_folder(a), *given = getenv("TAAMIM_LIBEXEC"), *looked = "";
    const struct {
        const char *path, *set_by;
    } folders[] = {{given && *given ? given : NULL, " ($TAAMIM_LIBEXEC)"},
                   {c ? c->libexec_dir : NULL, " (paths.libexec)"},
                   {own, ""},
                   {arena_printf(a, "%s/../lib/taamim", own), ""}};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *path;

        if (!folders[i].path)
            continue;
        path = arena_printf(a, "%s/taamim-%s", folders[i].path, name);
        if (access(path, X_OK) == 0)
            return path;
        looked = arena_printf(a, "%s%s%s%s", looked, *looked ? ", " : "", folders[i].path, folders[i].set_by);
    }
    err_perm(e, "there is no taamim-%s that can be run in %s; set paths.libexec or $TAAMIM_LIBEXEC to its folder", name,
             looked);
    return NULL;
}
