/* spool_files.c - the files of the state directory: staged, moved, dropped and listed, within the store's transactions.
 *
 * Every file arrives by a durable copy or a rename within one file system, so that it is whole or not there; nothing is
 * ever replaced: a name that is taken gets a number. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"
#include "io/spool_private.h"
#include "mail/names.h"

#define NUMBERS_MAX  1000   /* files of one name in one folder: above it something is wrong */
#define INCOMING_MAX 100000 /* names one listing may hold */

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

void spool_forget_deeds(struct spool *s)
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

    if (spool_below(parent, held) && strcmp(parent, held) != 0)
        rmdir(parent);
}

void spool_begin(struct spool *s)
{
    spool_forget_deeds(s);
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
    spool_forget_deeds(s);
}

/* The last first. Where people have moved a file in the meantime there is nothing to bring back. */
void spool_undo(struct spool *s)
{
    for (size_t i = s->n_deeds; i > 0; i--) {
        const struct deed *d = &s->deeds[i - 1];

        if (d->kind == MOVED)
            file_rename(d->to, d->path, NULL);
        else if (d->kind == STAGED) {
            spool_sync_never(s, d->path);
            unlink(d->path);
        }
    }
    spool_forget_deeds(s);
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

    if (spool_path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative), *slash = strrchr(relative, '/');
    if (slash && !spool_make_folder(s, a, arena_strndup(a, relative, (size_t)(slash - relative)), e))
        return false;
    bool is_new = access(full, F_OK) != 0;
    if (!file_put(full, bytes, n, 0600, e))
        return false;
    if (is_new)
        note_deed(s, STAGED, full, NULL);
    spool_sync_later(s, full, strlen(full));
    spool_sync_parent_later(s, full);
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
        spool_sync_parent_later(s, full_to);
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

    if (spool_path_refused(a, staged, e) || spool_name_refused(round_folder, e) || spool_name_refused(folder, e) ||
        spool_name_refused(name, e))
        return false;
    const char *of_round = arena_printf(a, PAPERS "/%s", round_folder);
    const char *of_party = arena_printf(a, "%s/%s", of_round, folder);
    if (!spool_make_folder(s, a, of_round, e) || !spool_make_folder(s, a, of_party, e))
        return false;
    /* Before the move: what lies in papers/ can be read there at once. */
    if (!spool_give(s, spool_full(s, a, staged), 0640, e) || !move_numbered(s, a, staged, of_party, name, &path, e))
        return false;
    *path_out = path;
    return true;
}

bool spool_move(struct spool *s, struct arena *a, const char *from, const char *to_folder, const char *name,
                const char **path_out, struct err *e)
{
    const char *path;

    if (spool_path_refused(a, from, e) || spool_path_refused(a, to_folder, e) || spool_name_refused(name, e))
        return false;
    /* Who decides about a held paper must be able to look at it. */
    if (spool_below(to_folder, HELD) && !spool_give(s, spool_full(s, a, from), 0640, e))
        return false;
    if (!spool_make_folder(s, a, to_folder, e) || !move_numbered(s, a, from, to_folder, name, &path, e))
        return false;
    *path_out = path;
    return true;
}

bool spool_remove(struct spool *s, const char *relative, struct err *e)
{
    ARENA_SCOPED a = arena_new();

    if (spool_path_refused(a, relative, e))
        return false;
    const char *full = spool_full(s, a, relative);
    if (s->in_transaction) {
        note_deed(s, DROPPED, full, NULL);
        return true;
    }
    if (unlink(full) != 0 && errno != ENOENT)
        return spool_failed("removing", full, e);
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
        spool_failed("making a temporary file in", folder, e);
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
        return spool_failed("reading", path, e);
    errno = 0;
    for (const struct dirent *f; (f = readdir(d));) {
        if (f->d_name[0] == '.') /* unfinished, or the folder itself */
            continue;
        if (n == INCOMING_MAX)
            return err_perm(e, "%s holds more than %d files", path, INCOMING_MAX);
        ARENA_PUSH(a, names, n, arena_strdup(a, f->d_name));
    }
    if (errno)
        return spool_failed("reading", path, e);
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

    if (spool_path_refused(a, folder, e))
        return false;
    dir = opendir(full);
    if (!dir)
        return errno == ENOENT || spool_failed("opening", full, e);
    while ((entry = readdir(dir)))
        if (entry->d_type == DT_REG && is_older(dirfd(dir), entry->d_name, before_at) &&
            unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            return spool_failed("removing a file in", full, e);
    return true;
}
