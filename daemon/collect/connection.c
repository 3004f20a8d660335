/* A connection that libcurl has made and libetpan speaks over.
 *
 * libcurl connects, checks certificate and host name, and logs in (CURLOPT_CONNECT_ONLY); libetpan's own TLS
 * verifies nothing and is not used. What joins them is a stream driver over curl_easy_recv and curl_easy_send. Its
 * first bytes are a made-up PREAUTH greeting, since the real one was read by libcurl. The driver ends the stream at
 * the command's deadline, at its cap, at the server's end, and when this program is to stop; an end is always -1,
 * because libetpan takes 0 for "more will come" and would ask for ever. */
#include "collect/connection.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "collect/stop.h"
#include "mail/tls.h"

#define STREAM_BUFFER    16384
#define WORDS_MAX        400
#define CAPABILITIES_MAX 2000

static const char greeting[] = "* PREAUTH ready\r\n";

struct connection {
    CURL *curl;
    mailimap *imap;
    curl_socket_t socket;
    char held[STREAM_BUFFER]; /* read ahead of libetpan */
    size_t held_from, held_len;
    int64_t deadline_at, bytes_left; /* of the current command; the deadline by clock_boot() */
    bool ended, leaving, bad;
    char why[160];         /* the stream ended */
    char words[WORDS_MAX]; /* the server's last refusal while logging in */
    struct buf capabilities;
};

void connection_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

static ssize_t stream_end(struct connection *c, const char *why)
{
    if (!c->ended)
        snprintf(c->why, sizeof c->why, "%s", why);
    c->ended = true;
    return -1;
}

/* ---- the stream driver */

static bool wait_for(struct connection *c, short events)
{
    for (;;) {
        int64_t left = c->deadline_at - clock_boot();
        if (left <= 0)
            return stream_end(c, "no answer in time") == 0;
        struct pollfd fds[3] = {{.fd = c->socket, .events = events},
                                {.fd = c->leaving ? -1 : stop_fd(), .events = POLLIN},
                                {.fd = c->leaving ? -1 : 0}};
        int n = poll(fds, 3, left > 60 ? 60000 : (int)left * 1000);
        if (n < 0 && errno != EINTR)
            return stream_end(c, strerror(errno)) == 0;
        if (n > 0 && (fds[1].revents || fds[2].revents))
            return stream_end(c, "stopping") == 0;
        if (n > 0 && fds[0].revents)
            return true;
    }
}

/* What the socket has now: the number of bytes, 0 when nothing, -1 at the end. */
static ssize_t receive(struct connection *c, void *out, size_t n)
{
    size_t got = 0;
    CURLcode r = curl_easy_recv(c->curl, out, n, &got);
    if (r == CURLE_AGAIN)
        return 0;
    if (r != CURLE_OK)
        return stream_end(c, curl_easy_strerror(r));
    if (got == 0)
        return stream_end(c, "the server closed the connection");
    c->bytes_left -= (int64_t)got;
    if (c->bytes_left < 0)
        return stream_end(c, "the answer is longer than any sound one");
    return (ssize_t)got;
}

static size_t take_held(struct connection *c, void *out, size_t n)
{
    if (n > c->held_len)
        n = c->held_len;
    memcpy(out, c->held + c->held_from, n);
    c->held_from += n;
    c->held_len -= n;
    return n;
}

static ssize_t driver_read(mailstream_low *low, void *out, size_t n)
{
    struct connection *c = low->data;
    ssize_t got = (ssize_t)take_held(c, out, n);
    while (got == 0) {
        if (c->ended)
            return -1;
        got = receive(c, out, n);
        if (got == 0 && !wait_for(c, POLLIN))
            return -1;
    }
    return got;
}

static ssize_t driver_write(mailstream_low *low, const void *bytes, size_t n)
{
    struct connection *c = low->data;
    size_t put = 0;
    while (!c->ended) {
        CURLcode r = curl_easy_send(c->curl, bytes, n, &put);
        if (r == CURLE_OK && put > 0)
            return (ssize_t)put;
        if (r != CURLE_OK && r != CURLE_AGAIN)
            return stream_end(c, curl_easy_strerror(r));
        wait_for(c, POLLOUT);
    }
    return -1;
}

static int driver_close(mailstream_low *low)
{
    (void)low;
    return 0; /* libcurl closes the socket */
}

static int driver_fd(mailstream_low *low)
{
    return ((struct connection *)low->data)->socket;
}

static void driver_free(mailstream_low *low)
{
    free(low);
}

static mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_fd,
    .mailstream_free = driver_free,
};

/* ---- connecting and logging in, by libcurl */

