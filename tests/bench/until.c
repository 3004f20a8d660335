/* until CONFIG WHAT N [memory] -- COMMAND ARGS: starts the daemon and waits until its store says so; prints the
 * seconds since the start, then ends it.
 *
 *   watched N   N mailboxes have their line drawn         sent N   N deliveries are sent
 *   filed N     the first N messages collected are filed
 * With `memory` it looks every 5 ms at the anonymous memory (RssAnon) of the daemon and its children, and prints
 * `PROGRAM KIB`, the most that one process of each had. Looking costs time, so the seconds of such a run mean
 * little. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "bench/bench.h"

#define PATIENCE_S   90
#define STOP_S       65 /* a mail past its last byte has a minute to end */
#define PROGRAMS_MAX 8

struct peak {
    char name[32];
    long kib;
};

struct waiting {
    struct daemon daemon; /* its orders, and the store to look at */
    const char *what;
    long n, reached;
    pid_t pid;
    struct peak peaks[PROGRAMS_MAX];
    int n_peaks;
};

/* ---- what the store says */

static bool open_store(struct waiting *w)
{
    ARENA_SCOPED a = arena_new();
    struct err e = {0};

    if (!w->daemon.store)
        w->daemon.store =
            store_open(arena_printf(a, "%s/taamim.db", w->daemon.orders.config->state_dir), STORE_READ, &e);
    return w->daemon.store != NULL;
}

static long count_watched(struct waiting *w, struct arena *a)
{
    const struct config *c = w->daemon.orders.config;
    struct mailbox_row row;
    long n = 0;

    for (size_t i = 0; i < c->n_mailboxes; i++)
        n += store_mailbox(w->daemon.store, a, c->mailboxes[i].name, &row, NULL) && row.name && row.uidvalidity > 0;
    return n;
}

static long count_sent(struct waiting *w, struct arena *a)
{
    struct count_row *rows;
    size_t n;

    if (!store_delivery_counts(w->daemon.store, a, NULL, &rows, &n, NULL))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, delivery_state_names[DELIVERY_SENT]) == 0)
            return rows[i].n;
    return 0;
}

/* Rows are numbered from 1 on: what was seen filed is not looked at again, so that looking costs little. */
static long count_filed(struct waiting *w, struct arena *a)
{
    struct message_row m;
    long n = w->reached;

    while (n < w->n && store_message(w->daemon.store, a, n + 1, &m, NULL) && m.state &&
           strcmp(m.state, "collected") != 0) {
        if (strcmp(m.state, "filed") != 0)
            give_up(arena_printf(a, "message %ld is %s, not filed", n + 1, m.state), *m.why ? m.why : m.rule);
        n++;
    }
    return n;
}

static bool reached(struct waiting *w)
{
    ARENA_SCOPED a = arena_new();

    if (!open_store(w))
        return false;
    if (strcmp(w->what, "watched") == 0)
        w->reached = count_watched(w, a);
    else if (strcmp(w->what, "sent") == 0)
        w->reached = count_sent(w, a);
    else
        w->reached = count_filed(w, a);
    return w->reached >= w->n;
}

/* ---- memory */

static void note_peak(struct waiting *w, const char *name, long kib)
{
    int i = 0;

    while (i < w->n_peaks && strcmp(w->peaks[i].name, name) != 0)
        i++;
    if (i == PROGRAMS_MAX)
        return;
    if (i == w->n_peaks)
        snprintf(w->peaks[w->n_peaks++].name, sizeof w->peaks[i].name, "%s", name);
    if (kib > w->peaks[i].kib)
        w->peaks[i].kib = kib;
}

/* Name and anonymous memory of a process; false where it is gone. */
static bool look_at(pid_t pid, char name[32], long *kib)
{
    char path[64], line[256];
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "r");
    if (!f)
        return false;
    *name = '\0';
    *kib = 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "Name: %31s", name) != 1 && sscanf(line, "RssAnon: %ld", kib) == 1)
            break;
    fclose(f);
    return true;
}

/* The daemon was started in a session of its own, and its children stay in it. */
static void sample_memory(struct waiting *w)
{
    char name[32];
    long kib;
    DIR *d = opendir("/proc");
    const struct dirent *entry;

    while (d && (entry = readdir(d))) {
        pid_t pid = isdigit((unsigned char)*entry->d_name) ? (pid_t)strtol(entry->d_name, NULL, 10) : 0;

        if (pid > 0 && getsid(pid) == w->pid && look_at(pid, name, &kib) && strncmp(name, "taamim", 6) == 0)
            note_peak(w, name, kib);
    }
    if (d)
        closedir(d);
}

/* ---- the daemon */

static pid_t start(char **command)
{
    pid_t pid = fork();

    if (pid == 0) {
        setsid();
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execv(*command, command);
        fprintf(stderr, "bench: %s: %s\n", *command, strerror(errno));
        _exit(127);
    }
    return pid;
}

static void wait_until(struct waiting *w, bool memory)
{
    double started = seconds_now();
    int status;

    while (!reached(w)) {
        if (waitpid(w->pid, &status, WNOHANG) == w->pid)
            give_up(w->what, "the daemon ended");
        if (seconds_now() - started > PATIENCE_S) {
            fprintf(stderr, "bench: %s: %ld of %ld\n", w->what, w->reached, w->n);
            give_up(w->what, "not done in time");
        }
        if (memory)
            sample_memory(w);
        usleep(memory ? 5000 : 20000);
    }
    printf("%.3f\n", seconds_now() - started);
}

static void stop(pid_t pid)
{
    int status;

    kill(pid, SIGTERM);
    for (int i = 0; i < STOP_S * 20; i++) {
        if (waitpid(pid, &status, WNOHANG) != 0)
            return;
        usleep(50000);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
}

int main(int argc, char **argv)
{
    static struct waiting w;
    bool memory = argc > 4 && strcmp(argv[4], "memory") == 0;
    int command = memory ? 6 : 5;

    if (argc <= command || strcmp(argv[command - 1], "--") != 0)
        give_up("usage", "until CONFIG watched|sent|filed N [memory] -- COMMAND ARGS");
    log_open("until", LOG_LEVEL_WARNING);
    open_orders(&w.daemon, argv[1]);
    w.what = argv[2];
    w.n = number(argv[3]);
    w.pid = start(argv + command);
    wait_until(&w, memory);
    stop(w.pid);
    for (int i = 0; i < w.n_peaks; i++)
        printf("%s %ld\n", w.peaks[i].name, w.peaks[i].kib);
    store_close(w.daemon.store);
    orders_free(&w.daemon.orders);
    return EXIT_SUCCESS;
}
