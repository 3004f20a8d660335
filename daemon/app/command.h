/* command.h - the Unix socket on which `taamim` says what an officer wants done.
 *
 *   taamim  {"file":NAME} with a descriptor, once per file that goes along; copied to staging at once
 *   taamim  {"act":"extend","ref":...,"party":...,"text":...,...}      the fields of struct act; "launch" brings
 *   "spec", whose documents and then templates are the files; "add" and "import" use the files
 *   daemon  {"ok":true,"text":...} or {"ok":false,"text":...}
 * Who may speak is decided by the socket's owner, group and mode (0660); SO_PEERCRED tells who does, and the story
 * keeps it. */
#ifndef TAAMIM_APP_COMMAND_H
#define TAAMIM_APP_COMMAND_H
#include "app/daemon.h"
#include "base/loop.h"

struct command_server;
struct command_server *command_open(struct daemon *d, struct loop *l, const char *path, struct err *e);
void command_close(struct command_server *s);

#endif