/* Keeps the server's last words that were not a mere untagged answer: why it refused. */
static int note_words(CURL *curl, curl_infotype type, char *data, size_t n, void *context)
{
    (void)curl;
    struct connection *c = context;
    if (type != CURLINFO_HEADER_IN || n < 3 || (data[0] == '*' && (n < 5 || strncasecmp(data, "* BYE", 5) != 0)) ||
        data[0] == '+')
        return 0;
    const char *space = memchr(data, ' ', n);
    size_t from = space ? (size_t)(space - data) + 1 : 0;
    while (n > from && (data[n - 1] == '\r' || data[n - 1] == '\n'))
        n--;
    n -= from;
    if (n >= sizeof c->words)
        n = sizeof c->words - 1;
    for (size_t i = 0; i < n; i++)
        c->words[i] = (unsigned char)data[from + i] < 32 || (unsigned char)data[from + i] > 126 ? '?' : data[from + i];
    c->words[n] = '\0';
    return 0;
}

static int stop_transfer(void *context, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t u)
{
    (void)context, (void)a, (void)b, (void)d, (void)u;
    return stop_requested();
}

static void set_login(CURL *curl, const struct mail_server *s, const char *secret)
{
    curl_easy_setopt(curl, CURLOPT_USERNAME, s->user ? s->user : "");
    switch (s->auth) {
    case MAIL_AUTH_NONE: break;
    case MAIL_AUTH_PLAIN:
        curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
        curl_easy_setopt(curl, CURLOPT_PASSWORD, secret);
        break;
    case MAIL_AUTH_LOGIN: /* no option: libcurl falls back to the LOGIN command only where none is set */
        curl_easy_setopt(curl, CURLOPT_PASSWORD, secret);
        break;
    case MAIL_AUTH_XOAUTH2:
        curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, secret);
        break;
    }
}

static void set_server(struct connection *c, const struct mail_server *s, char *error)
{
    BUF_SCOPED url = {0};
    bool literal = strchr(s->host, ':') != NULL;
    buf_addf(&url, "imap%s://%s%s%s:%d/", s->tls == TLS_IMPLICIT ? "s" : "", literal ? "[" : "", s->host,
             literal ? "]" : "", s->port);
    long timeout_s = s->connect_timeout_s > 0 ? s->connect_timeout_s : 30;
    curl_easy_setopt(c->curl, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_CONNECT_ONLY, 1L);
    tls_require(c->curl, s);
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, timeout_s);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 2 * timeout_s);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(c->curl, CURLOPT_DEBUGFUNCTION, note_words);
    curl_easy_setopt(c->curl, CURLOPT_DEBUGDATA, c);
    curl_easy_setopt(c->curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, stop_transfer);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
}

static bool log_in(struct connection *c, const struct mail_server *s, struct err *e)
{
    char error[CURL_ERROR_SIZE] = "";
    char *secret = NULL;
    if (s->auth != MAIL_AUTH_NONE && !(secret = secret_read(&s->secret, e)))
        return err_prefix(e, "cannot log in to %s", s->host);
    set_server(c, s, error);
    set_login(c->curl, s, secret);
    CURLcode r = curl_easy_perform(c->curl);
    secret_free(secret);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(c->curl, CURLOPT_VERBOSE, 0L);
    curl_easy_setopt(c->curl, CURLOPT_PASSWORD, NULL);
    curl_easy_setopt(c->curl, CURLOPT_XOAUTH2_BEARER, NULL);
    const char *reason = error[0] ? error : curl_easy_strerror(r);
    if (r == CURLE_LOGIN_DENIED)
        return err_perm(e, "%s:%d refuses the login of %s: %s", s->host, s->port, s->user ? s->user : "nobody",
                        c->words[0] ? c->words : reason);
    if (r != CURLE_OK)
        return err_temp(e, "cannot connect to %s:%d: %s", s->host, s->port, reason);
    if (curl_easy_getinfo(c->curl, CURLINFO_ACTIVESOCKET, &c->socket) != CURLE_OK || c->socket == CURL_SOCKET_BAD)
        return err_temp(e, "cannot connect to %s:%d: the connection is gone", s->host, s->port);
    return true;
}

/* ---- the session */

static bool speak(struct connection *c, struct err *e)
{
    memcpy(c->held, greeting, sizeof greeting - 1);
    c->held_from = 0;
    c->held_len = sizeof greeting - 1;
    mailstream_low *low = mailstream_low_new(c, &driver);
    mailstream *stream = low ? mailstream_new(low, STREAM_BUFFER) : NULL;
    c->imap = mailimap_new(0, NULL);
    if (!stream || !c->imap)
        abort();
    connection_allow(c, COMMAND_S, COMMAND_BYTES);
    if (mailimap_connect(c->imap, stream) != MAILIMAP_NO_ERROR_AUTHENTICATED)
        return err_temp(e, "cannot begin to speak IMAP");
    return true;
}

