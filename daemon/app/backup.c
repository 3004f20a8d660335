/* Makes a backup. A file that has moved since the store was copied (a reply that an officer moved, a message that was
 * archived) is found where the living store names its bytes now, and laid where the copied store looks for it. A file
 * of an earlier backup that has the right size is taken for right: the audit at the end reads every one, and only
 * where it finds something wrong are all looked at once more. */
#include "app/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct copying {
    struct store *live, *copy;
    struct arena *a;
    const char *from, *to;
    struct backup *result;
    GHashTable *now; /* SHA-256 -> where the living store had these bytes when it was last asked; NULL: not yet */
    bool doubtful;   /* what lies there already is read */
};

static bool failed(const char *act, const char *path, struct err *e)
{
    return err_temp(e, "cannot %s %s: %s", act, path, strerror(errno));
}

static void cleanup_store(struct store **s)
{
    store_close(*s);
}

/* ---- one file */

static void cleanup_copying(struct copying *c)
{
    if (c->now)
        g_hash_table_unref(c->now);
}

static bool lies_there(const struct copying *c, const char *path, int64_t size, const char *sha256)
{
    char is[65];
    int64_t has;

    if (file_size(path) != size)
        return false;
    return !c->doubtful || !*sha256 || (file_sha256(path, is, &has, NULL) && strcmp(is, sha256) == 0);
}

static bool copy_file(struct copying *c, const char *from, const char *to, const char *sha256, struct err *e)
{
    FD_SCOPED fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const char *folder = arena_strndup(c->a, to, (size_t)(strrchr(to, '/') - to));
    struct stat st;
    char copied[65];

    if (fd < 0 || fstat(fd, &st) != 0)
        return failed("read", from, e);
    if (!S_ISREG(st.st_mode))
        return err_perm(e, "%s is no plain file any more", from);
    if (lies_there(c, to, st.st_size, sha256))
        return true;
    if (!file_mkdirs(folder, 0700, e) || (unlink(to) != 0 && errno != ENOENT && !failed("replace", to, e)) ||
        !file_copy_range(fd, 0, st.st_size, to, copied, e))
        return false;
    c->result->n_copied++;
    c->result->bytes_copied += st.st_size;
    return true;
}

/* ---- what the copied store names */

static bool lies_in_state(struct copying *c, const char *path)
{
    return file_exists(arena_printf(c->a, "%s/%s", c->from, path));
}

static bool ask_where_now(struct copying *c, struct err *e)
{
    struct file_row *rows;
    size_t n;

    if (!store_files(c->live, c->a, &rows, &n, e))
        return false;
    if (c->now)
        g_hash_table_unref(c->now);
    c->now = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n; i++)
        if (*rows[i].sha256 && lies_in_state(c, rows[i].path))
            g_hash_table_insert(c->now, (char *)rows[i].sha256, (char *)rows[i].path);
    return true;
}

/* Where the living store has these bytes now; NULL: nowhere. It may have moved once more since the store was asked. */
static const char *now_at(struct copying *c, const struct file_row *wanted, struct err *e)
{
    const char *path = c->now ? g_hash_table_lookup(c->now, wanted->sha256) : NULL;

    if (!*wanted->sha256 || (path && lies_in_state(c, path)))
        return path;
    return ask_where_now(c, e) ? g_hash_table_lookup(c->now, wanted->sha256) : NULL;
}

/* What is missing already is told by the audit at the end: a backup of what is there is better than none. */
static bool copy_row(struct copying *c, const struct file_row *row, struct err *e)
{
    const char *path = row->path, *to = arena_printf(c->a, "%s/%s", c->to, row->path);

    if (!lies_in_state(c, path))
        path = now_at(c, row, e);
    return !path || copy_file(c, arena_printf(c->a, "%s/%s", c->from, path), to, row->sha256, e);
}

