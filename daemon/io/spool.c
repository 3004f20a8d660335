/* spool.c - the state directory.
 *
 * Every file arrives by a durable copy or a rename within one file system, so that it is whole or not there;
 * nothing is ever replaced: a name that is taken gets a number. Refuses paths that leave the directory, names with
 * a '/' or a leading dot, and a second daemon. What can go wrong is the disk (full, read-only, gone) and people:
 * they may open, rename and delete what lies below papers/ at any moment. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"
#include "io/spool.h"
#include "mail/names.h"

#define NUMBERS_MAX  1000   /* files of one name in one folder: above it something is wrong */
#define INCOMING_MAX 100000 /* names one listing may hold */
#define PAPERS       "papers"
#define HELD         "held"
#define PAPERS_MODE                                                                                                    \
    02770 /* people may put in order what lies there; setgid: what comes into a folder inherits its group */
#define LOOK_MODE 02750

/* What a transaction did to a file; paths are full. */
struct deed {
    enum { MOVED, STAGED, DROPPED } kind;
    char *path; /* where it lay, was staged, or still lies */
    char *to;   /* MOVED */
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

static const char *const folders[] = {"incoming", PAPERS,     "held",   "corrupt",
                                      "archive",  "outgoing", "portal", "staging"};
#define FOLDER_COUNT (sizeof folders / sizeof *folders)

/* ---- names */

static bool name_refused(const char *name, struct err *e)
{
    if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > NAME_MAX)
        return !err_perm(e, "\"%s\" is no name for a file in the state directory", name);
    return false;
}

/* Every part of a relative path is a plain name. */
static bool path_refused(struct arena *a, const char *relative, struct err *e)
{
    char *rest = arena_strdup(a, relative), *part;

    while ((part = strsep(&rest, "/")))
        if (name_refused(part, NULL))
            return !err_perm(e, "\"%s\" is no path below the state directory", relative);
    return false;
}

static bool is_below(const char *relative, const char *folder)
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

static bool failed(const char *doing, const char *path, struct err *e)
{
    return err_temp(e, "%s %s: %s", doing, path, strerror(errno));
}

/* Open to the papers group, and the umask has no say. A link that somebody put in the way is not followed to
 * another owner. Nothing is opened for it: closing the store's files would drop SQLite's locks (fcntl(2)). */
static bool give(const struct spool *s, const char *path, mode_t mode, struct err *e)
{
    if (!s->shared)
        return true;
    if (lchown(path, (uid_t)-1, s->papers_group) != 0)
        return failed("giving to the papers group", path, e);
    return chmod(path, mode) == 0 || failed("opening to the papers group", path, e);
}

/* Once each: replies come in bursts, and their papers go into the same folders. */
static void sync_later(struct spool *s, const char *path, size_t n)
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

