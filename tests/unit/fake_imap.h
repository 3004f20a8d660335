/* fake_imap.h - an IMAP server on loopback that answers as a test tells it to, and keeps what it was told.
 *
 * One thread serves one connection after the other. A plan holds one connection's answers; the last plan repeats. What
 * a plan does not name gets a friendly answer: any login is right, INBOX (UIDVALIDITY 7) has messages with the UIDs
 * 1, 2, 3 ..., every other mailbox is empty. Each answer is given to the network in one piece. */
#ifndef TAAMIM_TESTS_FAKE_IMAP_H
#define TAAMIM_TESTS_FAKE_IMAP_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_CLOSE      ""   /* instead of an answer: closes the connection */
#define FAKE_THEN_CLOSE "\v" /* at the end of an answer */
#define FAKE_SILENT     "-"  /* instead of an answer: says nothing until the other side closes */

struct fake_answer {
    const char *to;    /* what the command begins with, without its tag: "UID FETCH 2 " */
    const char *reply; /* whole, with its CRLFs; $ stands for the tag. NULL: the friendly one */
    int uses;          /* the next row that fits answers after so many; 0: this one always does */
    int arrive;        /* so many messages come into INBOX before the answer */
    int drip_ms;       /* byte by byte, with such a pause before each */
};
#define FAKE_ANSWERS_MAX 12

struct fake_imap_plan {
    const char *greeting;     /* NULL: the friendly one */
    const char *capabilities; /* NULL: all that the collector makes use of */
    struct fake_answer answers[FAKE_ANSWERS_MAX];
};

struct fake_imap {
    int port;
    const struct fake_imap_plan *plans;
    size_t n_plans;
    int listener; /* -1: over TLS */
    pid_t tls;    /* the program that does it */
    pthread_t thread;
    pthread_mutex_t lock;
    int connections, messages;
    int used[FAKE_ANSWERS_MAX]; /* of this connection */
    char tag[32];
    char said[65536]; /* every line, LF-separated, its tag left out */
};

/* `messages` lie in INBOX at the beginning. */
void fake_imap_start(struct fake_imap *f, const struct fake_imap_plan *plans, size_t n, int messages);
/* One connection, inside TLS, with the certificate of tls_certificate() in that folder. */
void fake_imap_start_tls(struct fake_imap *f, const struct fake_imap_plan *plan, int messages, const char *folder);
void fake_imap_stop(struct fake_imap *f); /* ends the thread; what was kept can be read until fake_imap_free */
void fake_imap_free(struct fake_imap *f);
/* How often a line beginning so was said. */
int fake_imap_count(struct fake_imap *f, const char *line);

#endif
