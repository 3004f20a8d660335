/* fake_imap.c - the scripted server of fake_imap.h. */
#include "unit/fake_imap.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/tls_server.h"

#define GREETING     "* OK fake.example ready\r\n"
#define CAPABILITIES "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 IDLE UIDPLUS MOVE"
#define ARRIVED      "17-Jul-2026 02:44:25 +0000"
#define TEXT_MAX     8192

static bool send_all(int fd, const char *bytes, size_t n, int drip_ms)
{
    while (n > 0) {
        usleep((useconds_t)drip_ms * 1000);
        ssize_t put = send(fd, bytes, drip_ms ? 1 : n, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        bytes += put;
        n -= (size_t)put;
    }
    return true;
}

/* With the tag in the place of each $; true where the connection goes on. */
static bool say(int fd, const struct fake_imap *f, const char *reply, int drip_ms)
{
    char rest[256];
    if (strcmp(reply, FAKE_SILENT) == 0)
        while (read(fd, rest, sizeof rest) > 0)
            continue;
    if (strcmp(reply, FAKE_SILENT) == 0 || !*reply)
        return false;
    char *whole = malloc(strlen(reply) + 100 * sizeof f->tag);
    size_t n = 0;
    bool close = false;
    for (const char *p = reply; *p; p++)
        if (*p == *FAKE_THEN_CLOSE)
            close = true;
        else if (*p == '$')
            n += (size_t)sprintf(whole + n, "%s", f->tag);
        else
            whole[n++] = *p;
    bool said = send_all(fd, whole, n, drip_ms);
    free(whole);
    return said && !close;
}

/* ---- friendly answers */

static void message(int uid, char out[200])
{
    snprintf(out, 200, "Subject: mail %d\r\n\r\nbody of %d\r\n", uid, uid);
}

static void answer_fetch(const struct fake_imap *f, const char *set, bool body, char *out)
{
    char text[200];
    for (const char *p = set; *p && *p != ' '; p += strcspn(p, ", "), p += *p == ',') {
        char *end;
        int uid = (int)strtol(p, &end, 10), last = *end == ':' ? (int)strtol(end + 1, NULL, 10) : uid;
        for (; uid <= last && uid >= 1 && uid <= f->messages; uid++) {
            message(uid, text);
            out += body ? sprintf(out, "* %d FETCH (UID %d BODY[] {%zu}\r\n%s)\r\n", uid, uid, strlen(text), text)
                        : sprintf(out, "* %d FETCH (UID %d RFC822.SIZE %zu INTERNALDATE \"" ARRIVED "\")\r\n", uid, uid,
                                  strlen(text));
        }
    }
    strcpy(out, "$ OK fetched\r\n");
}

/* UID n, n:* or *; whatever else is looked for is found. */
static void answer_search(const struct fake_imap *f, const char *keys, char *out)
{
    int from = f->messages, to = f->messages;
    bool range = strchr(keys, ':') != NULL;
    out += sprintf(out, "* SEARCH");
    if (sscanf(keys, "UID %d", &from) == 1 && from > f->messages && range)
        from = f->messages; /* "n:*" names the last one in any case */
    if (!range && from < to)
        to = from;
    for (int uid = from > 0 ? from : 1; uid <= to; uid++)
        out += sprintf(out, " %d", uid);
    strcpy(out, "\r\n$ OK searched\r\n");
}

static void answer_select(const struct fake_imap *f, bool inbox, char *out)
{
    int n = inbox ? f->messages : 0;
    sprintf(out,
            "* FLAGS (\\Seen \\Deleted)\r\n* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] v\r\n"
            "* OK [UIDNEXT %d] n\r\n$ OK [READ-WRITE] selected\r\n",
            n, n + 1);
}

static bool begins(const char *line, const char *with)
{
    return strncasecmp(line, with, strlen(with)) == 0;
}

static void friendly(const struct fake_imap *f, const struct fake_imap_plan *plan, const char *line, char *out)
{
    if (begins(line, "CAPABILITY"))
        sprintf(out, "* CAPABILITY %s\r\n$ OK done\r\n", plan->capabilities ? plan->capabilities : CAPABILITIES);
    else if (begins(line, "AUTHENTICATE"))
        strcpy(out, "+ \r\n");
    else if (begins(line, "SELECT ") || begins(line, "EXAMINE "))
        answer_select(f, strstr(line, "INBOX") != NULL, out);
    else if (begins(line, "UID SEARCH "))
        answer_search(f, line + strlen("UID SEARCH "), out);
    else if (begins(line, "UID FETCH "))
        answer_fetch(f, line + strlen("UID FETCH "), strstr(line, "BODY.PEEK[]") != NULL, out);
    else if (begins(line, "IDLE"))
        strcpy(out, "+ idling\r\n");
    else if (begins(line, "LOGOUT"))
        strcpy(out, "* BYE\r\n$ OK done\r\n");
    else
        strcpy(out, "$ OK done\r\n");
}

/* ---- serving */

/* Takes the tag off; a line without one (DONE, what follows a "+") belongs to the last. */
static const char *untagged(struct fake_imap *f, const char *line)
{
    size_t n = strcspn(line, " ");
    if (!line[n] || n >= sizeof f->tag)
        return line;
    memcpy(f->tag, line, n);
    f->tag[n] = '\0';
    return line + n + 1;
}

static const struct fake_answer *planned(struct fake_imap *f, const struct fake_imap_plan *plan, const char *line)
{
    for (size_t i = 0; i < FAKE_ANSWERS_MAX && plan->answers[i].to; i++) {
        const struct fake_answer *a = &plan->answers[i];
        if (!begins(line, a->to) || (a->uses && f->used[i] >= a->uses))
            continue;
        f->used[i]++;
        return a;
    }
    return NULL;
}

static void note(struct fake_imap *f, const char *line)
{
    pthread_mutex_lock(&f->lock);
    size_t used = strlen(f->said);
    snprintf(f->said + used, sizeof f->said - used, "%s\n", line);
    pthread_mutex_unlock(&f->lock);
}

static bool serve_line(int fd, struct fake_imap *f, const struct fake_imap_plan *plan, const char *whole)
{
    char text[TEXT_MAX];
    const char *line = untagged(f, whole);
    const struct fake_answer *a = planned(f, plan, line);
    note(f, line);
    if (a)
        f->messages += a->arrive;
    if (a && a->reply)
        return say(fd, f, a->reply, a->drip_ms);
    friendly(f, plan, line, text);
    return say(fd, f, text, 0) && !begins(line, "LOGOUT");
}

static void serve_connection(int fd, struct fake_imap *f)
{
    size_t i = (size_t)f->connections++;
    const struct fake_imap_plan *plan = &f->plans[i < f->n_plans ? i : f->n_plans - 1];
    FILE *in = fdopen(fd, "r");
    char line[4096];
    memset(f->used, 0, sizeof f->used);
    bool more = say(fd, f, plan->greeting ? plan->greeting : GREETING, 0);
    while (more && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = '\0';
        more = serve_line(fd, f, plan, line);
    }
    fclose(in);
}

static void *serve(void *arg)
{
    struct fake_imap *f = arg;
    int fd;
    while ((fd = accept(f->listener, NULL, NULL)) >= 0)
        serve_connection(fd, f);
    return NULL;
}

static void prepare(struct fake_imap *f, const struct fake_imap_plan *plans, size_t n, int messages)
{
    memset(f, 0, sizeof *f);
    f->plans = plans;
    f->n_plans = n;
    f->messages = messages;
    f->listener = -1;
    pthread_mutex_init(&f->lock, NULL);
}

void fake_imap_start(struct fake_imap *f, const struct fake_imap_plan *plans, size_t n, int messages)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    prepare(f, plans, n, messages);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(f->listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(f->listener, 8) < 0 ||
        getsockname(f->listener, (struct sockaddr *)&at, &length) < 0)
        abort();
    f->port = ntohs(at.sin_port);
    if (pthread_create(&f->thread, NULL, serve, f) != 0)
        abort();
}

