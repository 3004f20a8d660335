/* wire.c - JSON lines and descriptors over a Unix stream socket.
 *
 * Reading: bytes gather in `in` until a line end; a line is measured (length, nesting) before jansson sees it, since
 * both reading and freeing a deep value recurse. A peer that sends more descriptors than are taken is broken too.
 * Writing: lines gather in `out`; a descriptor leaves with the first byte of its line, so that the receiver has it
 * by the time it has the line. Loading this file makes jansson end the process where there is no memory. */
#include "base/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { READ_SIZE = 64 * 1024 };

struct passenger {
    int fd;
    size_t at; /* its line starts here in `out` */
};

struct wire {
    int fd;
    size_t line_max;
    struct buf in, out;
    size_t searched; /* bytes of `in` known to hold no line end */
    int received[WIRE_FDS_MAX];
    size_t n_received;
    struct passenger leaving[WIRE_FDS_MAX];
    size_t n_leaving;
    bool ended;
};

static void *json_memory(size_t size)
{
    return mem_resize(NULL, size);
}

__attribute__((constructor)) static void prepare_json(void)
{
    json_set_alloc_funcs(json_memory, free);
}

struct wire *wire_new(int fd, size_t line_max)
{
    json_object_seed(0); /* reads /dev/urandom once, while a sandbox is still open */
    struct wire *w = mem_alloc(sizeof *w);
    w->fd = fd;
    w->line_max = line_max;
    w->in.max = line_max + READ_SIZE;
    w->out.max = WIRE_WAITING_MAX;
    return w;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n_received; i++)
        close(w->received[i]);
    for (size_t i = 0; i < w->n_leaving; i++)
        close(w->leaving[i].fd);
    fd_close(&w->fd);
    buf_free(&w->in);
    buf_free(&w->out);
    free(w);
}

int wire_fd(const struct wire *w)
{
    return w->fd;
}

void wire_nonblocking(struct wire *w)
{
    fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) | O_NONBLOCK);
}

bool wire_pending(const struct wire *w)
{
    return w->out.len > 0;
}

/* Writes up to the next line that has a descriptor; -1 with errno where nothing could be written. */
static ssize_t write_piece(struct wire *w)
{
    bool rides = w->n_leaving && w->leaving[0].at == 0;
    size_t next = rides ? 1 : 0;
    size_t n = w->n_leaving > next ? w->leaving[next].at : w->out.len;
    struct iovec bytes = {.iov_base = w->out.data, .iov_len = n};
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct msghdr m = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (rides) {
        m.msg_control = &control;
        m.msg_controllen = sizeof control.space;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &w->leaving[0].fd, sizeof(int));
    }
    return TEMP_FAILURE_RETRY(sendmsg(w->fd, &m, MSG_NOSIGNAL));
}

static void written(struct wire *w, size_t n)
{
    if (w->n_leaving && w->leaving[0].at == 0) {
        close(w->leaving[0].fd);
        w->n_leaving--;
        memmove(w->leaving, w->leaving + 1, w->n_leaving * sizeof w->leaving[0]);
    }
    for (size_t i = 0; i < w->n_leaving; i++)
        w->leaving[i].at -= n;
    buf_drop(&w->out, n);
}

bool wire_flush(struct wire *w, struct err *e)
{
    while (w->out.len) {
        ssize_t n = write_piece(w);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n < 0)
            return err_temp(e, "cannot send to the other program: %s", strerror(errno));
        written(w, (size_t)n);
    }
    return true;
}

static bool queue(struct wire *w, const char *line, size_t n, int fd, struct err *e)
{
    if (n > WIRE_LINE_MAX)
        return err_perm(e, "a message of %zu bytes is too long to send to another program", n);
    if (n + 1 > WIRE_WAITING_MAX - w->out.len || (fd >= 0 && w->n_leaving == WIRE_FDS_MAX))
        return err_temp(e, "the other program does not read what is sent to it");
    if (fd >= 0) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            return err_temp(e, "cannot pass a descriptor: %s", strerror(errno));
        w->leaving[w->n_leaving++] = (struct passenger){.fd = copy, .at = w->out.len};
    }
    buf_add(&w->out, line, n);
    buf_addc(&w->out, '\n');
    return true;
}