static bool copy_rows(struct copying *c, struct err *e)
{
    struct file_row *rows;
    size_t n;

    if (!store_files(c->copy, c->a, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!copy_row(c, &rows[i], e))
            return false;
    return true;
}

/* ---- what no row names: templates and documents that launches froze, the configuration */

static void fts_cleanup(FTS **tree)
{
    if (*tree)
        fts_close(*tree);
}

static bool copy_outgoing(struct copying *c, struct err *e)
{
    char *root = arena_printf(c->a, "%s/outgoing", c->from);
    __attribute__((cleanup(fts_cleanup))) FTS *tree =
        fts_open((char *[]){root, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

    if (!tree)
        return failed("read", root, e);
    for (const FTSENT *f; (f = fts_read(tree));) {
        const char *path = f->fts_path + strlen(c->from) + 1;

        if (f->fts_info == FTS_DNR)
            return err_perm(e, "cannot read %s: run this as the daemon's user", f->fts_path);
        if (f->fts_info == FTS_F && !g_str_has_suffix(path, ".head") && !strstr(path, "/" FILE_REMAINS) &&
            !copy_file(c, f->fts_path, arena_printf(c->a, "%s/%s", c->to, path), "", e))
            return false;
    }
    return true;
}

/* These change in place: they are written anew each time. */
static bool copy_settings(struct copying *c, const struct config *config, struct err *e)
{
    const char *const files[][2] = {{config->path, "taamim.conf"}, {config->register_file, "delegations.conf"}};

    if (!file_mkdirs(arena_printf(c->a, "%s/etc", c->to), 0700, e))
        return false;
    for (int i = 0; i < 2; i++) {
        size_t n;
        const char *text = file_read(c->a, files[i][0], (size_t)16 << 20, &n, e);

        if (!text || !file_write(arena_printf(c->a, "%s/etc/%s", c->to, files[i][1]), text, n, 0600, e))
            return false;
    }
    return true;
}

/* ---- the whole */

static bool sync_all(const char *dir, struct err *e)
{
    FD_SCOPED fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return (fd >= 0 && syncfs(fd) == 0) || failed("sync", dir, e);
}

static bool is_within(const char *path, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool is_apart(struct arena *a, const char *state_dir, const char *dir, struct err *e)
{
    char *one = realpath(state_dir, NULL), *other = realpath(dir, NULL);
    const char *state = one ? arena_strdup(a, one) : "", *backup = other ? arena_strdup(a, other) : "";

    free(one);
    free(other);
    if (!*state || !*backup)
        return failed("find", *state ? dir : state_dir, e);
    return (!is_within(state, backup) && !is_within(backup, state)) ||
           err_perm(e, "the backup would lie in the state directory %s, or hold it: name another folder", state);
}

/* Every file is read once. Where that shows one that is not right, all are compared before what was wrong is told. */
static bool audit_copy(struct copying *c, struct err *e)
{
    size_t copied = c->result->n_copied;

    if (!audit_run(c->copy, c->a, c->to, &c->result->audit, e))
        return false;
    if (c->result->audit.n_wrong == 0)
        return true;
    c->doubtful = true;
    if (!copy_rows(c, e))
        return false;
    return c->result->n_copied == copied ||
           (sync_all(c->to, e) && audit_run(c->copy, c->a, c->to, &c->result->audit, e));
}

bool backup_run(struct store *s, struct arena *a, const struct config *config, const char *dir, struct backup *out,
                struct err *e)
{
    struct backup result = {0};
    __attribute__((cleanup(cleanup_store))) struct store *copy = NULL;
    const char *path = arena_printf(a, "%s/taamim.db", dir);
    __attribute__((cleanup(cleanup_copying))) struct copying c = {
        .live = s, .a = a, .from = config->state_dir, .to = dir, .result = &result};

    if (!file_mkdirs(dir, 0700, e))
        return false;
    if (!is_apart(a, config->state_dir, dir, e)) {
        rmdir(dir); /* made just now, or it is not empty and stays */
        return false;
    }
    if (!store_backup(s, path, e))
        return false;
    copy = c.copy = store_open(path, STORE_READ, e);
    if (!copy || !copy_rows(&c, e) || !copy_outgoing(&c, e) || !copy_settings(&c, config, e) || !sync_all(dir, e) ||
        !audit_copy(&c, e))
        return err_prefix(e, "the backup in %s is not complete", dir);
    *out = result;
    return true;
}
