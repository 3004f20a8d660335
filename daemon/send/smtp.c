/* smtp.c - a delivery through libcurl's easy interface.
 *
 * What happened is judged by the server's reply code and by the place in the dialogue, never by libcurl's result
 * alone. Whatever failed costs the handle: its connection may still carry a late answer to the mail before. One handle
 * makes one connection, so that a login never uses an old secret. A kept connection that turns out closed before the
 * server took MAIL is replaced once, unseen. Refused here, before a word about the mail: envelope addresses that would
 * break or need SMTPUTF8 where it is not offered, more bytes than the server takes, files that are not as promised.
 * Once every byte is handed over, no answer means "unknown". */
#include "send/smtp.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail/tls.h"
#include "send/body.h"
#include "send/dialogue.h"

#define ADDRESS_BYTES_MAX 254 /* RFC 5321 4.5.3.1.3 */
#define STOP_WAIT_S       60
#define REPLY_WAIT_MAX_S  3900 /* beyond every wait of dialogue.c, which rules */

struct smtp {
    const struct mail_server *server;
    bool (*stopping)(void *);
    void *stopping_arg;
    CURL *curl; /* NULL: no connection */
    bool used;  /* this handle has had its connection: it makes no second one */
    bool stop_seen;
    struct dialogue dialogue;
    const struct send_job *job; /* while delivering */
    struct send_job nothing;    /* what a probe delivers */
    struct body body;           /* while delivering */
    struct err trouble;         /* why we ended the transfer ourselves; kind ERR_NONE where we did not */
    struct send_outcome ours;   /* stage and code that go with it */
    char curl_says[CURL_ERROR_SIZE];
    struct buf text;
};

struct smtp *smtp_new(const struct mail_server *server, bool (*stopping)(void *), void *arg)
{
    struct smtp *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->server = server;
    s->stopping = stopping;
    s->stopping_arg = arg;
    s->text.max = 4096;
    return s;
}

void smtp_close(struct smtp *s)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (!s->curl)
        return;
    /* Nothing can be read any more, so that libcurl says QUIT and does not wait two minutes for the answer. */
    if (curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
        shutdown(fd, SHUT_RD);
    curl_easy_cleanup(s->curl);
    s->curl = NULL;
}

void smtp_free(struct smtp *s)
{
    if (!s)
        return;
    smtp_close(s);
    dialogue_free(&s->dialogue);
    buf_free(&s->text);
    free(s);
}

/* --- what libcurl asks and tells while it works
 * ---------------------------------------------------------------------- */

static void end_ourselves(struct smtp *s, enum send_stage stage, int code)
{
    s->ours.stage = stage;
    s->ours.code = code;
}

static int on_debug(CURL *curl, curl_infotype type, char *bytes, size_t n, void *arg)
{
    struct smtp *s = arg;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT)
        dialogue_said(&s->dialogue, bytes, n, clock_boot());
    return 0;
}

static size_t on_line(char *line, size_t size, size_t n, void *arg)
{
    struct smtp *s = arg;
    dialogue_heard(&s->dialogue, line, size * n, clock_boot());
    return size * n;
}

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
    struct smtp *s = arg;
    ssize_t got = body_read(&s->body, out, size * n, &s->trouble);
    if (got < 0) {
        end_ourselves(s, SEND_LOCAL, 0);
        return CURL_READFUNC_ABORT;
    }
    dialogue_handed(&s->dialogue, body_done(&s->body), clock_boot());
    return (size_t)got;
}

static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    const struct smtp *s = arg;
    (void)purpose;
    return s->used ? CURL_SOCKET_BAD : socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static bool server_can_take(struct smtp *s)
{
    const struct dialogue *d = &s->dialogue;
    const char *beyond = ascii(s->job->to) ? s->job->from : s->job->to;
    if (s->server->auth != MAIL_AUTH_NONE && !d->logged_in) {
        end_ourselves(s, SEND_LOGIN, 0);
        return err_perm(&s->trouble, "%s offers no login%s", s->server->host,
                        s->server->tls == TLS_NONE ? " (perhaps only with TLS)" : "");
    }
    if (!d->offers_utf8 && !ascii(beyond)) {
        end_ourselves(s, SEND_LOCAL, 553);
        return err_perm(&s->trouble, "%s does not offer SMTPUTF8, which the address %s needs", s->server->host, beyond);
    }
    if (d->offers_size > 0 && s->job->size > d->offers_size) {
        end_ourselves(s, SEND_LOCAL, 552);
        return err_perm(&s->trouble, "the mail has %lld bytes, and %s takes %lld at most", (long long)s->job->size,
                        s->server->host, (long long)d->offers_size);
    }
    if (s->job->n_segments > 0)
        return true;
    end_ourselves(s, SEND_ACCEPTED, 250); /* a probe has come as far as it should */
    return err_temp(&s->trouble, "ready");
}

