/* The fake virus scanner behind the port `scan`: it reads what it is given and finds Test.Virus where the file speaks
 * of a virus. Like taamim-scan it answers one request after the other, and later. */
#include "scenario.h"

#include <unistd.h>

#include "app/scanning.h"

bool scanner_scan(void *world, const struct scan_job *job)
{
    struct world *w = world;
    struct scanner *s = &w->scanner;
    char *bytes;

    if (s->conduct == DOES_NOT_RUN)
        return false;
    s->asked = true;
    s->id = job ? job->id : 0;
    if (!job)
        return true;
    bytes = arena_alloc(w->a, (size_t)job->size + 1);
    if (pread(job->fd, bytes, (size_t)job->size, job->offset) != job->size)
        w->office.trouble = "a paper could not be read by the scanner";
    bytes[job->size] = '\0';
    s->bytes = bytes;
    s->n_files++;
    return true;
}

static struct scan_answer found(const struct scanner *s)
{
    if (s->conduct == IS_AWAY || s->conduct == ENDS_EACH_TIME)
        return (struct scan_answer){s->id, SCAN_AWAY, "cannot connect to /run/clamd.ctl: Connection refused"};
    if (strstr(s->bytes, "a virus"))
        return (struct scan_answer){s->id, SCAN_INFECTED, "Test.Virus"};
    if (strstr(s->bytes, "too long"))
        return (struct scan_answer){s->id, SCAN_FAILED, "the scanner did not answer in time"};
    return (struct scan_answer){s->id, SCAN_CLEAN, ""};
}

bool scanner_turn(struct world *w)
{
    struct scanner *s = &w->scanner;
    bool away = s->conduct == IS_AWAY;
    struct scan_answer answer;

    if (!s->asked)
        return false;
    s->asked = false;
    if (s->id) {
        answer = found(s);
        scanning_answered(w->daemon, &answer);
    } else {
        scanning_state(w->daemon, !away, away ? "cannot connect to /run/clamd.ctl: Connection refused" : "ClamAV");
    }
    return true;
}

/* After each start of the daemon, too, which reads a file that knows nothing of it. */
void scanner_configure(struct world *w)
{
    w->scanner.asked = false;
    if (w->daemon && w->scanner.configured) {
        w->daemon->orders.config->scanner = "/run/clamd.ctl";
        w->daemon->scan_due = true;
    }
}

/* ---- sentences */

static bool is_configured(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    w->scanner.configured = true;
    scanner_configure(w);
    return true;
}

static bool is_taken_out(struct world *w, const struct line *l, struct err *e)
{
    (void)l;
    w->scanner.configured = false;
    w->daemon->orders.config->scanner = NULL;
    w->daemon->scan_due = true;
    return world_settle(w, e);
}

static bool conduct(struct world *w, enum scanner_conduct c)
{
    w->scanner.conduct = c;
    return true;
}

static bool is_well(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, SCANS);
}

static bool is_away(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, IS_AWAY);
}

static bool does_not_run(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, DOES_NOT_RUN);
}

static bool ends_each_time(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return conduct(w, ENDS_EACH_TIME);
}

static bool has_seen(struct world *w, const struct line *l, struct err *e)
{
    long want = strtol(l->words[0], NULL, 10);

    return w->scanner.n_files == want || err_perm(e, "the scanner was given %ld files", w->scanner.n_files);
}

const struct sentence scanner_sentences[] = {
    {"a virus scanner is configured", is_configured},
    {"the virus scanner is taken out", is_taken_out},
    {"scanner is well", is_well},
    {"scanner is away", is_away},
    {"scanner does not run", does_not_run},
    {"scanner ends at each file", ends_each_time},
    {"expect N files at the scanner", has_seen},
    {NULL, NULL},
};
