/* Speaks with clamd in straight blocking code. Nothing here trusts the other end: its answer has a maximum, each wait
 * an end, and what is no answer in clamd's words is no verdict. A file counts as clean by "stream: OK" alone. */
#include "scan/clamd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define CHUNK     65536
#define REPLY_MAX 1024

static struct clamd_words words(enum scan_result result, const char *format, const char *text)
{
    struct clamd_words w = {.result = result};

    snprintf(w.text, sizeof w.text, format, text);
    return w;
}

static int connect_to(const struct clamd *c, struct err *e)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = c->connect_s};
    FD_SCOPED fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int connected;

    if (strlen(c->socket) >= sizeof at.sun_path) {
        err_perm(e, "cannot connect to %s: the path is too long", c->socket);
        return -1;
    }
    strcpy(at.sun_path, c->socket);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) {
        err_temp(e, "cannot connect to %s: %s", c->socket, errno == EAGAIN ? "it is busy" : strerror(errno));
        return -1;
    }
    connected = fd;
    fd = -1;
    return connected;
}

/* ---- saying */

enum said { SAID_ALL, ANSWERED_EARLY, NOT_TAKEN };

/* An answer that comes before all is said ends the saying. */
static enum said say(int to, const void *bytes, size_t n, int patience_s)
{
    const char *p = bytes;

    while (n > 0) {
        struct pollfd channel = {.fd = to, .events = POLLIN | POLLOUT};
        ssize_t done;

        if (poll(&channel, 1, patience_s * 1000) == 0)
            return NOT_TAKEN;
        if (channel.revents & POLLIN)
            return ANSWERED_EARLY;
        done = send(to, p, n, MSG_NOSIGNAL);
        if (done < 0 && errno != EAGAIN && errno != EINTR)
            return ANSWERED_EARLY; /* it has closed, perhaps with a word */
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return SAID_ALL;
}

static enum said say_chunk(const struct clamd *c, int to, const void *bytes, size_t n)
{
    uint32_t length = htonl((uint32_t)n);
    enum said said = say(to, &length, sizeof length, c->write_s);

    return said == SAID_ALL ? say(to, bytes, n, c->write_s) : said;
}

/* False where the file itself cannot be read. */
static bool say_file(const struct clamd *c, int to, int fd, int64_t offset, int64_t size, enum said *said_out)
{
    char bytes[CHUNK];

    *said_out = say(to, "zINSTREAM", sizeof "zINSTREAM", c->write_s);
    while (*said_out == SAID_ALL && size > 0) {
        ssize_t n = pread(fd, bytes, size < CHUNK ? (size_t)size : CHUNK, offset);

        if (n <= 0)
            return false;
        *said_out = say_chunk(c, to, bytes, (size_t)n);
        offset += n;
        size -= n;
    }
    if (*said_out == SAID_ALL)
        *said_out = say_chunk(c, to, "", 0);
    return true;
}

/* ---- hearing */

enum heard { HEARD, SILENCE, CLOSED };

/* Until its NUL, or its end of the connection. */
static enum heard hear(int from, char reply[REPLY_MAX], int patience_s)
{
    int64_t until = clock_boot() + patience_s;
    size_t n = 0;

    for (int64_t left; n < REPLY_MAX - 1 && (left = until - clock_boot()) > 0;) {
        struct pollfd channel = {.fd = from, .events = POLLIN};
        ssize_t got;

        if (poll(&channel, 1, (int)left * 1000) <= 0)
            continue;
        got = recv(from, reply + n, REPLY_MAX - 1 - n, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        n += got > 0 ? (size_t)got : 0;
        reply[n] = '\0';
        if (got <= 0)
            return n > 0 ? HEARD : CLOSED;
        if (strlen(reply) < n)
            return HEARD;
    }
    reply[n] = '\0';
    return n == REPLY_MAX - 1 ? HEARD : SILENCE;
}

struct clamd_words clamd_version(const struct clamd *c)
{
    char reply[REPLY_MAX];
    struct err e = {0};
    FD_SCOPED channel = connect_to(c, &e);

    if (channel < 0)
        return words(SCAN_AWAY, "%.200s", e.text);
    if (say(channel, "zVERSION", sizeof "zVERSION", c->ping_s) == NOT_TAKEN || hear(channel, reply, c->ping_s) != HEARD)
        return words(SCAN_AWAY, "what listens at %.100s does not answer", c->socket);
    if (strncmp(reply, "ClamAV ", 7) != 0)
        return words(SCAN_AWAY, "what listens there is no clamd, it says: %.120s", reply);
    return words(SCAN_CLEAN, "%.200s", reply);
}

/* The scanner's fault, or the file's? */
static struct clamd_words whose_fault(const struct clamd *c, const char *what)
{
    struct clamd_words version = clamd_version(c);

    return version.result == SCAN_AWAY ? version : words(SCAN_FAILED, "%s", what);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), of = strlen(end);

    return n >= of && strcmp(text + n - of, end) == 0;
}

/* "OK" before all was said is about another file than ours. */
static struct clamd_words understood(char *reply, bool said_all)
{
    static const char begin[] = "stream: ", found[] = " FOUND";
    static const char limits[] = "Heuristics.Limits.Exceeded"; /* AlertExceedsMax: it has not looked at all of it */
    bool begins = strncmp(reply, begin, sizeof begin - 1) == 0;

    if (said_all && strcmp(reply, "stream: OK") == 0)
        return words(SCAN_CLEAN, "%s", "");
    if (begins && ends_with(reply, found) && strlen(reply) > strlen(begin) + strlen(found)) {
        reply[strlen(reply) - strlen(found)] = '\0';
        if (strncmp(reply + strlen(begin), limits, strlen(limits)) == 0)
            return words(SCAN_FAILED, "the file is beyond the scanner's limits: %.150s", reply + strlen(begin));
        return words(SCAN_INFECTED, "%.200s", reply + strlen(begin));
    }
    if (strstr(reply, "size limit exceeded"))
        return words(SCAN_FAILED, "%s", "the file is longer than the scanner takes (StreamMaxLength in clamd.conf)");
    return words(SCAN_FAILED, "the scanner answered: %.150s", reply);
}

/* NULL: clamd has answered; else what it left undone. */
static const char *ask(const struct clamd *c, int channel, enum said said, char reply[REPLY_MAX])
{
    if (said == NOT_TAKEN)
        return "the scanner did not take the file in time";
    switch (hear(channel, reply, c->answer_s)) {
    case HEARD: return NULL;
    case SILENCE: return "the scanner did not answer in time";
    case CLOSED: break;
    }
    return "the scanner closed the connection without an answer";
}

struct clamd_words clamd_scan(const struct clamd *c, int fd, int64_t offset, int64_t size)
{
    char reply[REPLY_MAX];
    const char *undone;
    struct err e = {0};
    enum said said;
    FD_SCOPED channel = connect_to(c, &e);

    if (channel < 0)
        return words(SCAN_AWAY, "%.200s", e.text);
    if (!say_file(c, channel, fd, offset, size, &said))
        return words(SCAN_FAILED, "%s", "the file could not be read to be scanned");
    undone = ask(c, channel, said, reply);
    fd_close(&channel);
    return undone ? whose_fault(c, undone) : understood(reply, said == SAID_ALL);
}
