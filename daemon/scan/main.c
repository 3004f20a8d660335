/* taamim-scan: asks clamd about one file after the other; mail/scan.h says what is spoken with the daemon.
 *
 * It sees hostile bytes and looks at none of them: they go from a descriptor to clamd's socket. A request that it does
 * not understand ends it; any other is answered, however clamd behaves. It ends when its channel does. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/wire.h"
#include "scan/clamd.h"

#define REQUEST_MAX ((size_t)8192)

struct scanner {
    struct wire *wire;
    char *socket; /* NULL until there is a configuration */
};

static struct clamd clamd_of(const struct scanner *s)
{
    return (struct clamd){.socket = s->socket, CLAMD_PATIENCE};
}

static bool take_config(struct scanner *s, const json_t *config, struct err *e)
{
    const char *path = wire_string(config, "socket", "");

    if (*path != '/')
        return err_perm(e, "a configuration without the scanner's socket");
    free(s->socket);
    s->socket = strcpy(mem_alloc(strlen(path) + 1), path);
    return true;
}

static bool take_ping(const struct scanner *s, struct err *e)
{
    const struct clamd c = clamd_of(s);
    struct clamd_words w = clamd_version(&c);

    return wire_send(
        s->wire, scanner_state_to_json(&(struct scanner_state){.up = w.result == SCAN_CLEAN, .text = w.text}), -1, e);
}

static bool take_file(const struct scanner *s, const json_t *message, struct err *e)
{
    const struct clamd c = clamd_of(s);
    int64_t id = wire_int(message, "scan", 0), offset = wire_int(message, "offset", -1),
            size = wire_int(message, "size", -1);
    FD_SCOPED fd = wire_take_fd(s->wire);
    struct clamd_words w;

    if (id <= 0 || offset < 0 || size < 0 || fd < 0)
        return err_perm(e, "a file to scan without its number, place or descriptor");
    w = clamd_scan(&c, fd, offset, size);
    return wire_send(s->wire, scan_answer_to_json(&(struct scan_answer){.id = id, .result = w.result, .text = w.text}),
                     -1, e);
}

static bool take(struct scanner *s, const json_t *message, struct err *e)
{
    const json_t *config = json_object_get(message, "config");

    if (config)
        return take_config(s, config, e);
    if (!s->socket)
        return err_perm(e, "a request before the configuration");
    if (json_object_get(message, "ping"))
        return take_ping(s, e);
    if (json_object_get(message, "scan"))
        return take_file(s, message, e);
    return err_perm(e, "a message that is no request");
}

static bool serve(struct scanner *s, struct err *e)
{
    for (;;) {
        JSON_SCOPED message = NULL;

        switch (wire_recv(s->wire, &message, e)) {
        case WIRE_NOTHING: break;
        case WIRE_MESSAGE:
            if (!take(s, message, e))
                return false;
            break;
        case WIRE_CLOSED: return true;
        case WIRE_BROKEN: return false;
        }
    }
}

int main(void)
{
    struct scanner s = {.wire = wire_new(0, REQUEST_MAX)};
    struct err e = {0};
    bool good;

    log_open("taamim-scan", LOG_LEVEL_INFO);
    signal(SIGPIPE, SIG_IGN);
    good =
        wire_send(s.wire, json_pack("{s:s, s:i}", "hello", "scan", "version", WIRE_VERSION), -1, &e) && serve(&s, &e);
    if (!good)
        log_event(LOG_LEVEL_ERROR, "stopped", "reason", e.text, NULL);
    wire_free(s.wire);
    free(s.socket);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
