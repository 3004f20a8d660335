/* Takes a round out of the daemon's hands: a folder and a ZIP that an officer can give on. Papers lie per party
 * under the names they have on the share, what was replaced lies in a folder below. Only looks at store and spool.
 * Never writes over what is there. A paper whose bytes are no longer those that were filed (people may write to the
 * share) is left out, shown so on the page and named in the error; everything else is exported all the same. */
#include "app/portal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/clock.h"
#include "mail/names.h"

#define EARLIER     "نسخ سابقة"
#define FOLDER_MODE 0750
#define FILE_MODE   0640

struct export
{
    struct arena *a;
    struct store *store;
    const char *state_dir;
    const struct standing_orders *orders;
    const char *name;   /* of the folder: the round's */
    const char *folder; /* DIR/name */
    const char *zip;    /* DIR/name.zip */
    struct matrix matrix;
    struct paper_row *papers; /* their paths become those below the folder */
    size_t n_papers;
    const char **files; /* below the folder, as they go into the ZIP */
    size_t n_files;
    const char *wrong; /* names of papers that were left out */
    size_t n_wrong;
};

static bool failed(const char *doing, const char *path, struct err *e)
{
    return err_temp(e, "cannot %s %s: %s", doing, path, strerror(errno));
}

/* ---- the place */

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    bool empty = dir != NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    if (dir)
        closedir(dir);
    return empty;
}

static bool take_place(struct export *x, struct err *e)
{
    if (file_exists(x->folder) && !is_empty(x->folder))
        return err_perm(e, "%s is there already and not empty; name another folder, or move it away", x->folder);
    if (file_exists(x->zip))
        return err_perm(e, "%s is there already; name another folder, or move it away", x->zip);
    return file_mkdirs(x->folder, FOLDER_MODE, e);
}

/* ---- papers */

static const char *party_folder(const struct export *x, const char *code)
{
    const struct party *p = register_find(x->orders->parties, code);

    return name_clean(x->a, p ? party_name(p, LANG_AR) : code);
}

/* A place below the folder that no other paper has. */
static const char *place_of(const struct export *x, const struct paper_row *p)
{
    const char *slash = strrchr(p->path, '/');
    const char *name = name_clean(x->a, slash ? slash + 1 : p->name);
    const char *folder = arena_printf(x->a, "papers/%s%s", party_folder(x, p->party), p->current ? "" : "/" EARLIER);
    const char *place = arena_printf(x->a, "%s/%s", folder, name);

    for (int i = 2; file_exists(arena_printf(x->a, "%s/%s", x->folder, place)); i++)
        place = arena_printf(x->a, "%s/%s", folder, name_numbered(x->a, name, "", i));
    return place;
}

static bool make_folder_of(const struct export *x, const char *full, struct err *e)
{
    const char *folder = arena_strndup(x->a, full, (size_t)(strrchr(full, '/') - full));

    return file_mkdirs(folder, FOLDER_MODE, e);
}

static void leave_out(struct export *x, struct paper_row *p)
{
    x->wrong = x->n_wrong ? arena_printf(x->a, "%s; %s", x->wrong, p->path) : p->path;
    x->n_wrong++;
    p->path = "";
}

/* The file as it was filed: a plain one, of the size that was noted. Other sizes need no reading. */
static int open_paper(const struct export *x, const struct paper_row *p)
{
    int fd = open(arena_printf(x->a, "%s/%s", x->state_dir, p->path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != p->size))
        fd_close(&fd);
    return fd;
}

static bool copy_paper(struct export *x, struct paper_row *p, struct err *e)
{
    FD_SCOPED fd = open_paper(x, p);
    const char *place = place_of(x, p);
    const char *full = arena_printf(x->a, "%s/%s", x->folder, place);
    struct timespec times[2] = {{.tv_sec = p->filed_at}, {.tv_sec = p->filed_at}};
    char sha256[65];

    if (fd < 0) {
        leave_out(x, p);
        return true;
    }
    if (!make_folder_of(x, full, e) || !file_copy_range(fd, 0, p->size, full, sha256, e))
        return false;
    if (strcmp(sha256, p->sha256) != 0) {
        leave_out(x, p);
        return unlink(full) == 0 || failed("remove", full, e);
    }
    if (p->filed_at)
        utimensat(AT_FDCWD, full, times, 0); /* the day it was filed, for whoever sorts by date; no harm if not */
    p->path = place;
    ARENA_PUSH(x->a, x->files, x->n_files, place);
    return true;
}

