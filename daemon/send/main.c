/* main.c - taamim-send: deliveries from the channel on descriptor 0, one after the other, and what became of each.
 *
 * It knows one mail server and the files it is told to send, and nothing of rounds. A message it does not understand
 * ends it; a delivery that it can name is always answered. SIGTERM: a mail past its last byte gets up to 60 s for the
 * server's answer, any other is given up with an outcome, and the program ends. It ends quietly when the daemon closes
 * the channel. */
#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wire.h"
#include "send/smtp.h"

#define LINE_MAX_BYTES ((size_t)2 << 20) /* 256 paths and room to spare */

struct sender {
    struct wire *wire;
    int stop_fd;
    struct arena *config; /* what server points into */
    struct mail_server server;
    struct smtp *smtp; /* NULL until there is a configuration */
};

/* SIGTERM stays blocked and waits on stop_fd, so that it is found between two steps and interrupts none. */
static bool stopping(void *arg)
{
    const struct sender *sender = arg;
    struct pollfd p = {.fd = sender->stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static bool take_config(struct sender *sender, const json_t *config, struct err *e)
{
    struct arena *arena = arena_new();
    struct mail_server server;
    if (!server_from_json(arena, config, &server, e)) {
        arena_free(arena);
        return false;
    }
    smtp_free(sender->smtp);
    arena_free(sender->config);
    sender->config = arena;
    sender->server = server;
    sender->smtp = smtp_new(&sender->server, stopping, sender);
    return true;
}

static bool answer(struct sender *sender, json_t *message, struct err *e)
{
    if (!wire_send(sender->wire, message, -1, e))
        return false;
    while (wire_pending(sender->wire)) {
        struct pollfd p = {.fd = wire_fd(sender->wire), .events = POLLOUT};
        poll(&p, 1, -1);
        if (!wire_flush(sender->wire, e))
            return false;
    }
    return true;
}

static bool take_delivery(struct sender *sender, const json_t *message, struct err *e)
{
    ARENA_SCOPED arena = arena_new();
    struct send_outcome o = {.id = wire_int(message, "deliver", 0), .stage = SEND_LOCAL};
    struct send_job job;
    struct err wrong = {0};
    if (o.id <= 0 || !sender->smtp)
        return err_perm(e, "a delivery without a number, or before the configuration");
    if (send_job_from_json(arena, message, &job, &wrong))
        o = smtp_deliver(sender->smtp, &job);
    else
        o.text = wrong.text;
    return answer(sender, send_outcome_to_json(&o), e);
}

static bool take_probe(struct sender *sender, const json_t *message, struct err *e)
{
    if (!sender->smtp)
        return err_perm(e, "a probe before the configuration");
    struct send_outcome o = smtp_probe(sender->smtp, wire_int(message, "probe", 0));
    return answer(sender, send_outcome_to_json(&o), e);
}

static bool take(struct sender *sender, const json_t *message, struct err *e)
{
    const json_t *config = json_object_get(message, "config");
    if (config)
        return take_config(sender, config, e);
    if (json_object_get(message, "deliver"))
        return take_delivery(sender, message, e);
    if (json_object_get(message, "probe"))
        return take_probe(sender, message, e);
    return err_perm(e, "a message that is neither a configuration nor a delivery");
}

/* Waits for the channel or the signal; an unused connection is given back meanwhile. */
static void wait_for_work(struct sender *sender)
{
    struct pollfd p[2] = {{.fd = wire_fd(sender->wire), .events = POLLIN}, {.fd = sender->stop_fd, .events = POLLIN}};
    if (poll(p, 2, SMTP_IDLE_S * 1000) == 0 && sender->smtp)
        smtp_close(sender->smtp);
}

/* Until the channel or the daemon's patience ends; false with e where something is wrong. */
static bool serve(struct sender *sender, struct err *e)
{
    while (!stopping(sender)) {
        JSON_SCOPED message = NULL;
        switch (wire_recv(sender->wire, &message, e)) {
        case WIRE_NOTHING: wait_for_work(sender); break;
        case WIRE_MESSAGE:
            if (!take(sender, message, e))
                return false;
            break;
        case WIRE_CLOSED: return true;
        case WIRE_BROKEN: return false;
        }
    }
    return true;
}

static int hold_stop_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static json_t *hello(void)
{
    return json_pack("{s:s, s:i}", "hello", "send", "version", WIRE_VERSION);
}

int main(void)
{
    struct sender sender = {.stop_fd = hold_stop_signal()};
    struct err e = {0};
    log_open("taamim-send", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    if (fcntl(STDIN_FILENO, F_SETFL, O_RDWR | O_NONBLOCK) < 0 || sender.stop_fd < 0 ||
        curl_global_init(CURL_GLOBAL_ALL))
        abort();
    sender.wire = wire_new(STDIN_FILENO, LINE_MAX_BYTES);
    bool ok = answer(&sender, hello(), &e) && serve(&sender, &e);
    if (!ok)
        log_event(LOG_LEVEL_ERROR, "stopped", "reason", e.text, NULL);
    smtp_free(sender.smtp);
    arena_free(sender.config);
    wire_free(sender.wire);
    curl_global_cleanup();
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
