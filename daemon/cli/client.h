/* client.h - the daemon's socket, from the side of who commands (app/command.h says what is spoken). */
#ifndef TAAMIM_CLI_CLIENT_H
#define TAAMIM_CLI_CLIENT_H
#include "cli/cli.h"

struct client_file {
    const char *path, *name; /* where it lies; the name it goes by */
};

/* Sends the files and then the act (stolen), prints the daemon's answer. */
enum exit_code client_act(const struct config *c, const struct client_file *files, size_t n_files, json_t *act);
/* Somebody serves the socket. */
bool client_daemon_runs(const struct config *c);

#endif