static bool copy_papers(struct export *x, struct err *e)
{
    for (size_t i = 0; i < x->n_papers; i++)
        if (!copy_paper(x, &x->papers[i], e))
            return err_prefix(e, "the export is incomplete");
    return true;
}

/* ---- page and matrix */

static bool write_text(struct export *x, const char *name, const char *text, struct err *e)
{
    if (!text)
        return err_perm(e, "%s of round %s would be too large", name, x->matrix.round.ref);
    ARENA_PUSH(x->a, x->files, x->n_files, name);
    return file_write(arena_printf(x->a, "%s/%s", x->folder, name), text, strlen(text), FILE_MODE, e);
}

static bool write_pages(struct export *x, struct err *e)
{
    const struct standing_orders *o = x->orders;
    char *csv = portal_csv(x->a, o->config, &x->matrix);
    char *html = portal_page(x->a, o->config, &x->matrix, x->papers, x->n_papers, "");

    return write_text(x, "matrix.csv", csv, e) && write_text(x, "index.html", html, e);
}

/* ---- the ZIP */

static void zip_cleanup(zip_t **z)
{
    if (*z)
        zip_discard(*z);
}

static bool zip_failed(const struct export *x, zip_error_t *why, struct err *e)
{
    return err_temp(e, "cannot write %s: %s", x->zip, zip_error_strerror(why));
}

static bool zip_file(const struct export *x, zip_t *z, const char *name, struct err *e)
{
    zip_source_t *source = zip_source_file(z, arena_printf(x->a, "%s/%s", x->folder, name), 0, -1);

    if (!source)
        return zip_failed(x, zip_get_error(z), e);
    if (zip_file_add(z, arena_printf(x->a, "%s/%s", x->name, name), source, ZIP_FL_ENC_UTF_8) < 0) {
        zip_source_free(source);
        return zip_failed(x, zip_get_error(z), e);
    }
    return true;
}

static bool sync_path(const char *path, int flags, struct err *e)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | flags);

    return (fd >= 0 && fsync(fd) == 0) || failed("sync", path, e);
}

static bool write_zip(struct export *x, struct err *e)
{
    int code = 0;
    zip_error_t why;
    __attribute__((cleanup(zip_cleanup))) zip_t *z = zip_open(x->zip, ZIP_CREATE | ZIP_EXCL, &code);

    if (!z) {
        zip_error_init_with_code(&why, code);
        zip_failed(x, &why, e);
        zip_error_fini(&why);
        return false;
    }
    for (size_t i = 0; i < x->n_files; i++)
        if (!zip_file(x, z, x->files[i], e))
            return false;
    if (zip_close(z) != 0)
        return zip_failed(x, zip_get_error(z), e);
    z = NULL;
    return sync_path(x->zip, 0, e);
}

/* ---- the whole */

static bool read_round(struct export *x, const char *ref, struct err *e)
{
    const struct standing_orders *o = x->orders;

    return matrix_of(x->store, x->a, o->config, o->parties, ref, &x->matrix, e) &&
           store_papers(x->store, x->a, x->matrix.round.ref, NULL, &x->papers, &x->n_papers, e);
}

static bool name_places(struct export *x, const char *dir, size_t path_size, struct err *e)
{
    x->name = spool_round_folder(x->a, x->matrix.round.ref);
    x->folder = arena_printf(x->a, "%s/%s", dir, x->name);
    x->zip = arena_printf(x->a, "%s.zip", x->folder);
    return strlen(x->folder) < path_size || err_perm(e, "the path %s is too long", x->folder);
}

static bool say_wrong(const struct export *x, struct err *e)
{
    return x->n_wrong == 0 ||
           err_perm(e,
                    "exported to %s, but %zu of %zu papers are no longer what was filed (size or SHA-256) and were "
                    "left out: %s",
                    x->folder, x->n_wrong, x->n_papers, x->wrong);
}

bool export_round(struct store *s, const char *state_dir, const struct standing_orders *o, const char *ref,
                  const char *dir, char *path_out, size_t path_size, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct export x = {.a = a, .store = s, .state_dir = state_dir, .orders = o, .wrong = ""};

    if (!read_round(&x, ref, e) || !name_places(&x, dir, path_size, e) || !take_place(&x, e) || !copy_papers(&x, e) ||
        !write_pages(&x, e) || !write_zip(&x, e) || !say_wrong(&x, e))
        return false;
    strcpy(path_out, x.folder);
    return true;
}
