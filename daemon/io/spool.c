/* spool.c - the state directory itself: its lock, its folders, and who may read them; what is to be made durable.
 *
 * Refuses paths that leave the directory, names with a '/' or a leading dot, and a second daemon. What can go wrong is
 * the disk (full, read-only, gone) and people: they may open, rename and delete what lies below papers/ at any moment.
 * What happens to the files is spool_files.c's. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"
#include "io/spool_private.h"

#define PAPERS_MODE                                                                                                    \
    02770 /* people may put in order what lies there; setgid: what comes into a folder inherits its group */
#define LOOK_MODE 02750

static const char *const folders[] = {"incoming", PAPERS,     "held",   "corrupt",
                                      "archive",  "outgoing", "portal", "staging"};
#define FOLDER_COUNT (sizeof folders / sizeof *folders)

/* ---- names */

bool spool_name_refused(const char *name, struct err *e)
{
    if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > NAME_MAX)
        return !err_perm(e, "\"%s\" is no name for a file in the state directory", name);
    return false;
}

/* Every part of a relative path is a plain name. */
bool spool_path_refused(struct arena *a, const char *relative, struct err *e)
{
    char *rest = arena_strdup(a, relative), *part;

    while ((part = strsep(&rest, "/")))
        if (spool_name_refused(part, NULL))
            return !err_perm(e, "\"%s\" is no path below the state directory", relative);
    return false;
}

bool spool_below(const char *relative, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(relative, folder, n) == 0 && (relative[n] == '/' || relative[n] == '\0');
}

char *spool_full(const struct spool *s, struct arena *a, const char *relative)
{
    return arena_printf(a, "%s/%s", s->directory, relative);
}

char *spool_round_folder(struct arena *a, const char *ref)
{
    char *folder = arena_strdup(a, ref);

    for (char *c = folder; *c; c++)
        if (*c == '/')
            *c = '-';
    return folder;
}

/* ---- folders */

bool spool_failed(const char *doing, const char *path, struct err *e)
{
    return err_temp(e, "%s %s: %s", doing, path, strerror(errno));
}

/* Open to the papers group, and the umask has no say. A link that somebody put in the way is not followed to
 * another owner. Nothing is opened for it: closing the store's files would drop SQLite's locks (fcntl(2)). */
bool spool_give(const struct spool *s, const char *path, mode_t mode, struct err *e)
{
    if (!s->shared)
        return true;
    if (lchown(path, (uid_t)-1, s->papers_group) != 0)
        return spool_failed("giving to the papers group", path, e);
    return chmod(path, mode) == 0 || spool_failed("opening to the papers group", path, e);
}

/* Once each: replies come in bursts, and their papers go into the same folders. */
void spool_sync_later(struct spool *s, const char *path, size_t n)
{
    for (size_t i = 0; i < s->n_unsynced; i++)
        if (strncmp(s->unsynced[i], path, n) == 0 && s->unsynced[i][n] == '\0')
            return;
    if (s->n_unsynced == s->cap_unsynced) {
        s->cap_unsynced = s->cap_unsynced ? 2 * s->cap_unsynced : 16;
        s->unsynced = mem_resize(s->unsynced, s->cap_unsynced * sizeof *s->unsynced);
    }
    s->unsynced[s->n_unsynced] = mem_alloc(n + 1);
    memcpy(s->unsynced[s->n_unsynced++], path, n);
}

void spool_sync_never(struct spool *s, const char *path)
{
    for (size_t i = 0; i < s->n_unsynced; i++) {
        if (strcmp(s->unsynced[i], path) != 0)
            continue;
        free(s->unsynced[i]);
        s->unsynced[i] = s->unsynced[--s->n_unsynced];
        return;
    }
}

/* A file is only as durable as the folder it lies in. */
void spool_sync_parent_later(struct spool *s, const char *path)
{
    spool_sync_later(s, path, (size_t)(strrchr(path, '/') - path));
}

bool spool_sync(struct spool *s, struct err *e)
{
    bool good = true;

    while (s->n_unsynced > 0) {
        char *path = s->unsynced[--s->n_unsynced];

        good = good && file_sync(path, e);
        free(path);
    }
    return good;
}

bool spool_make_folder(struct spool *s, struct arena *a, const char *relative, struct err *e)
{
    const char *full = spool_full(s, a, relative);

    if (file_exists(full))
        return true; /* what people have set on a folder of theirs stays */
    if (!file_mkdirs(full, 0700, e))
        return false;
    spool_sync_parent_later(s, full);
    if (spool_below(relative, HELD))
        return spool_give(s, full, LOOK_MODE, e);
    return !spool_below(relative, PAPERS) || spool_give(s, full, PAPERS_MODE, e);
}

/* Officers pass through it on their way to the store and to papers/, whatever the umask or an earlier start has
 * made of it. */
static bool make_directory(const struct spool *s, struct err *e)
{
    struct stat st;

    if (!file_exists(s->directory) && !file_mkdirs(s->directory, 0700, e))
        return false;
    if (!s->shared || stat(s->directory, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 0111) == 0111)
        return true;
    return chmod(s->directory, (st.st_mode & 07777) | 0111) == 0 || spool_failed("opening", s->directory, e);
}

