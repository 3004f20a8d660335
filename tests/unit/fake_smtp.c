/* fake_smtp.c - the scripted server of fake_smtp.h. */
#include "unit/fake_smtp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_MAX ((size_t)64 << 20)

static bool drip(int fd, const char *reply)
{
    for (const char *p = reply; send(fd, p, 1, MSG_NOSIGNAL) == 1; p = p[1] ? p + 1 : reply)
        usleep(50 * 1000);
    return false;
}

static bool say(int fd, const char *reply)
{
    char rest[256];
    if (*reply == *FAKE_DRIPS)
        return drip(fd, reply + 1);
    if (strcmp(reply, FAKE_SILENT) == 0)
        while (read(fd, rest, sizeof rest) > 0)
            continue;
    else if (*reply)
        return send(fd, reply, strlen(reply), MSG_NOSIGNAL) == (ssize_t)strlen(reply);
    return false;
}

static bool get_line(FILE *in, struct fake_smtp *f, char *line, size_t size)
{
    if (!fgets(line, (int)size, in))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    pthread_mutex_lock(&f->lock);
    size_t used = strlen(f->said);
    snprintf(f->said + used, sizeof f->said - used, "%s\n", line);
    pthread_mutex_unlock(&f->lock);
    return true;
}

static bool get_body(FILE *in, struct fake_smtp *f)
{
    size_t n = 0, cap = 4096;
    char *body = malloc(cap);
    for (int c; n < BODY_MAX && (c = getc(in)) != EOF;) {
        if (n + 1 == cap)
            body = realloc(body, cap *= 2);
        body[n++] = (char)c;
        if ((n >= 5 && memcmp(body + n - 5, "\r\n.\r\n", 5) == 0) || (n == 3 && memcmp(body, ".\r\n", 3) == 0)) {
            pthread_mutex_lock(&f->lock);
            free(f->body);
            f->body = body;
            f->body_len = n - 3;
            pthread_mutex_unlock(&f->lock);
            return true;
        }
    }
    free(body);
    return false;
}

static const char *or_else(const char *reply, const char *friendly)
{
    return reply ? reply : friendly;
}

static bool serve_login(int fd, FILE *in, struct fake_smtp *f, const struct fake_plan *plan, bool two_steps)
{
    char line[1024];
    for (int step = 0; step < (two_steps ? 2 : 1); step++)
        if (!say(fd, "334 \r\n") || !get_line(in, f, line, sizeof line))
            return false;
    return say(fd, or_else(plan->auth, "235 2.7.0 welcome\r\n"));
}

static bool say_slowly(int fd, const char *reply, int pause_ms)
{
    char line[256];
    while (pause_ms > 0 && strchr(reply, '\n') && strchr(reply, '\n')[1]) {
        size_t n = (size_t)(strchr(reply, '\n') + 1 - reply);
        usleep((useconds_t)pause_ms * 1000);
        snprintf(line, sizeof line, "%.*s", (int)n, reply);
        if (!say(fd, line))
            return false;
        reply += n;
    }
    usleep((useconds_t)pause_ms * 1000);
    return say(fd, reply);
}

static bool serve_data(int fd, FILE *in, struct fake_smtp *f, const struct fake_plan *plan)
{
    char late[1024];
    if (!say(fd, or_else(plan->data, "354 go on\r\n")))
        return false;
    if (plan->data && strncmp(plan->data, "354", 3) == 0)
        return getc(in) == EOF; /* one byte of the mail is enough for it */
    if (plan->data)
        return true;
    if (plan->dot && strcmp(plan->dot, FAKE_LATE) == 0)
        return get_body(in, f) && get_line(in, f, late, sizeof late) && say(fd, "250 2.0.0 late\r\n");
    if (!get_body(in, f) || !say_slowly(fd, or_else(plan->dot, "250 2.0.0 Ok: queued as 4F00\r\n"), plan->dot_pause_ms))
        return false;
    if (!plan->dot)
        f->mails++;
    if (plan->after_mail)
        say(fd, plan->after_mail);
    return !plan->after_mail;
}

static bool serve_command(int fd, FILE *in, struct fake_smtp *f, const struct fake_plan *plan, const char *line)
{
    if (strncasecmp(line, "EHLO", 4) == 0 || strncasecmp(line, "HELO", 4) == 0)
        return say(
            fd, or_else(plan->ehlo,
                        "250-fake.example\r\n250-SIZE 60000000\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 SMTPUTF8\r\n"));
    if (strncasecmp(line, "AUTH ", 5) == 0)
        return serve_login(fd, in, f, plan, strcasecmp(line, "AUTH LOGIN") == 0);
    if (strncasecmp(line, "MAIL", 4) == 0)
        return say(fd, or_else(plan->mail, "250 2.1.0 Ok\r\n"));
    if (strncasecmp(line, "RCPT", 4) == 0)
        return say(fd, or_else(plan->rcpt, "250 2.1.5 Ok\r\n"));
    if (strcasecmp(line, "DATA") == 0)
        return serve_data(fd, in, f, plan);
    if (strcasecmp(line, "QUIT") == 0) {
        say(fd, or_else(plan->quit, "221 2.0.0 Bye\r\n"));
        return false;
    }
    return say(fd, "502 5.5.1 not here\r\n");
}

/* Until the other side's system has taken in all that was said, and that it was the last. */
static void wait_heard(int fd)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    shutdown(fd, SHUT_WR);
    while (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 && info.tcpi_state == TCP_FIN_WAIT1)
        usleep(1000);
}

static void serve_connection(int fd, struct fake_smtp *f, const struct fake_plan *plan)
{
    FILE *in = fdopen(fd, "r");
    char line[4096];
    bool more = say(fd, or_else(plan->greeting, "220 fake.example ESMTP\r\n"));
    while (more && get_line(in, f, line, sizeof line))
        more = serve_command(fd, in, f, plan, line);
    wait_heard(fd);
    fclose(in);
    pthread_mutex_lock(&f->lock);
    f->ended++;
    pthread_cond_broadcast(&f->one_ended);
    pthread_mutex_unlock(&f->lock);
}

static void *serve(void *arg)
{
    struct fake_smtp *f = arg;
    int fd;
    while ((fd = accept(f->listener, NULL, NULL)) >= 0) {
        size_t i = (size_t)f->connections++;
        serve_connection(fd, f, &f->plans[i < f->n_plans ? i : f->n_plans - 1]);
    }
    return NULL;
}

void fake_start(struct fake_smtp *f, const struct fake_plan *plans, size_t n)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    memset(f, 0, sizeof *f);
    f->plans = plans;
    f->n_plans = n;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->one_ended, NULL);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(f->listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(f->listener, 8) < 0 ||
        getsockname(f->listener, (struct sockaddr *)&at, &length) < 0)
        abort();
    f->port = ntohs(at.sin_port);
    if (pthread_create(&f->thread, NULL, serve, f) != 0)
        abort();
}

void fake_wait_ended(struct fake_smtp *f, int n)
{
    pthread_mutex_lock(&f->lock);
    while (f->ended < n)
        pthread_cond_wait(&f->one_ended, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

void fake_stop(struct fake_smtp *f)
{
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->listener);
}

void fake_free(struct fake_smtp *f)
{
    free(f->body);
    pthread_cond_destroy(&f->one_ended);
    pthread_mutex_destroy(&f->lock);
}
