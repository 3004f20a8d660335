/* Compares rows and files. What is on its way while this looks (a message just filed, a paper just moved) is looked
 * for once more where its row says by then, before it counts as missing. A paper that people have renamed on the
 * share shows twice: it is missing, and a file is there that no row names. */
#include "app/audit.h"

#include <fts.h>
#include <glib.h>
#include <string.h>

#include "base/file.h"

struct look {
    struct store *store;
    struct arena *a;
    const char *root;
    struct audit *audit;
    GHashTable *named;
};

static void look_close(struct look *l)
{
    if (l->named)
        g_hash_table_unref(l->named);
}

/* ---- what rows name */

/* NULL: it is as its row says. */
static const char *fault_of(struct look *l, const struct file_row *f)
{
    const char *path = arena_printf(l->a, "%s/%s", l->root, f->path);
    char sha256[65];
    int64_t size;
    struct err e = {0};

    if (!file_exists(path))
        return f->swept ? NULL : arena_printf(l->a, "%s: the %s is missing", f->path, f->kind);
    if (!file_sha256(path, sha256, &size, &e))
        return e.text[0] ? arena_strdup(l->a, e.text) : f->path;
    l->audit->bytes += size;
    if (*f->sha256 && strcmp(sha256, f->sha256) != 0)
        return arena_printf(l->a, "%s: the %s is not as it came: its SHA-256 is %s, not %s", f->path, f->kind, sha256,
                            f->sha256);
    return NULL;
}

static bool still_named(const struct file_row *rows, size_t n, const struct file_row *f)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].path, f->path) == 0 && strcmp(rows[i].sha256, f->sha256) == 0)
            return true;
    return false;
}

static bool look_at_rows(struct look *l, struct err *e)
{
    struct file_row *rows, *again, *doubtful = NULL;
    size_t n, n_again, n_doubtful = 0;

    if (!store_files(l->store, l->a, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        g_hash_table_add(l->named, (char *)rows[i].path);
        if (fault_of(l, &rows[i]))
            ARENA_PUSH(l->a, doubtful, n_doubtful, rows[i]);
    }
    l->audit->n_files = n;
    if (n_doubtful == 0)
        return true;
    if (!store_files(l->store, l->a, &again, &n_again, e))
        return false;
    for (size_t i = 0; i < n_again; i++)
        g_hash_table_add(l->named, (char *)again[i].path);
    for (size_t i = 0; i < n_doubtful; i++) {
        const char *fault = still_named(again, n_again, &doubtful[i]) ? fault_of(l, &doubtful[i]) : NULL;

        if (fault)
            ARENA_PUSH(l->a, l->audit->wrong, l->audit->n_wrong, fault);
    }
    return true;
}

/* ---- what lies there */

static void fts_cleanup(FTS **tree)
{
    if (*tree)
        fts_close(*tree);
}

/* incoming/ and staging/ are left out: what lies there is on its way. */
static bool look_at_files(struct look *l, struct err *e)
{
    static const char *const folders[] = {"papers", "held", "archive"};
    char *roots[4] = {0};

    for (int i = 0; i < 3; i++)
        roots[i] = arena_printf(l->a, "%s/%s", l->root, folders[i]);
    __attribute__((cleanup(fts_cleanup))) FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return err_perm(e, "cannot read the folders of %s", l->root);
    for (const FTSENT *f; (f = fts_read(tree));) {
        const char *path = f->fts_path + strlen(l->root) + 1;

        if (f->fts_info == FTS_DNR)
            return err_perm(e, "cannot read %s: run this as the daemon's user", f->fts_path);
        if (f->fts_info == FTS_F && !g_hash_table_contains(l->named, path))
            ARENA_PUSH(l->a, l->audit->unknown, l->audit->n_unknown, arena_strdup(l->a, path));
    }
    return true;
}

static bool look_at_story(struct look *l, struct err *e)
{
    int64_t broken = 0;

    if (!store_chain_verify(l->store, &broken, e))
        return false;
    if (broken)
        ARENA_PUSH(l->a, l->audit->wrong, l->audit->n_wrong,
                   arena_printf(l->a,
                                "the story: event %lld, or one before it, was changed in the store by hand: its chain "
                                "of hashes does not fit",
                                (long long)broken));
    return true;
}

bool audit_run(struct store *s, struct arena *a, const char *state_dir, struct audit *out, struct err *e)
{
    struct audit fresh = {0};
    __attribute__((cleanup(look_close))) struct look l = {
        .store = s, .a = a, .root = state_dir, .audit = &fresh, .named = g_hash_table_new(g_str_hash, g_str_equal)};

    if (!look_at_rows(&l, e) || !look_at_files(&l, e) || !look_at_story(&l, e))
        return false;
    *out = fresh;
    return true;
}
