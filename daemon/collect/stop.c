/* The end of the program as something to poll for.
 *
 * The signal is never read from its descriptor, so that it stays readable and no poll can miss it. Without the
 * descriptor the program could not be ended in time, so failing to make it ends the process. */
#include "collect/stop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>

static int signals = -1;

void stop_open(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        abort();
}

int stop_fd(void)
{
    return signals;
}

bool stop_requested(void)
{
    struct pollfd fds[2] = {{.fd = signals, .events = POLLIN}, {.fd = 0}};
    if (poll(fds, 2, 0) <= 0)
        return false;
    return fds[0].revents != 0 || (fds[1].revents & (POLLHUP | POLLERR)) != 0;
}
