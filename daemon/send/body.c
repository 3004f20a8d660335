/* body.c - segments of a mail, read one after the other.
 *
 * Refuses files whose sizes do not add up to the size of the job (libcurl waits for ever for missing bytes), a file
 * that shrinks while it is read, and CR or LF standing alone: libcurl stuffs dots only after CRLF, and servers
 * disagree on what a bare one is. */
#include "send/body.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool add_segment(struct body *b, const char *path, int64_t *size, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return err_perm(e, "cannot open %s: %s", path, strerror(errno));
    b->fds[b->n++] = fd;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_perm(e, "%s is no plain file", path);
    *size += st.st_size;
    return true;
}

bool body_open(struct body *b, const struct send_job *job, struct err *e)
{
    int64_t size = 0;
    *b = (struct body){.paths = job->segments, .size = job->size};
    if (job->n_segments == 0 || job->n_segments > SEND_SEGMENTS_MAX)
        return err_perm(e, "a mail of %zu segments", job->n_segments);
    for (size_t i = 0; i < job->n_segments; i++)
        if (!add_segment(b, job->segments[i], &size, e)) {
            body_close(b);
            return false;
        }
    if (size == job->size)
        return true;
    body_close(b);
    return err_perm(e, "the files of this mail, from %s on, have %lld bytes together and not %lld", job->segments[0],
                    (long long)size, (long long)job->size);
}

void body_close(struct body *b)
{
    while (b->n > 0)
        close(b->fds[--b->n]);
}

bool body_done(const struct body *b)
{
    return b->given == b->size;
}

/* Every LF comes after a CR, and every CR before an LF. */
static bool lines_end_well(struct body *b, const char *bytes, size_t n)
{
    const char *end = bytes + n, *p = bytes;
    if (b->cr && n > 0 && *p != '\n')
        return false;
    for (bool cr = b->cr; (p = memchr(p, '\n', (size_t)(end - p))); p++, cr = false)
        if (p == bytes ? !cr : p[-1] != '\r')
            return false;
    for (p = bytes; (p = memchr(p, '\r', (size_t)(end - p))); p++)
        if (p + 1 < end && p[1] != '\n')
            return false;
    b->cr = n > 0 ? end[-1] == '\r' : b->cr;
    return true;
}

static ssize_t read_segment(struct body *b, char *out, size_t max, struct err *e)
{
    ssize_t n;
    do
        n = read(b->fds[b->at], out, max);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        err_temp(e, "cannot read %s: %s", b->paths[b->at], strerror(errno));
    return n;
}

/* As much as there is, up to max bytes, across segments; -1 where the system fails. */
static ssize_t read_some(struct body *b, char *out, size_t max, struct err *e)
{
    size_t got = 0;
    while (got < max && b->at < b->n) {
        ssize_t n = read_segment(b, out + got, max - got, e);
        if (n < 0)
            return -1;
        if (n == 0)
            b->at++;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

static const char *path_now(const struct body *b)
{
    return b->paths[b->at < b->n ? b->at : b->n - 1];
}

ssize_t body_read(struct body *b, char *out, size_t max, struct err *e)
{
    size_t room = (int64_t)max < b->size - b->given ? max : (size_t)(b->size - b->given);
    ssize_t got = read_some(b, out, room, e);
    if (got < 0)
        return -1;
    if ((size_t)got < room) {
        err_perm(e, "%s became shorter while it was sent", path_now(b));
        return -1;
    }
    b->given += got;
    if (!lines_end_well(b, out, (size_t)got) || (body_done(b) && b->cr)) {
        err_perm(e, "%s has a line that does not end in CRLF", path_now(b));
        return -1;
    }
    return got;
}
