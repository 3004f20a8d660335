/* send_case.h - what the tests of send/ share: one small mail in two files, and its delivery to a scripted server. */
#ifndef TAAMIM_TESTS_SEND_CASE_H
#define TAAMIM_TESTS_SEND_CASE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "send/smtp.h"
#include "unit/fake_smtp.h"

#define HEAD "Subject: call\r\n\r\n"
#define TEXT ".a dot first\r\nplain\r\n..two\r\nlast\r\n"

static char dir[] = "/tmp/taamim-send-XXXXXX";
static char head_path[64], text_path[64], secret_path[64];

static inline char *write_file(char *path, const char *name, const char *bytes, mode_t mode)
{
    snprintf(path, sizeof head_path, "%s/%s", dir, name);
    assert_true(file_write(path, bytes, strlen(bytes), mode, NULL));
    return path;
}

static inline int make_files(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    write_file(head_path, "head", HEAD, 0600);
    write_file(text_path, "text", TEXT, 0600);
    write_file(secret_path, "secret", "first", 0600);
    return 0;
}

static inline int remove_files(void **state)
{
    (void)state;
    unlink(head_path);
    unlink(text_path);
    unlink(secret_path);
    return rmdir(dir);
}

static inline struct mail_server server_at(int port)
{
    return (struct mail_server){
        .host = "127.0.0.1", .port = port, .verify = true, .connect_timeout_s = 10, .final_timeout_s = 20};
}

static inline struct send_job the_job(void)
{
    static const char *segments[2];
    segments[0] = head_path;
    segments[1] = text_path;
    return (struct send_job){.id = 7,
                             .from = "desk@secretariat.example",
                             .to = "mission@jo.example",
                             .segments = segments,
                             .n_segments = 2,
                             .size = strlen(HEAD TEXT)};
}

/* One mail over a server with one plan. The text stays readable until the next call. */
static inline struct send_outcome deliver_once(const struct fake_plan *plan, struct mail_server server,
                                               const struct send_job *job, struct fake_smtp *f)
{
    static char text[SEND_TEXT_MAX * 8];
    fake_start(f, plan, 1);
    server.port = f->port;
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_deliver(s, job);
    snprintf(text, sizeof text, "%s", o.text);
    o.text = text;
    smtp_free(s);
    fake_stop(f);
    return o;
}

static inline void assert_outcome(const struct send_outcome *o, enum send_stage stage, int code, const char *words)
{
    if (o->stage != stage || o->code != code || !strstr(o->text, words))
        fail_msg("got stage %s, code %d, \"%s\"; wanted %s, %d, \"%s\"", send_stage_names[o->stage], o->code, o->text,
                 send_stage_names[stage], code, words);
}

/* Delivers the job twice; the plans say what the connections do. */
static inline struct send_outcome deliver_twice(const struct fake_plan *plans, size_t n, struct mail_server server,
                                                struct fake_smtp *f)
{
    static char text[SEND_TEXT_MAX * 8];
    struct send_job job = the_job();
    fake_start(f, plans, n);
    server.port = f->port;
    struct smtp *s = smtp_new(&server, NULL, NULL);
    struct send_outcome o = smtp_deliver(s, &job);
    assert_outcome(&o, SEND_ACCEPTED, 250, "queued");
    fake_wait_ended(f, 1); /* the plans close it after the first mail: the farewell has come */
    write_file(secret_path, "secret", "second", 0600);
    o = smtp_deliver(s, &job);
    snprintf(text, sizeof text, "%s", o.text);
    o.text = text;
    smtp_free(s);
    fake_stop(f);
    write_file(secret_path, "secret", "first", 0600);
    return o;
}

#endif
