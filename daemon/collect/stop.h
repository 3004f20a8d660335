/* stop.h - the one question a blocking job must be able to ask: are we to end?
 *
 * SIGTERM and SIGINT are blocked and arrive on a descriptor that every poll of this program watches; so does the
 * end of the daemon. */
#ifndef TAAMIM_COLLECT_STOP_H
#define TAAMIM_COLLECT_STOP_H
#include <stdbool.h>

void stop_open(void);      /* blocks the signals; before any thread is made */
int stop_fd(void);         /* readable from the first signal on, for ever */
bool stop_requested(void); /* a signal came, or descriptor 0 was hung up */

#endif
