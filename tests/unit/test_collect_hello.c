/* What the collector says first to a server: the ClientHello offers no TLS below 1.2 (RFC 8446 4.1.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/connection.h"
#include "collect/stop.h"

#define HEADER       5  /* of a record */
#define RANDOM_END   43 /* record header, type, length, version, random */
#define VERSIONS     43 /* supported_versions, RFC 8446 4.2.1 */
#define OLDEST_TAKEN 0x0303

struct listener {
    int fd, port;
    pthread_t thread;
    unsigned char hello[16384];
    size_t n;
};

static void *hear_hello(void *arg)
{
    struct listener *l = arg;
    int fd = accept(l->fd, NULL, NULL);
    size_t want = HEADER;
    for (ssize_t n; l->n < want && (n = read(fd, l->hello + l->n, want - l->n)) > 0;) {
        l->n += (size_t)n;
        if (l->n == HEADER)
            want = HEADER + ((size_t)l->hello[3] << 8 | l->hello[4]);
        if (want > sizeof l->hello)
            break;
    }
    close(fd);
    return NULL;
}

static void listen_on(struct listener *l)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(l->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(l->fd, 1), 0);
    assert_int_equal(getsockname(l->fd, (struct sockaddr *)&at, &length), 0);
    l->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&l->thread, NULL, hear_hello, l), 0);
}

static size_t number(const struct listener *l, size_t at, size_t bytes)
{
    size_t value = 0;
    assert_true(at + bytes <= l->n);
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | l->hello[at + i];
    return value;
}

/* Where the extension's content begins; 0 where there is none. */
static size_t extension(const struct listener *l, size_t wanted)
{
    size_t at = RANDOM_END;
    at += 1 + number(l, at, 1); /* session */
    at += 2 + number(l, at, 2); /* cipher suites */
    at += 1 + number(l, at, 1); /* compression */
    for (at += 2; at < l->n; at += 4 + number(l, at + 2, 2))
        if (number(l, at, 2) == wanted)
            return at + 4;
    return 0;
}

static void old_versions_are_not_offered(void **state)
{
    static struct listener l;
    struct err e = {0};
    (void)state;
    listen_on(&l);
    struct mail_server server = {
        .host = "127.0.0.1", .port = l.port, .tls = TLS_IMPLICIT, .verify = true, .connect_timeout_s = 10};
    assert_null(connection_open(&server, &e));
    pthread_join(l.thread, NULL);
    close(l.fd);
    size_t at = extension(&l, VERSIONS);
    assert_true(at > 0);
    size_t n = number(&l, at, 1) / 2;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_true(number(&l, at + 1 + 2 * i, 2) >= OLDEST_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(old_versions_are_not_offered)};
    stop_open();
    connection_global_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