/* A file is only as durable as the folder it lies in. */
static void sync_parent_later(struct spool *s, const char *path)
{
    sync_later(s, path, (size_t)(strrchr(path, '/') - path));
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

static bool make_folder(struct spool *s, struct arena *a, const char *relative, struct err *e)
{
    const char *full = spool_full(s, a, relative);

    if (file_exists(full))
        return true; /* what people have set on a folder of theirs stays */
    if (!file_mkdirs(full, 0700, e))
        return false;
    sync_parent_later(s, full);
    if (is_below(relative, HELD))
        return give(s, full, LOOK_MODE, e);
    return !is_below(relative, PAPERS) || give(s, full, PAPERS_MODE, e);
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
    return chmod(s->directory, (st.st_mode & 07777) | 0111) == 0 || failed("opening", s->directory, e);
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
    bool good = tree || failed("reading", full, e);

    for (const FTSENT *f; good && (f = fts_read(tree));)
        if ((f->fts_info == FTS_F || f->fts_info == FTS_DP) && f->fts_statp->st_uid == geteuid())
            good = give(s, f->fts_accpath, f->fts_info == FTS_F ? 0640 : folder_mode, e);
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
        if (!make_folder(s, a, folders[i], e))
            return false;
    return share_folder(s, a, PAPERS, PAPERS_MODE, e) && share_folder(s, a, HELD, LOOK_MODE, e) &&
           share_folder(s, a, "portal", LOOK_MODE, e);
}

bool spool_share(struct spool *s, const char *relative, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct stat st;

    if (path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative);
    if (lstat(full, &st) != 0)
        return errno == ENOENT || failed("looking at", full, e);
    return give(s, full, S_ISDIR(st.st_mode) ? LOOK_MODE : 0640, e);
}

/* ---- transactions */

static char *copy_of(const char *path)
{
    size_t n = strlen(path) + 1;

    return memcpy(mem_resize(NULL, n), path, n);
}

static void note_deed(struct spool *s, int kind, const char *path, const char *to)
{
    if (!s->in_transaction)
        return;
    if (s->n_deeds == s->cap_deeds) {
        s->cap_deeds = s->cap_deeds ? 2 * s->cap_deeds : 16;
        s->deeds = mem_resize(s->deeds, s->cap_deeds * sizeof *s->deeds);
    }
    s->deeds[s->n_deeds++] = (struct deed){.kind = kind, .path = copy_of(path), .to = to ? copy_of(to) : NULL};
}

static void forget_deeds(struct spool *s)
{
    s->in_transaction = false;
    while (s->n_deeds > 0) {
        struct deed *d = &s->deeds[--s->n_deeds];

        free(d->path);
        free(d->to);
    }
}

/* held/17 has done its service when its last file has gone; rmdir leaves any other folder as it is. */
static void tidy_after(const struct spool *s, const char *full)
{
    ARENA_SCOPED a = arena_new();
    const char *held = spool_full(s, a, HELD), *slash = strrchr(full, '/');
    const char *parent = arena_strndup(a, full, (size_t)(slash - full));

    if (is_below(parent, held) && strcmp(parent, held) != 0)
        rmdir(parent);
}

void spool_begin(struct spool *s)
{
    forget_deeds(s);
    s->in_transaction = true;
}

void spool_keep(struct spool *s)
{
    for (size_t i = 0; i < s->n_deeds; i++) {
        const struct deed *d = &s->deeds[i];

        if (d->kind == DROPPED)
            unlink(d->path);
        if (d->kind != STAGED)
            tidy_after(s, d->path);
    }
    forget_deeds(s);
}

/* The last first. Where people have moved a file in the meantime there is nothing to bring back. */
void spool_undo(struct spool *s)
{
    for (size_t i = s->n_deeds; i > 0; i--) {
        const struct deed *d = &s->deeds[i - 1];

        if (d->kind == MOVED)
            file_rename(d->to, d->path, NULL);
        else if (d->kind == STAGED)
            unlink(d->path);
    }
    forget_deeds(s);
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
        return failed("opening", path, e);
    if (fcntl(s->lock, F_SETLK, &whole) == 0)
        return true;
    if ((errno != EAGAIN && errno != EACCES) || fcntl(s->lock, F_GETLK, &whole) != 0)
        return failed("locking", path, e);
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
    forget_deeds(s);
    free(s->deeds);
    free(s->directory);
    free(s);
}

/* ---- moving files */

bool spool_stage(struct spool *s, struct arena *a, int fd, int64_t offset, int64_t size, const char **path_out,
                 char sha256_out[65], struct err *e)
{
    char token[17];

    random_token(token);
    const char *path = arena_printf(a, "staging/%s", token);
    const char *full = spool_full(s, a, path);
    if (!file_copy_range(fd, offset, size, full, sha256_out, e))
        return false;
    note_deed(s, STAGED, full, NULL);
    *path_out = path;
    return true;
}

bool spool_write(struct spool *s, const char *relative, const char *bytes, size_t n, struct err *e)
{
    ARENA_SCOPED a = arena_new();

    if (path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative), *slash = strrchr(relative, '/');
    if (slash && !make_folder(s, a, arena_strndup(a, relative, (size_t)(slash - relative)), e))
        return false;
    if (!file_put(full, bytes, n, 0600, e))
        return false;
    sync_later(s, full, strlen(full));
    sync_parent_later(s, full);
    return true;
}

static bool move_numbered(struct spool *s, struct arena *a, const char *from, const char *folder, const char *name,
                          const char **path_out, struct err *e)
{
    const char *full_from = spool_full(s, a, from);

    for (int n = 1; n <= NUMBERS_MAX; n++) {
        const char *to = arena_printf(a, "%s/%s", folder, n == 1 ? name : name_numbered(a, name, "", n));
        const char *full_to = spool_full(s, a, to);
        if (file_exists(full_to))
            continue;
        if (!file_rename(full_from, full_to, e)) {
            if (file_exists(full_to) && file_exists(full_from))
                continue; /* somebody else was faster with this name */
            return false;
        }
        sync_parent_later(s, full_to);
        note_deed(s, MOVED, full_from, full_to);
        if (!s->in_transaction)
            tidy_after(s, full_from);
        *path_out = to;
        return true;
    }
    return err_perm(e, "%s/%s: more than %d files of that name", folder, name, NUMBERS_MAX);
}

bool spool_file_paper(struct spool *s, struct arena *a, const char *staged, const char *round, const char *folder,
                      const char *name, const char **path_out, struct err *e)
{
    const char *round_folder = spool_round_folder(a, round), *path;

    if (path_refused(a, staged, e) || name_refused(round_folder, e) || name_refused(folder, e) || name_refused(name, e))
        return false;
    const char *of_round = arena_printf(a, PAPERS "/%s", round_folder);
    const char *of_party = arena_printf(a, "%s/%s", of_round, folder);
    if (!make_folder(s, a, of_round, e) || !make_folder(s, a, of_party, e))
        return false;
    /* Before the move: what lies in papers/ can be read there at once. */
    if (!give(s, spool_full(s, a, staged), 0640, e) || !move_numbered(s, a, staged, of_party, name, &path, e))
        return false;
    *path_out = path;
    return true;
}

bool spool_move(struct spool *s, struct arena *a, const char *from, const char *to_folder, const char *name,
                const char **path_out, struct err *e)
{
    const char *path;

    if (path_refused(a, from, e) || path_refused(a, to_folder, e) || name_refused(name, e))
        return false;
    /* Who decides about a held paper must be able to look at it. */
    if (is_below(to_folder, HELD) && !give(s, spool_full(s, a, from), 0640, e))
        return false;
    if (!make_folder(s, a, to_folder, e) || !move_numbered(s, a, from, to_folder, name, &path, e))
        return false;
    *path_out = path;
    return true;
}

bool spool_remove(struct spool *s, const char *relative, struct err *e)
{
    ARENA_SCOPED a = arena_new();

    if (path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative);
    if (s->in_transaction) {
        note_deed(s, DROPPED, full, NULL);
        return true;
    }
    if (unlink(full) != 0 && errno != ENOENT)
        return failed("removing", full, e);
    tidy_after(s, full);
    return true;
}

int spool_scratch(struct spool *s, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *folder = spool_full(s, a, "staging");
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    /* Not every file system makes files without a name. */
    char *path = arena_printf(a, "%s/.scratch-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        failed("making a temporary file in", folder, e);
    else
        unlink(path);
    return fd;
}

/* ---- looking */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void dir_close(DIR **d)
{
    if (*d)
        closedir(*d);
}

bool spool_incoming(struct spool *s, struct arena *a, const char ***names_out, size_t *n_out, struct err *e)
{
    const char *path = spool_full(s, a, "incoming"), **names = NULL;
    __attribute__((cleanup(dir_close))) DIR *d = opendir(path);
    size_t n = 0;

    if (!d)
        return failed("reading", path, e);
    errno = 0;
    for (const struct dirent *f; (f = readdir(d));) {
        if (f->d_name[0] == '.') /* unfinished, or the folder itself */
            continue;
        if (n == INCOMING_MAX)
            return err_perm(e, "%s holds more than %d files", path, INCOMING_MAX);
        ARENA_PUSH(a, names, n, arena_strdup(a, f->d_name));
    }
    if (errno)
        return failed("reading", path, e);
    if (n)
        qsort(names, n, sizeof *names, by_name);
    *names_out = names;
    *n_out = n;
    return true;
}

static bool is_older(int folder, const char *name, int64_t before_at)
{
    struct stat st;

    return before_at == 0 || (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < before_at);
}

bool spool_sweep(struct spool *s, const char *folder, int64_t before_at, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const char *full = spool_full(s, a, folder);
    __attribute__((cleanup(dir_close))) DIR *dir = NULL;
    struct dirent *entry;

    if (path_refused(a, folder, e))
        return false;
    dir = opendir(full);
    if (!dir)
        return errno == ENOENT || failed("opening", full, e);
    while ((entry = readdir(dir)))
        if (entry->d_type == DT_REG && is_older(dirfd(dir), entry->d_name, before_at) &&
            unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            return failed("removing a file in", full, e);
    return true;
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