/* ---- over TLS: the program decrypts, and this side sees plain bytes on a pair of sockets */

struct tls_end {
    struct fake_imap *f;
    int fd;
};

static void *serve_tls(void *arg)
{
    struct tls_end *end = arg;
    serve_connection(end->fd, end->f);
    free(end);
    return NULL;
}

void fake_imap_start_tls(struct fake_imap *f, const struct fake_imap_plan *plan, int messages, const char *folder)
{
    int pair[2];
    struct tls_end *end = malloc(sizeof *end);
    prepare(f, plan, 1, messages);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        abort();
    f->tls = tls_server_start(folder, pair[1], pair[1], &f->port);
    close(pair[1]);
    *end = (struct tls_end){f, pair[0]};
    if (pthread_create(&f->thread, NULL, serve_tls, end) != 0)
        abort();
}

void fake_imap_stop(struct fake_imap *f)
{
    if (f->tls)
        tls_server_stop(f->tls);
    else
        shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    if (f->listener >= 0)
        close(f->listener);
}

void fake_imap_free(struct fake_imap *f)
{
    pthread_mutex_destroy(&f->lock);
}

int fake_imap_count(struct fake_imap *f, const char *line)
{
    int n = 0;
    pthread_mutex_lock(&f->lock);
    for (const char *p = f->said; *p; p += strcspn(p, "\n"), p += *p == '\n')
        n += begins(p, line);
    pthread_mutex_unlock(&f->lock);
    return n;
}
