/* collect_case.h - what the tests of collect/ share: the collector in this process, a scripted server on one side of it
 * and the daemon's end of its channel on the other. */
#ifndef TAAMIM_TESTS_COLLECT_CASE_H
#define TAAMIM_TESTS_COLLECT_CASE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/collect.h"
#include "collect/stop.h"
#include "unit/fake_imap.h"

#define SECRET "open-sesame"

static char dir[] = "/tmp/taamim-collect-XXXXXX";
static char secret_path[64];

static inline int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(secret_path, sizeof secret_path, "%s/secret", dir);
    assert_true(file_write(secret_path, SECRET, strlen(SECRET), 0600, NULL));
    stop_open();
    connection_global_init();
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    unlink(secret_path);
    return rmdir(dir);
}

static inline struct mail_server imap_at(int port)
{
    return (struct mail_server){.host = "127.0.0.1",
                                .port = port,
                                .verify = true,
                                .auth = MAIL_AUTH_PLAIN,
                                .user = "desk",
                                .secret = {SECRET_FILE, secret_path},
                                .connect_timeout_s = 10,
                                .final_timeout_s = 60};
}

/* A collector that is to take everything in INBOX, and what it has told. */
struct collecting {
    struct fake_imap fake;
    struct collect c;
    struct wire *daemon;
    json_t *told; /* all its messages so far */
    struct err e;
};

static inline void collecting_start(struct collecting *k, const struct fake_imap_plan *plan, int messages)
{
    int pair[2];
    *k = (struct collecting){.told = json_array()};
    fake_imap_start(&k->fake, plan, 1, messages);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    k->daemon = wire_new(pair[1], WIRE_LINE_MAX);
    wire_nonblocking(k->daemon);
    k->c = (struct collect){.arena = arena_new(),
                            .wire = wire_new(pair[0], WIRE_LINE_MAX),
                            .server = imap_at(k->fake.port),
                            .incoming = dir,
                            .processed = strdup("Taamim"),
                            .poll_s = 1,
                            .max_bytes = 1 << 20,
                            .n_mailboxes = 1,
                            .configured = true};
    wire_nonblocking(k->c.wire);
    k->c.mailboxes[0] = (struct watched){.name = arena_strdup(k->c.arena, "INBOX"),
                                         .wire = strdup("INBOX"),
                                         .uidvalidity = 7,
                                         .next_uid = 1,
                                         .look = true};
    k->c.connection = connection_open(&k->c.server, &k->e);
    if (!k->c.connection)
        fail_msg("%s", k->e.text);
}

/* Takes in what the collector has told the daemon. */
static inline void collecting_hear(struct collecting *k)
{
    json_t *message;
    while (wire_recv(k->daemon, &message, NULL) == WIRE_MESSAGE)
        json_array_append_new(k->told, message);
}

/* How often a message of that kind was told; the last of them in *last_out (may be NULL). */
static inline int told(struct collecting *k, const char *kind, const json_t **last_out)
{
    size_t i;
    json_t *one;
    int n = 0;
    collecting_hear(k);
    json_array_foreach(k->told, i, one)
    {
        const json_t *inner = json_object_get(one, kind);
        n += inner != NULL;
        if (inner && last_out)
            *last_out = inner;
    }
    return n;
}

/* Until the server ends the connection. */
static inline void collecting_run(struct collecting *k)
{
    bool settled = false;
    k->e = (struct err){0};
    assert_int_equal(session_run(&k->c, &settled, &k->e), REPLY_LOST);
}

/* The collected message with that UID, or NULL. */
static inline const char *collected_text(struct collecting *k, int uid)
{
    size_t i;
    json_t *one;
    collecting_hear(k);
    json_array_foreach(k->told, i, one)
    {
        const json_t *inner = json_object_get(one, "collected");
        if (!inner || wire_int(inner, "uid", 0) != uid)
            continue;
        return file_read(k->c.arena, arena_printf(k->c.arena, "%s/%s", dir, wire_string(inner, "file", "")), 1 << 20,
                         NULL, NULL);
    }
    return NULL;
}

static inline void collecting_end(struct collecting *k)
{
    size_t i;
    json_t *one;
    collecting_hear(k);
    json_array_foreach(k->told, i, one)
    {
        const char *file = wire_string(json_object_get(one, "collected"), "file", NULL);
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, file ? file : "none");
        unlink(path);
    }
    connection_close(k->c.connection, false);
    fake_imap_stop(&k->fake);
    fake_imap_free(&k->fake);
    for (i = 0; i < k->c.n_mailboxes; i++) {
        free(k->c.mailboxes[i].wire);
        free(k->c.mailboxes[i].kept);
    }
    free(k->c.processed);
    wire_free(k->c.wire);
    wire_free(k->daemon);
    arena_free(k->c.arena);
    json_decref(k->told);
}

#endif