static bool is_shared(const struct spool *s, const char *full)
{
    struct stat st;

    return stat(full, &st) == 0 && st.st_gid == s->papers_group && (st.st_mode & 050) == 050;
}

/* All that the daemon made there before there was a group. The folder itself comes last: until then nobody else is
 * in it, and a start that breaks off begins anew. */
static bool share_tree(const struct spool *s, char *full, mode_t folder_mode, struct err *e)
{
    FTS *tree = fts_open((char *[]){full, NULL}, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    bool good = tree || spool_failed("reading", full, e);

    for (const FTSENT *f; good && (f = fts_read(tree));)
        if ((f->fts_info == FTS_F || f->fts_info == FTS_DP) && f->fts_statp->st_uid == geteuid())
            good = spool_give(s, f->fts_accpath, f->fts_info == FTS_F ? 0640 : folder_mode, e);
    if (tree)
        fts_close(tree);
    return good;
}

static bool share_folder(const struct spool *s, struct arena *a, const char *relative, mode_t mode, struct err *e)
{
    char *full = spool_full(s, a, relative);

    return !s->shared || is_shared(s, full) || share_tree(s, full, mode, e);
}

static bool make_folders(struct spool *s, struct err *e)
{
    ARENA_SCOPED a = arena_new();

    if (!make_directory(s, e))
        return false;
    for (size_t i = 0; i < FOLDER_COUNT; i++)
        if (!spool_make_folder(s, a, folders[i], e))
            return false;
    return share_folder(s, a, PAPERS, PAPERS_MODE, e) && share_folder(s, a, HELD, LOOK_MODE, e) &&
           share_folder(s, a, "portal", LOOK_MODE, e);
}

bool spool_share(struct spool *s, const char *relative, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct stat st;

    if (spool_path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative);
    if (lstat(full, &st) != 0)
        return errno == ENOENT || spool_failed("looking at", full, e);
    return spool_give(s, full, S_ISDIR(st.st_mode) ? LOOK_MODE : 0640, e);
}

/* ---- life */

static bool find_group(struct spool *s, const char *name, struct err *e)
{
    if (!name)
        return true;
    const struct group *g = getgrnam(name);
    if (!g)
        return err_perm(e, "papers_group: there is no group \"%s\" on this system", name);
    s->papers_group = g->gr_gid;
    s->shared = true;
    return true;
}

/* The process's own (fcntl(2)): it goes with the process, even where a child of it that is not yet another program
 * has all its descriptors. Closing any descriptor of the file would drop it; nobody else opens it. */
static bool take_lock(struct spool *s, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *path = spool_full(s, a, "lock");
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return spool_failed("opening", path, e);
    if (fcntl(s->lock, F_SETLK, &whole) == 0)
        return true;
    if ((errno != EAGAIN && errno != EACCES) || fcntl(s->lock, F_GETLK, &whole) != 0)
        return spool_failed("locking", path, e);
    return err_perm(e, "another taamimd (process %d) works on %s: stop it first", (int)whole.l_pid, s->directory);
}

/* What a write that was cut short has left (base/file.c). It was promised to nobody; what cannot be removed stays. */
static void remove_remains(const struct spool *s, const char *folder)
{
    ARENA_SCOPED a = arena_new();
    char *full = spool_full(s, a, folder);
    FTS *tree = fts_open((char *[]){full, NULL}, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT | FTS_XDEV, NULL);

    for (const FTSENT *f; tree && (f = fts_read(tree));)
        if (f->fts_info != FTS_D && strncmp(f->fts_name, FILE_REMAINS, strlen(FILE_REMAINS)) == 0)
            unlink(f->fts_accpath);
    if (tree)
        fts_close(tree);
}

static bool take_over(struct spool *s, struct err *e)
{
    static const char *const written[] = {"incoming", "outgoing", "portal"};

    if (!take_lock(s, e))
        return false;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        remove_remains(s, written[i]);
    return true;
}

struct spool *spool_open(const char *directory, bool lock, const char *papers_group, struct err *e)
{
    struct spool *s = calloc(1, sizeof *s);

    if (!s || !(s->directory = strdup(directory)))
        abort();
    s->lock = -1;
    if (find_group(s, papers_group, e) && make_folders(s, e) && spool_sync(s, e) && (!lock || take_over(s, e)))
        return s;
    spool_close(s);
    return NULL;
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    if (s->lock >= 0)
        close(s->lock);
    while (s->n_unsynced > 0)
        free(s->unsynced[--s->n_unsynced]);
    free(s->unsynced);
    spool_forget_deeds(s);
    free(s->deeds);
    free(s->directory);
    free(s);
}

bool spool_space(const struct spool *s, int64_t *free_out, int64_t *all_out)
{
    struct statvfs fs;

    if (statvfs(s->directory, &fs) != 0)
        return false;
    *free_out = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    *all_out = (int64_t)fs.f_blocks * (int64_t)fs.f_frsize;
    return true;
}
