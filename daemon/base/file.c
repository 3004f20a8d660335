/* file.c - reading within a maximum, and writing what survives a power cut.
 *
 * A new file is written under a hidden temporary name beside its place, synced, given its name, and then the folder
 * is synced; file_put() leaves both syncs to its caller. What must never replace uses RENAME_NOREPLACE, or link(2) where the file system has no such rename.
 * After a crash a temporary file (".tmp-" and a token) may stay behind; it was never promised to anyone. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 128 * 1024, COPY_MODE = 0640 };

void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool passes_by_itself(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
    case EBUSY:
    case EIO:
    case EROFS:
    case ESTALE:
    case ETIMEDOUT: return true;
    default: return false;
    }
}

static bool failed(struct err *e, const char *act, const char *path)
{
    int error = errno;
    if (passes_by_itself(error))
        return err_temp(e, "cannot %s %s: %s", act, path, strerror(error));
    return err_perm(e, "cannot %s %s: %s", act, path, strerror(error));
}

char *file_read_fd(struct arena *a, int fd, size_t max, size_t *len_out, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return failed(e, "read", "a file"), NULL;
    if (st.st_size < 0 || (uint64_t)st.st_size > max)
        return err_perm(e, "the file has %lld bytes, more than the %zu allowed", (long long)st.st_size, max), NULL;
    size_t size = (size_t)st.st_size, len = 0;
    char *bytes = arena_alloc(a, size + 1);
    while (len < size) {
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, bytes + len, size - len, (off_t)len));
        if (got < 0)
            return failed(e, "read", "a file"), NULL;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    bytes[len] = '\0';
    if (len_out)
        *len_out = len;
    return bytes;
}

char *file_read(struct arena *a, const char *path, size_t max, size_t *len_out, struct err *e)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    if (fd < 0)
        return failed(e, "open", path), NULL;
    struct stat st;
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
        return err_perm(e, "cannot read %s: not a regular file", path), NULL;
    char *bytes = file_read_fd(a, fd, max, len_out, e);
    if (!bytes)
        err_prefix(e, "%s", path);
    return bytes;
}

static bool sync_folder_of(const char *path, struct err *e)
{
    g_autofree char *folder = g_path_get_dirname(path);
    FD_SCOPED fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return failed(e, "sync the folder", folder);
    return true;
}

static bool write_all(int fd, const void *bytes, size_t n)
{
    for (const char *p = bytes; n;) {
        ssize_t done = TEMP_FAILURE_RETRY(write(fd, p, n));
        if (done < 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* A file under way: it has a temporary name until it is finished or dropped. */
struct draft {
    const char *path;
    char *temporary;
    int fd;
};

static bool draft_open(struct draft *d, const char *path, mode_t mode, struct err *e)
{
    char token[17];
    random_token(token);
    g_autofree char *folder = g_path_get_dirname(path);
    char *temporary = g_strdup_printf("%s/" FILE_REMAINS "%s", folder, token);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || fchmod(fd, mode) != 0) {
        failed(e, "create", path);
        if (fd >= 0)
            unlink(temporary);
        fd_close(&fd);
        g_free(temporary);
        return false;
    }
    *d = (struct draft){.path = path, .temporary = temporary, .fd = fd};
    return true;
}

static void draft_drop(struct draft *d)
{
    fd_close(&d->fd);
    if (d->temporary)
        unlink(d->temporary);
    g_free(d->temporary);
    d->temporary = NULL;
}

static bool rename_not_replacing(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    return link(from, to) == 0 && unlink(from) == 0;
}

static bool draft_name(struct draft *d, bool replaces, struct err *e)
{
    bool named = replaces ? rename(d->temporary, d->path) == 0 : rename_not_replacing(d->temporary, d->path);
    if (!named)
        return failed(e, "write", d->path);
    g_free(d->temporary);
    d->temporary = NULL;
    return true;
}

