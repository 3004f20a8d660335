/* secret.c - passwords and tokens, read when they are needed.
 *
 * Refused: a file that others can read or write, an empty value, and one with CR, LF or NUL, which would end a
 * protocol's line. One newline at the end of a file is the editor's and is removed. No error tells any of the value. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "base/mem.h"

enum { SECRET_MAX = 16 * 1024, COMMAND_TIMEOUT_S = 30 };

void secret_free(char *value)
{
    if (!value)
        return;
    explicit_bzero(value, strlen(value));
    free(value);
}

static void wipe_all(char *bytes, size_t n)
{
    explicit_bzero(bytes, n);
    free(bytes);
}

static bool check_file(int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_temp(e, "cannot read the secret %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_perm(e, "the secret %s is not a regular file", path);
    if (st.st_mode & S_IRWXO)
        return err_perm(e, "the secret %s can be read or written by every user: chmod o= %s", path, path);
    if (st.st_size > SECRET_MAX)
        return err_perm(e, "the secret %s is longer than %d bytes", path, SECRET_MAX);
    return true;
}

static char *read_file(const char *path, struct err *e)
{
    FD_SCOPED fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_perm(e, "cannot open the secret %s: %s", path, strerror(errno)), NULL;
    if (!check_file(fd, path, e))
        return NULL;
    char *bytes = mem_alloc(SECRET_MAX + 1);
    ssize_t len = TEMP_FAILURE_RETRY(pread(fd, bytes, SECRET_MAX, 0));
    if (len > 0 && bytes[len - 1] == '\n')
        bytes[--len] = '\0';
    if (len >= 0 && !memchr(bytes, '\0', (size_t)len))
        return bytes;
    wipe_all(bytes, SECRET_MAX + 1);
    err_perm(e, "the secret %s cannot be read, or holds a NUL", path);
    return NULL;
}

static char *read_credential(const char *name, struct err *e)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder)
        return err_perm(e, "no credential %s: CREDENTIALS_DIRECTORY is not set (is this run by systemd?)", name), NULL;
    if (!*name || *name == '.' || strchr(name, '/'))
        return err_perm(e, "\"%s\" is no name of a credential", name), NULL;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return read_file(path, e);
}

static char *read_kind(const struct secret *s, struct err *e)
{
    switch (s->kind) {
    case SECRET_NONE: break;
    case SECRET_FILE: return read_file(s->where, e);
    case SECRET_COMMAND: return command_output(s->where, SECRET_MAX, COMMAND_TIMEOUT_S, e);
    case SECRET_CREDENTIAL: return read_credential(s->where, e);
    }
    err_perm(e, "no secret is set");
    return NULL;
}

char *secret_read(const struct secret *s, struct err *e)
{
    char *value = read_kind(s, e);
    if (value && *value && !strpbrk(value, "\r\n"))
        return value;
    if (value)
        err_perm(e, "the secret from %s is empty, or holds a line end", s->where);
    secret_free(value);
    return NULL;
}