/* The connection stands and the login is done; now comes MAIL. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type */
static int on_ready(void *arg, char *ip, char *local_ip, int port, int local_port)
{
    struct smtp *s = arg;
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    dialogue_mail(&s->dialogue, clock_boot());
    return server_can_take(s) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static void notice_connected(struct smtp *s)
{
    curl_off_t took_us = 0;
    CURLINFO what = s->server->tls == TLS_IMPLICIT ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T;
    if (s->dialogue.phase == PHASE_CONNECT && curl_easy_getinfo(s->curl, what, &took_us) == CURLE_OK && took_us > 0)
        dialogue_connected(&s->dialogue, clock_boot());
}

/* False where the mail is given up now. */
static bool go_on_though_stopping(struct smtp *s, int64_t now_at)
{
    struct dialogue *d = &s->dialogue;
    if (d->phase != PHASE_DOT) {
        end_ourselves(s, dialogue_stage(d, 0), 0);
        return err_temp(&s->trouble, "stopped before the mail was handed over");
    }
    if (!s->stop_seen) {
        s->stop_seen = true;
        if (d->deadline_at > now_at + STOP_WAIT_S)
            d->deadline_at = now_at + STOP_WAIT_S;
    }
    return true;
}

static int on_tick(void *arg, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
    struct smtp *s = arg;
    int64_t now_at = clock_boot();
    (void)down, (void)down_now, (void)up, (void)up_now;
    notice_connected(s);
    if (s->stopping && s->stopping(s->stopping_arg) && !go_on_though_stopping(s, now_at))
        return 1;
    if (now_at < s->dialogue.deadline_at)
        return 0;
    end_ourselves(s, dialogue_stage(&s->dialogue, 0), 0);
    err_temp(&s->trouble, "%s did not answer %s in time", s->server->host, phase_names[s->dialogue.phase]);
    return 1;
}

/* --- a handle
 * -------------------------------------------------------------------------------------------------------- */

static void set_callbacks(struct smtp *s)
{
    CURL *c = s->curl;
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->curl_says);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c, CURLOPT_READDATA, s);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_ready);
    curl_easy_setopt(c, CURLOPT_PREREQDATA, s);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_tick);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, s);
}

static void set_connection(struct smtp *s)
{
    const struct mail_server *server = s->server;
    char url[320];
    bool brackets = strchr(server->host, ':') != NULL;
    snprintf(url, sizeof url, "%s://%s%s%s:%d", server->tls == TLS_IMPLICIT ? "smtps" : "smtp", brackets ? "[" : "",
             server->host, brackets ? "]" : "", server->port);
    curl_easy_setopt(s->curl, CURLOPT_URL, url);
    curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(s->curl, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(s->curl, CURLOPT_MAXAGE_CONN, (long)SMTP_IDLE_S);
    curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, (long)REPLY_WAIT_MAX_S);
    curl_easy_setopt(s->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)REPLY_WAIT_MAX_S);
}

static bool set_login(struct smtp *s, struct err *e)
{
    const struct mail_server *server = s->server;
    static const char *const mechanisms[] = {"", "AUTH=PLAIN", "AUTH=LOGIN", "AUTH=XOAUTH2"};
    if (server->auth == MAIL_AUTH_NONE)
        return true;
    char *secret = secret_read(&server->secret, e);
    if (!secret)
        return false;
    curl_easy_setopt(s->curl, CURLOPT_LOGIN_OPTIONS, mechanisms[server->auth]);
    curl_easy_setopt(s->curl, CURLOPT_USERNAME, server->user);
    curl_easy_setopt(s->curl, server->auth == MAIL_AUTH_XOAUTH2 ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD, secret);
    secret_free(secret);
    return true;
}

static bool open_handle(struct smtp *s)
{
    s->curl = curl_easy_init();
    if (!s->curl)
        abort();
    s->used = false;
    set_callbacks(s);
    set_connection(s);
    tls_require(s->curl, s->server);
    dialogue_open(&s->dialogue, s->server, clock_boot());
    if (set_login(s, &s->trouble))
        return true;
    end_ourselves(s, SEND_LOGIN, 0);
    smtp_close(s);
    return false;
}

/* --- a delivery
 * ------------------------------------------------------------------------------------------------------ */

static struct send_outcome outcome(struct smtp *s, enum send_stage stage, int code)
{
    return (struct send_outcome){.id = s->job->id,
                                 .code = code,
                                 .stage = stage,
                                 .text = buf_text(&s->text),
                                 .server_size = s->dialogue.offers_size};
}

static struct send_outcome outcome_of_ours(struct smtp *s)
{
    buf_clear(&s->text);
    buf_adds(&s->text, s->trouble.text);
    return outcome(s, s->ours.stage, s->ours.code);
}