static bool draft_sync(const struct draft *d, struct err *e)
{
    return fsync(d->fd) == 0 || failed(e, "write", d->path);
}

static bool put(const char *path, const void *bytes, size_t n, mode_t mode, bool durable, struct err *e)
{
    __attribute__((cleanup(draft_drop))) struct draft d = {.fd = -1};
    if (!draft_open(&d, path, mode, e))
        return false;
    if (!write_all(d.fd, bytes, n))
        return failed(e, "write", path);
    return (!durable || draft_sync(&d, e)) && draft_name(&d, true, e);
}

bool file_put(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e)
{
    return put(path, bytes, n, mode, false, e);
}

bool file_write(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e)
{
    return put(path, bytes, n, mode, true, e) && sync_folder_of(path, e);
}

bool file_sync(const char *path, struct err *e)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || failed(e, "sync", path);
    return fsync(fd) == 0 || failed(e, "sync", path);
}

static void checksum_cleanup(GChecksum **sum)
{
    g_checksum_free(*sum);
}

/* Copies the range to `to` (nowhere where it is -1) and feeds it to sum. */
static bool pour(int fd, int64_t offset, int64_t size, int to, GChecksum *sum)
{
    g_autofree char *piece = g_malloc(PIECE);
    while (size > 0) {
        size_t want = size < PIECE ? (size_t)size : PIECE;
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, piece, want, offset));
        if (got == 0)
            errno = ENODATA; /* the file is shorter than was said */
        if (got <= 0)
            return false;
        g_checksum_update(sum, (const guchar *)piece, got);
        if (to >= 0 && !write_all(to, piece, (size_t)got))
            return false;
        offset += got;
        size -= got;
    }
    return true;
}

bool file_copy_range(int fd, int64_t offset, int64_t size, const char *path, char sha256_out[65], struct err *e)
{
    if (offset < 0 || size < 0)
        return err_perm(e, "cannot write %s: a range of %lld bytes at %lld makes no sense", path, (long long)size,
                        (long long)offset);
    __attribute__((cleanup(draft_drop))) struct draft d = {.fd = -1};
    __attribute__((cleanup(checksum_cleanup))) GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (!draft_open(&d, path, COPY_MODE, e))
        return false;
    if (!pour(fd, offset, size, d.fd, sum))
        return failed(e, "write", path);
    if (!draft_sync(&d, e) || !draft_name(&d, false, e))
        return false;
    g_strlcpy(sha256_out, g_checksum_get_string(sum), 65);
    return true;
}

bool file_sha256(const char *path, char sha256_out[65], int64_t *size_out, struct err *e)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return failed(e, "open", path);
    __attribute__((cleanup(checksum_cleanup))) GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (!pour(fd, 0, st.st_size, -1, sum))
        return failed(e, "read", path);
    g_strlcpy(sha256_out, g_checksum_get_string(sum), 65);
    if (size_out)
        *size_out = st.st_size;
    return true;
}

bool file_sha256_range(int fd, int64_t offset, int64_t size, char sha256_out[65], struct err *e)
{
    __attribute__((cleanup(checksum_cleanup))) GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (!pour(fd, offset, size, -1, sum))
        return failed(e, "read", "an open file");
    g_strlcpy(sha256_out, g_checksum_get_string(sum), 65);
    return true;
}

bool file_rename(const char *from, const char *to, struct err *e)
{
    if (rename_not_replacing(from, to))
        return true;
    failed(e, "move to", to);
    return err_prefix(e, "%s", from);
}

bool file_move(const char *from, const char *to, struct err *e)
{
    if (!file_rename(from, to, e))
        return false;
    /* A rename is one record of the journal: an old name that came back after a power cut would be a second one, no
     * loss. */
    return sync_folder_of(to, e);
}

bool file_mkdirs(const char *path, mode_t mode, struct err *e)
{
    if (g_mkdir_with_parents(path, (int)mode) != 0)
        return failed(e, "make the folder", path);
    return true;
}

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}
