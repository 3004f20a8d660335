/* sandbox.h - what a process may still do once it reads hostile bytes: read and write the descriptors it has, and
 * compute.
 *
 * After sandbox_enter() opening a file fails with EACCES; exec, socket, fork and clone kill the process, and so does
 * any other call that is not
 * listed. There is no way back. Landlock is used where the kernel has it, seccomp always. */
#ifndef TAAMIM_PARSE_SANDBOX_H
#define TAAMIM_PARSE_SANDBOX_H
#include "base/err.h"

/* A message that is too much is known as such within ten seconds. */
#define SANDBOX_CPU_S  8
#define SANDBOX_WALL_S 9
#define SANDBOX_MEMORY ((size_t)256 << 20)
#define SANDBOX_FILE   ((size_t)200 << 20)

bool sandbox_enter(struct err *e);

#endif
