/* crash.h - the process is killed: before and after each kind of step that lasts or leaves.
 *
 * `scenario --crash FILE` tells the scenario twice. The first telling is undisturbed: it counts the steps of each kind
 * and keeps how everything stood at the end. In the second one the process forks at each chosen step (the first, the
 * second and the last of its kind, before and after it). The child is the world after a kill: it jumps out of the
 * daemon without unwinding anything, takes a copy of the disk as it lies, opens a new daemon on the copy, tells the
 * rest and compares the end. The parent waits for it and goes on as if nothing had been.
 *
 * The daemon's code knows nothing of this: the runner alone is linked with --wrap for the calls that last; what passes
 * between the daemon and its children is marked in the fakes. Renames, removals and fsyncs are kinds by the folders
 * they touch, commits by where they are made: `addr2line -fe build/tests/scenario 0x...` tells the place.
 *
 * `scenario --fault FILE` lets the same steps fail instead, and writes, new folders and the store's lock, once per
 * telling: this step alone, or from it on everything that lasts, for some seconds. What is asked is the same: the end
 * is that of the undisturbed telling, by the same process, without a restart. */
#ifndef TAAMIM_TESTS_CRASH_H
#define TAAMIM_TESTS_CRASH_H
#include <stdbool.h>
#include <stddef.h>

#define CRASH_COLLECTED "\"collected\"" /* the collector tells of a message that lies in incoming/ */
#define CRASH_PARSED    "the parser's answer"
#define CRASH_KEPT      "\"kept\""  /* the daemon tells the collector */
#define CRASH_MOVED     "\"moved\"" /* the collector has moved a message, and tells */
#define CRASH_SEND      "handing a mail to a sender"
#define CRASH_ANSWER    "the server's answer" /* the mail has left, and the sender tells */
#define CRASH_COPY      "handing a copy to the collector"
#define CRASH_COPIED    "\"appended\"" /* the copy lies in the sent folder, and the collector tells */

enum crash_side { CRASH_BEFORE, CRASH_AFTER };
/* The process may be killed here: does nothing, or does not return. */
void crash_point(const char *kind, enum crash_side side);

/* Runs act. False: the process was killed in it. Points outside of an act count for nothing. */
bool crash_guard(bool (*act)(void *arg), void *arg, bool *good_out);
/* This process goes on after a kill. */
bool crash_was(void);

/* Tells the scenario as above and prints a result per kind of step; false when any end was not as it should be. */
struct crash_end {
    const char **lines; /* sorted: what there is at the end */
    size_t n;
    long doubles; /* mails that came twice since no answer to the first came back */
    int failures; /* what was told already */
};
struct arena;
struct err;
struct world;
bool end_state(struct world *w, struct arena *a, struct crash_end *out, struct err *e); /* appends; strings in a */
typedef bool telling_fn(const char *path, struct crash_end *out);
bool crash_tell(const char *path, telling_fn *tell);

/* The same with faults. */
bool fault_tell(const char *path, telling_fn *tell);
/* For the fakes and those who speak: a step has failed in this telling; and things still do. */
bool crash_had_trouble(void);
bool crash_in_trouble(void);
/* What the fakes do for themselves does not fail. */
void crash_aside(bool aside);

#endif