static bool ask_capabilities(struct connection *c, struct err *e)
{
    struct mailimap_capability_data *data = NULL;
    connection_allow(c, COMMAND_S, COMMAND_BYTES);
    if (connection_reply(c, mailimap_capability(c->imap, &data), "CAPABILITY", e) != REPLY_OK)
        return false;
    c->capabilities.max = CAPABILITIES_MAX;
    for (clistiter *i = clist_begin(data->cap_list); i; i = clist_next(i)) {
        const struct mailimap_capability *one = clist_content(i);
        bool auth = one->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE;
        const char *name = auth ? one->cap_data.cap_auth_type : one->cap_data.cap_name;
        buf_addf(&c->capabilities, "%s%s%s", c->capabilities.len ? " " : "", auth ? "AUTH=" : "", name ? name : "");
    }
    mailimap_capability_data_free(data);
    return true;
}

struct connection *connection_open(const struct mail_server *s, struct err *e)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c || !(c->curl = curl_easy_init()))
        abort();
    if (log_in(c, s, e) && speak(c, e) && ask_capabilities(c, e))
        return c;
    connection_close(c, false);
    return NULL;
}

void connection_close(struct connection *c, bool polite)
{
    if (!c)
        return;
    if (!polite)
        stream_end(c, "closed");
    connection_leave(c);
    connection_allow(c, LEAVE_S, COMMAND_BYTES);
    if (c->imap)
        mailimap_free(c->imap); /* says LOGOUT, where the stream still lets it */
    curl_easy_cleanup(c->curl);
    buf_free(&c->capabilities);
    free(c);
}

mailimap *connection_imap(struct connection *c)
{
    return c->imap;
}

void connection_allow(struct connection *c, int seconds, int64_t bytes)
{
    c->deadline_at = clock_boot() + seconds;
    c->bytes_left = bytes;
}

/* ---- results */

static const char *plain_words(struct connection *c, char out[WORDS_MAX])
{
    const char *said = c->imap->imap_response ? c->imap->imap_response : "";
    size_t n = 0;
    for (; n < WORDS_MAX - 1 && said[n]; n++)
        out[n] = (unsigned char)said[n] < 32 || (unsigned char)said[n] > 126 ? '?' : said[n];
    out[n] = '\0';
    return n ? out : "no reason given";
}

enum reply connection_reply(struct connection *c, int result, const char *what, struct err *e)
{
    char words[WORDS_MAX];
    switch (result) {
    case MAILIMAP_NO_ERROR:
    case MAILIMAP_NO_ERROR_AUTHENTICATED:
    case MAILIMAP_NO_ERROR_NON_AUTHENTICATED: return REPLY_OK;
    case MAILIMAP_ERROR_PROTOCOL: c->bad = true; /* fall through */
    case MAILIMAP_ERROR_FATAL: err_temp(e, "%s failed, the server said: %s", what, plain_words(c, words)); break;
    case MAILIMAP_ERROR_BAD_STATE:
    case MAILIMAP_ERROR_STREAM:
    case MAILIMAP_ERROR_PARSE:
    case MAILIMAP_ERROR_MEMORY:
    case MAILIMAP_ERROR_NEEDS_MORE_DATA:
        err_temp(e, "%s failed: %s", what, c->ended ? c->why : "what the server said is no IMAP");
        break;
    default:
        err_temp(e, "%s refused: %s", what, plain_words(c, words));
        if (!c->ended)
            return REPLY_NO;
    }
    stream_end(c, "what the server said is no IMAP");
    return REPLY_LOST;
}

bool connection_was_bad(const struct connection *c)
{
    return c->bad;
}

void connection_leave(struct connection *c)
{
    c->leaving = true;
}

int connection_fd(const struct connection *c)
{
    return c->socket;
}

bool connection_pending(struct connection *c)
{
    if (c->ended || c->held_len > 0 || c->imap->imap_stream->read_buffer_len > 0)
        return true;
    ssize_t got = receive(c, c->held, sizeof c->held); /* TLS may hold bytes that no poll shows */
    c->held_from = 0;
    c->held_len = got > 0 ? (size_t)got : 0;
    return got != 0;
}

bool connection_can(const struct connection *c, const char *capability)
{
    size_t n = strlen(capability);
    for (const char *p = buf_text(&c->capabilities); p && *p; p = strchr(p, ' ')) {
        p += *p == ' ';
        if (strncasecmp(p, capability, n) == 0 && (p[n] == ' ' || p[n] == '\0' || p[n] == '='))
            return true;
    }
    return false;
}

const char *connection_capabilities(const struct connection *c)
{
    return buf_text(&c->capabilities);
}
