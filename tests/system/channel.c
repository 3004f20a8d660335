/* channel - plays the daemon's side of a child's channel, for the system tests.
 *
 *   channel PROGRAM CONFIG.json [keep|leave|mute] [COUNT]
 *
 * Starts PROGRAM, sends the configuration, prints each message of the child as a line, and sends each line of stdin
 * to it. keep answers "collected" with "kept" to be moved, leave with "kept" to be left, mute not at all. Ends the
 * child, and itself, at the end of stdin; where COUNT is given, after so many "collected" were kept and moved. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/wire.h"

static int moved;

static void answer(struct wire *w, const json_t *message, const char *how)
{
    struct err e = {0};
    const json_t *c = json_object_get(message, "collected");
    moved += json_object_get(message, "moved") != NULL;
    if (c && strcmp(how, "mute") != 0)
        wire_send(w,
                  json_pack("{s:{s:s, s:I, s:I, s:b}}", "kept", "mailbox", wire_string(c, "mailbox", ""), "uidvalidity",
                            (json_int_t)wire_int(c, "uidvalidity", 0), "uid", (json_int_t)wire_int(c, "uid", 0), "move",
                            strcmp(how, "keep") == 0),
                  -1, &e);
}

static bool print_all(struct wire *w, const char *how)
{
    for (;;) {
        struct err e = {0};
        JSON_SCOPED message = NULL;
        enum wire_got got = wire_recv(w, &message, &e);
        if (got == WIRE_NOTHING)
            return true;
        if (got != WIRE_MESSAGE)
            return false;
        char *text = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS);
        puts(text);
        fflush(stdout);
        free(text);
        answer(w, message, how);
    }
}

static bool pass_on(struct wire *w)
{
    struct err e = {0};
    char line[65536];
    ssize_t n = read(0, line, sizeof line - 1);
    if (n <= 0)
        return false;
    line[n] = '\0';
    for (char *at = line, *one; (one = strsep(&at, "\n"));)
        if (*one) {
            json_t *message = json_loads(one, 0, NULL);
            if (!message || !wire_send(w, message, -1, &e))
                return false;
        }
    return true;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    int fd = -1, status = 0;
    if (argc < 3)
        return 2;
    const char *const command[] = {argv[1], NULL};
    const char *how = argc > 3 ? argv[3] : "keep";
    int count = argc > 4 ? atoi(argv[4]) : 0;
    json_t *config = json_load_file(argv[2], 0, NULL);
    pid_t pid = config ? child_start(command, &fd, &e) : -1;
    if (pid < 0) {
        fprintf(stderr, "channel: %s\n", e.text);
        return 1;
    }
    fprintf(stderr, "pid %d\n", (int)pid);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    struct wire *w = wire_new(fd, WIRE_LINE_MAX);
    wire_send(w, config, -1, &e);
    for (bool on = true; on && (count == 0 || moved < count);) {
        struct pollfd fds[2] = {{.fd = wire_fd(w), .events = POLLIN}, {.fd = 0, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[0].revents)
            on = print_all(w, how);
        if (on && fds[1].revents)
            on = pass_on(w);
    }
    wire_free(w);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
