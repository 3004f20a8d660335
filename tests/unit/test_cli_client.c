/* The conversation with the daemon, against a small server of our own: files, one act, one answer; and what is said
 * where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wire.h"
#include "cli/client.h"

static char folder[64], socket_path[96], file_path[96];
static struct config config;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/taamim-client-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(socket_path, sizeof socket_path, "%s/socket", folder);
    snprintf(file_path, sizeof file_path, "%s/paper.pdf", folder);
    config.socket = socket_path;
    FILE *f = fopen(file_path, "w");
    fputs("content", f);
    return fclose(f);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(socket_path);
    unlink(file_path);
    return rmdir(folder);
}

static int listening(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, socket_path, strlen(socket_path));
    unlink(socket_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* In the child: says ok only where it was told of a file with its content, and then of the act. */
static void serve(int listener, bool ok)
{
    struct err e = {0};
    struct wire *w = wire_new(accept(listener, NULL, NULL), WIRE_LINE_MAX);
    bool file_right = false;
    for (json_t *m = NULL; wire_recv(w, &m, &e) == WIRE_MESSAGE; json_decref(m)) {
        char bytes[16] = "";
        if (json_object_get(m, "file")) {
            int fd = wire_take_fd(w);
            file_right = strcmp(wire_string(m, "file", ""), "name.pdf") == 0 &&
                         read(fd, bytes, sizeof bytes - 1) == 7 && strcmp(bytes, "content") == 0;
            continue;
        }
        bool act_right = strcmp(wire_string(m, "act", ""), "add") == 0;
        wire_send(w, json_pack("{s:b, s:s}", "ok", ok && file_right && act_right, "text", "the answer"), -1, &e);
        break;
    }
    wire_free(w);
    _exit(file_right ? 0 : 1);
}

/* With what it prints thrown away. */
static enum exit_code act(const char *path)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), out = dup(1), err = dup(2);
    fflush(stdout);
    dup2(null, 1);
    dup2(null, 2);
    enum exit_code code =
        client_act(&config, &(struct client_file){path, "name.pdf"}, 1, json_pack("{s:s}", "act", "add"));
    fflush(stdout);
    dup2(out, 1);
    dup2(err, 2);
    close(null);
    close(out);
    close(err);
    return code;
}

static enum exit_code act_with_server(bool ok)
{
    int listener = listening(), status = 0;
    pid_t pid = fork();
    if (pid == 0)
        serve(listener, ok);
    close(listener);
    enum exit_code code = act(file_path);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0); /* the file had come with its content */
    return code;
}

static void done_and_refused(void **state)
{
    (void)state;
    assert_int_equal(act_with_server(true), CLI_OK);
    assert_int_equal(act_with_server(false), CLI_FAILED);
}

static void a_file_that_cannot_be_read_asks_nothing(void **state)
{
    (void)state;
    int listener = listening();
    assert_int_equal(act("/nonexistent/paper.pdf"), CLI_FAILED);
    assert_int_equal(act(folder), CLI_FAILED); /* no plain file */
    close(listener);
}

static void without_a_daemon(void **state)
{
    (void)state;
    unlink(socket_path);
    assert_false(client_daemon_runs(&config));
    assert_int_equal(act(file_path), CLI_FAILED);
    close(listening()); /* a socket that was left behind by a daemon that died */
    assert_false(client_daemon_runs(&config));
    assert_int_equal(act(file_path), CLI_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(done_and_refused),
        cmocka_unit_test(a_file_that_cannot_be_read_asks_nothing),
        cmocka_unit_test(without_a_daemon),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
