/* dialogue.c - what libcurl says and hears, followed command by command.
 *
 * libcurl tells a result and the last code, not what the code answered. That decides what a refusal means, so it is
 * read from the dialogue itself. Lines of a SASL exchange are no commands; what a server says after our QUIT is about
 * nothing. */
#include "send/dialogue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX    2000 /* of one reply: a server may go on for ever */
#define COMMAND_WAIT 300  /* RFC 5321 4.5.3.2.1-3: greeting, MAIL, RCPT */
#define DATA_WAIT    120  /* 4.5.3.2.4 */
#define BLOCK_WAIT   180  /* 4.5.3.2.5 */
#define QUIT_WAIT    3    /* everything is decided by then */

const char *const phase_names[PHASE_COUNT] = {
    "the connection", "with a greeting",       "EHLO", "STARTTLS", "the login", "MAIL", "MAIL", "RCPT", "DATA",
    "the message",    "the end of the message"};

static const struct {
    const char *verb;
    enum phase phase;
} commands[] = {
    {"EHLO", PHASE_EHLO},      {"HELO", PHASE_EHLO},    {"STARTTLS", PHASE_STARTTLS}, {"AUTH", PHASE_AUTH},
    {"MAIL FROM", PHASE_MAIL}, {"RCPT TO", PHASE_RCPT}, {"DATA", PHASE_DATA},
};

static int wait_s(const struct dialogue *d, enum phase phase)
{
    switch (phase) {
    case PHASE_CONNECT: return d->connect_timeout_s;
    case PHASE_DATA: return DATA_WAIT;
    case PHASE_BODY: return BLOCK_WAIT;
    case PHASE_DOT: return d->final_timeout_s;
    case PHASE_GREETING:
    case PHASE_EHLO:
    case PHASE_STARTTLS:
    case PHASE_AUTH:
    case PHASE_READY:
    case PHASE_MAIL:
    case PHASE_RCPT: return COMMAND_WAIT;
    }
    abort();
}

static void enter(struct dialogue *d, enum phase phase, int64_t now_at)
{
    d->phase = phase;
    d->deadline_at = now_at + wait_s(d, phase);
}

void dialogue_open(struct dialogue *d, const struct mail_server *server, int64_t now_at)
{
    dialogue_free(d);
    *d = (struct dialogue){.connect_timeout_s = server->connect_timeout_s,
                           .final_timeout_s = server->final_timeout_s,
                           .reply_ended = true,
                           .reply = {.max = WORDS_MAX}};
    enter(d, PHASE_CONNECT, now_at);
}

void dialogue_mail(struct dialogue *d, int64_t now_at)
{
    buf_clear(&d->reply);
    d->reply_ended = true;
    enter(d, PHASE_READY, now_at);
}

void dialogue_connected(struct dialogue *d, int64_t now_at)
{
    if (d->phase == PHASE_CONNECT)
        enter(d, PHASE_GREETING, now_at);
}

void dialogue_free(struct dialogue *d)
{
    buf_free(&d->reply);
}

static bool begins(const char *bytes, size_t n, const char *word)
{
    size_t length = strlen(word);
    return n >= length && strncasecmp(bytes, word, length) == 0 &&
           (n == length || !isalnum((unsigned char)bytes[length]));
}

void dialogue_said(struct dialogue *d, const char *bytes, size_t n, int64_t now_at)
{
    if (begins(bytes, n, "QUIT")) {
        d->quitting = true;
        d->deadline_at = now_at + QUIT_WAIT;
    }
    if (d->quitting)
        return;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (!begins(bytes, n, commands[i].verb))
            continue;
        if (commands[i].phase == PHASE_EHLO) /* what was offered before STARTTLS counts no more (RFC 3207 4.2) */
            d->offers_auth = d->offers_utf8 = false, d->offers_size = 0;
        enter(d, commands[i].phase, now_at);
        return;
    }
    enter(d, d->phase, now_at); /* a line of a login */
}

static void note_offer(struct dialogue *d, const char *words, size_t n)
{
    if (begins(words, n, "AUTH"))
        d->offers_auth = true;
    else if (begins(words, n, "SMTPUTF8"))
        d->offers_utf8 = true;
    else if (begins(words, n, "SIZE") && n > 5 && isdigit((unsigned char)words[5])) {
        char digits[20] = "";
        for (size_t i = 0; i < sizeof digits - 1 && i + 5 < n && isdigit((unsigned char)words[i + 5]); i++)
            digits[i] = words[i + 5];
        d->offers_size = strtoll(digits, NULL, 10);
    }
}

static size_t enhanced_code(const char *words, size_t n)
{
    size_t i = 0, dots = 0;
    while (i < n && (isdigit((unsigned char)words[i]) || words[i] == '.'))
        dots += words[i++] == '.';
    return dots == 2 && i < n && words[i] == ' ' ? i + 1 : 0;
}

/* The words of a reply on one line; an enhanced code (RFC 3463) that repeats on every line stands once. */
static void keep_words(struct dialogue *d, const char *words, size_t n)
{
    if (d->reply_ended) {
        buf_clear(&d->reply);
        d->reply.overflow = false;
    } else if (d->reply.len > 0) {
        size_t code = enhanced_code(words, n);
        if (code > 0 && d->reply.len >= code && memcmp(d->reply.data, words, code) == 0)
            words += code, n -= code;
        buf_addc(&d->reply, ' ');
    }
    buf_add(&d->reply, words, n);
}

static void answered(struct dialogue *d, const char *code, int64_t now_at)
{
    if (d->phase == PHASE_AUTH && strncmp(code, "235", 3) == 0)
        d->logged_in = true;
    if (d->phase == PHASE_DATA && strncmp(code, "354", 3) == 0)
        enter(d, PHASE_BODY, now_at);
}

void dialogue_heard(struct dialogue *d, const char *line, size_t n, int64_t now_at)
{
    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == '\n'))
        n--;
    if (n < 3 || d->quitting)
        return;
    dialogue_connected(d, now_at);
    const char *words = n > 4 ? line + 4 : "";
    size_t length = n > 4 ? n - 4 : 0;
    if (d->phase == PHASE_EHLO)
        note_offer(d, words, length);
    keep_words(d, words, length);
    d->reply_ended = n == 3 || line[3] != '-';
    if (d->reply_ended)
        answered(d, line, now_at);
}

void dialogue_handed(struct dialogue *d, bool all, int64_t now_at)
{
    enter(d, all ? PHASE_DOT : PHASE_BODY, now_at);
}

enum send_stage dialogue_stage(const struct dialogue *d, int code)
{
    switch (d->phase) {
    case PHASE_CONNECT:
    case PHASE_GREETING:
    case PHASE_EHLO:
    case PHASE_STARTTLS:
    case PHASE_READY: return SEND_CONNECT;
    case PHASE_AUTH: return SEND_LOGIN;
    case PHASE_MAIL: /* 552 to MAIL speaks of SIZE= (RFC 1870 6.1), not of the sender */
        return code == 552 ? SEND_DATA : SEND_SENDER;
    case PHASE_RCPT: return SEND_RCPT;
    case PHASE_DATA:
    case PHASE_BODY:
    case PHASE_DOT: return SEND_DATA;
    }
    abort();
}
