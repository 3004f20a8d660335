/* client.c - one conversation with the daemon: files, one act, one answer.
 *
 * Files are opened here, with the officer's own rights, and given as descriptors: the daemon reads nothing that the
 * officer may not. What can go wrong: the daemon does not run, the officer may not speak to it, a file cannot be read;
 * each is said with what to do. */
#include "cli/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/wire.h"

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof address.sun_path) {
        fd_close(&fd);
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int reason = errno;
        fd_close(&fd);
        errno = reason;
    }
    return fd;
}

bool client_daemon_runs(const struct config *c)
{
    FD_SCOPED fd = connect_to(c->socket);
    return fd >= 0 || errno == EACCES;
}

static enum exit_code cannot_connect(const struct config *c)
{
    if (errno == EACCES)
        return cli_fail("you may not speak to the daemon (%s): officers belong to the group %s; `id` shows yours",
                        c->socket, c->papers_group ? c->papers_group : "that owns this socket");
    if (errno == ENOENT || errno == ECONNREFUSED)
        return cli_fail(
            "the daemon does not run: nobody answers at %s. Start it with `systemctl start taamimd`; nothing was done",
            c->socket);
    return cli_fail("cannot speak to the daemon at %s: %s", c->socket, strerror(errno));
}

static bool send_file(struct wire *w, const struct client_file *file, struct err *e)
{
    FD_SCOPED fd = open(file->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return err_perm(e, "cannot read %s: %s", file->path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_perm(e, "%s is not a file", file->path);
    return wire_send(w, json_pack("{s:s}", "file", file->name), fd, e);
}

/* The answer; also where sending broke off, since a refusal comes before the end. */
static enum exit_code print_answer(struct wire *w, const struct err *trouble)
{
    JSON_SCOPED answer = NULL;
    struct err e = {0};
    if (wire_recv(w, &answer, &e) != WIRE_MESSAGE)
        return cli_fail("%s", trouble->kind != ERR_NONE
                                  ? trouble->text
                                  : "the daemon ended the conversation without an answer; `journalctl -u taamimd` says "
                                    "why, `taamim story` what was done");
    if (!wire_bool(answer, "ok"))
        return cli_fail("%s", wire_string(answer, "text", "refused"));
    printf("%s\n", wire_string(answer, "text", "done"));
    return CLI_OK;
}

enum exit_code client_act(const struct config *c, const struct client_file *files, size_t n_files, json_t *act)
{
    JSON_SCOPED held = act;
    struct err e = {0};
    int fd = connect_to(c->socket);
    if (fd < 0)
        return cannot_connect(c);
    struct wire *w = wire_new(fd, WIRE_LINE_MAX);
    bool good = true;
    for (size_t i = 0; good && i < n_files; i++)
        good = send_file(w, &files[i], &e);
    good = good && wire_send(w, json_incref(held), -1, &e);
    if (!good && e.kind == ERR_PERM) { /* of our own making: nothing was asked */
        wire_free(w);
        return cli_fail("%s; nothing was done", e.text);
    }
    enum exit_code code = print_answer(w, &e);
    wire_free(w);
    return code;
}
