/* The reader of a channel: any bytes, in pieces, from a peer that is not believed. */
#include <sys/socket.h>

#include "base/wire.h"
#include "fuzz.h"

#define PIECE 700

static void drain(struct wire *w)
{
    struct err e = {0};
    for (;;) {
        json_t *m = NULL;
        enum wire_got got = wire_recv(w, &m, &e);
        promise((got == WIRE_MESSAGE) == (m != NULL));
        if (!m)
            return;
        wire_string(m, "file", "");
        wire_int(m, "message", 0);
        json_decref(m);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    struct wire *w = wire_new(pair[0], 4096);
    for (size_t at = 0; at < size; at += PIECE) {
        send(pair[1], data + at, size - at < PIECE ? size - at : PIECE, MSG_NOSIGNAL);
        drain(w);
    }
    close(pair[1]);
    drain(w);
    wire_free(w);
    return 0;
}
