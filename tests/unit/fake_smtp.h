/* fake_smtp.h - an SMTP server on loopback that answers as a test tells it to, and keeps what it was told.
 *
 * One thread serves one connection after the other. A plan holds one connection's replies; the last plan repeats. */
#ifndef TAAMIM_TESTS_FAKE_SMTP_H
#define TAAMIM_TESTS_FAKE_SMTP_H
#include <pthread.h>
#include <stddef.h>

#define FAKE_CLOSE  ""   /* instead of a reply: closes the connection */
#define FAKE_SILENT "-"  /* instead of a reply: says nothing until the other side closes */
#define FAKE_DRIPS  "\t" /* before a reply: its bytes come one by one, over and over, until the other side closes */
#define FAKE_LATE   "~"  /* instead of the answer to the dot: says nothing until the next command, and then a 250 */

/* Whole replies with their CRLF; NULL is the friendly answer. A `data` of 354 closes amid the mail. */
struct fake_plan {
    const char *greeting, *ehlo, *auth, *mail, *rcpt, *data, *dot, *quit;
    int dot_pause_ms;       /* before each line of the answer to the dot */
    const char *after_mail; /* said by itself after a mail was taken; then the connection is closed */
};

struct fake_smtp {
    int port;
    const struct fake_plan *plans;
    size_t n_plans;
    int listener;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t one_ended;
    int connections, ended, mails;
    char said[16384]; /* every command line, LF-separated */
    char *body;       /* the last mail as it came over the wire, without the final dot */
    size_t body_len;
};

void fake_start(struct fake_smtp *f, const struct fake_plan *plans, size_t n);
void fake_wait_ended(struct fake_smtp *f, int n); /* so many connections, with all that was said in them heard */
void fake_stop(struct fake_smtp *f);              /* ends the thread; what was kept can be read until fake_free */
void fake_free(struct fake_smtp *f);

#endif