bool wire_send(struct wire *w, json_t *message, int fd, struct err *e)
{
    JSON_SCOPED owned = message;
    char *line = json_is_object(owned) ? json_dumps(owned, JSON_COMPACT) : NULL;
    if (!line)
        return err_perm(e, "a message to another program could not be made");
    bool queued = queue(w, line, strlen(line), fd, e);
    free(line);
    return queued && wire_flush(w, e);
}

static bool nests_too_deep(const char *line, size_t n)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < n; i++) {
        char c = line[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[') && ++depth > WIRE_DEPTH_MAX)
            return true;
        else if (!in_string && (c == '}' || c == ']') && depth)
            depth--;
    }
    return false;
}

static enum wire_got broken(struct wire *w, struct err *e, const char *why)
{
    w->ended = true;
    err_perm(e, "the other program sent %s", why);
    return WIRE_BROKEN;
}

static enum wire_got read_line(struct wire *w, size_t n, json_t **message_out, struct err *e)
{
    if (n > w->line_max)
        return broken(w, e, "a line that is too long");
    if (nests_too_deep(w->in.data, n))
        return broken(w, e, "a message nested too deep");
    json_error_t why;
    json_t *message = json_loadb(w->in.data, n, JSON_REJECT_DUPLICATES, &why);
    buf_drop(&w->in, n + 1);
    w->searched = 0;
    if (!json_is_object(message)) {
        json_decref(message);
        return broken(w, e, "a line that is no JSON object");
    }
    *message_out = message;
    return WIRE_MESSAGE;
}

/* Keeps the descriptors of one packet; false where they are more than we hold. */
static bool keep_descriptors(struct wire *w, struct msghdr *m)
{
    bool all = !(m->msg_flags & MSG_CTRUNC);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (w->n_received < WIRE_FDS_MAX) {
                w->received[w->n_received++] = fd;
            } else {
                close(fd);
                all = false;
            }
        }
    }
    return all;
}

static enum wire_got read_more(struct wire *w, struct err *e)
{
    char bytes[READ_SIZE];
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
    } control;
    struct iovec into = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr m = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = TEMP_FAILURE_RETRY(recvmsg(w->fd, &m, MSG_CMSG_CLOEXEC));
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return WIRE_NOTHING;
    if (n < 0 && errno != ECONNRESET) {
        err_temp(e, "cannot read from the other program: %s", strerror(errno));
        return WIRE_BROKEN;
    }
    if (n > 0 && !keep_descriptors(w, &m))
        return broken(w, e, "too many descriptors");
    if (n <= 0) {
        if (w->in.len)
            return broken(w, e, "half a line and ended");
        w->ended = true;
        return WIRE_CLOSED;
    }
    buf_add(&w->in, bytes, (size_t)n);
    return WIRE_MESSAGE;
}

enum wire_got wire_recv(struct wire *w, json_t **message_out, struct err *e)
{
    while (!w->ended) {
        const char *start = buf_text(&w->in) + w->searched;
        const char *end = memchr(start, '\n', w->in.len - w->searched);
        if (end)
            return read_line(w, (size_t)(end - w->in.data), message_out, e);
        w->searched = w->in.len;
        if (w->in.len > w->line_max)
            return broken(w, e, "a line that is too long");
        enum wire_got got = read_more(w, e);
        if (got != WIRE_MESSAGE)
            return got;
    }
    return WIRE_CLOSED;
}

int wire_take_fd(struct wire *w)
{
    if (!w->n_received)
        return -1;
    int fd = w->received[0];
    w->n_received--;
    memmove(w->received, w->received + 1, w->n_received * sizeof w->received[0]);
    return fd;
}

const char *wire_string(const json_t *o, const char *key, const char *otherwise)
{
    const char *value = json_string_value(json_object_get(o, key));
    return value ? value : otherwise;
}

int64_t wire_int(const json_t *o, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(o, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool wire_bool(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

void json_cleanup(json_t **j)
{
    json_decref(*j);
}