/* A refused token comes as a challenge: what it says is inside, in base64. */
static void add_login_words(struct smtp *s)
{
    const char *words = buf_text(&s->dialogue.reply);
    gsize n = 0;
    g_autofree guchar *inside = *words && !strchr(words, ' ') ? g_base64_decode(words, &n) : NULL;
    if (!*words)
        return;
    buf_adds(&s->text, ": ");
    if (n > 0)
        buf_add(&s->text, inside, n);
    else
        buf_adds(&s->text, words);
}

static void set_reason(struct smtp *s, CURLcode result)
{
    buf_clear(&s->text);
    if (s->trouble.kind != ERR_NONE)
        buf_adds(&s->text, s->trouble.text);
    else if (result == CURLE_LOGIN_DENIED && s->dialogue.phase < PHASE_AUTH)
        buf_addf(&s->text, "%s does not offer the login \"%s\"", s->server->host, auth_mode_names[s->server->auth]);
    else
        buf_adds(&s->text, *s->curl_says ? s->curl_says : curl_easy_strerror(result));
    if (s->dialogue.phase == PHASE_AUTH && s->trouble.kind == ERR_NONE)
        add_login_words(s);
}

static struct send_outcome judge_result(struct smtp *s, CURLcode result, int code)
{
    const struct dialogue *d = &s->dialogue;
    bool handed = d->phase == PHASE_DOT;
    if (code >= 400 || (handed && code >= 200 && code < 300)) {
        buf_clear(&s->text);
        buf_adds(&s->text, buf_text(&d->reply));
        return outcome(s, code >= 400 ? dialogue_stage(d, code) : SEND_ACCEPTED, code);
    }
    set_reason(s, result);
    if (handed)
        return outcome(s, SEND_UNKNOWN, 0);
    if (s->trouble.kind != ERR_NONE)
        return outcome_of_ours(s);
    return outcome(s, result == CURLE_LOGIN_DENIED ? SEND_LOGIN : dialogue_stage(d, 0), 0);
}

static struct send_outcome perform(struct smtp *s)
{
    struct curl_slist *to = curl_slist_append(NULL, s->job->to);
    long code = 0;
    if (!to)
        abort();
    curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, s->job->from);
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->job->size);
    *s->curl_says = '\0';
    CURLcode result = curl_easy_perform(s->curl);
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(to);
    struct send_outcome o = judge_result(s, result, (int)code);
    s->used = true;
    if (result != CURLE_OK)
        smtp_close(s);
    return o;
}

static struct send_outcome attempt(struct smtp *s)
{
    s->trouble = (struct err){0};
    if (s->curl)
        dialogue_mail(&s->dialogue, clock_boot());
    else if (!open_handle(s))
        return outcome_of_ours(s);
    return perform(s);
}

/* The kept connection was closed while it lay idle: nothing of this mail has been taken. */
static bool closed_while_idle(const struct smtp *s, const struct send_outcome *o)
{
    return !s->curl && s->trouble.kind == ERR_NONE && s->dialogue.phase <= PHASE_MAIL &&
           (o->code == 0 || o->code == 421);
}

/* What would break the command it stands in; libcurl writes it as it is. */
static bool speakable(const char *address)
{
    size_t n = strlen(address);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)address[i] <= ' ' || address[i] == 0x7f || address[i] == '<' || address[i] == '>')
            return false;
    return n <= ADDRESS_BYTES_MAX;
}

static bool job_is_sound(struct smtp *s)
{
    const struct send_job *job = s->job;
    if (!speakable(job->from) || !speakable(job->to) || !*job->to) {
        end_ourselves(s, SEND_LOCAL, 553);
        return err_perm(&s->trouble, "the %s address cannot be put into a command",
                        speakable(job->from) ? "recipient's" : "sender's");
    }
    end_ourselves(s, SEND_LOCAL, 0);
    return body_open(&s->body, job, &s->trouble);
}

static struct send_outcome deliver_sound(struct smtp *s)
{
    bool kept = s->curl != NULL;
    struct send_outcome o = attempt(s);
    return kept && closed_while_idle(s, &o) ? attempt(s) : o;
}

struct send_outcome smtp_probe(struct smtp *s, int64_t id)
{
    s->nothing = (struct send_job){.id = id, .from = "", .to = ""};
    s->job = &s->nothing;
    s->trouble = (struct err){0};
    smtp_close(s);
    struct send_outcome o = attempt(s);
    s->job = NULL;
    return o;
}

struct send_outcome smtp_deliver(struct smtp *s, const struct send_job *job)
{
    s->job = job;
    s->trouble = (struct err){0};
    s->body = (struct body){0};
    struct send_outcome o = job_is_sound(s) ? deliver_sound(s) : outcome_of_ours(s);
    s->job = NULL;
    body_close(&s->body);
    return o;
}
