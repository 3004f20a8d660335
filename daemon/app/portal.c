/* Keeps portal/<round>/index.html and matrix.csv as the store says. The head of the story's chain tells whether
 * anything happened at all; a round's own figures tell whether its page would look different. A burst of events
 * costs one page a second, and a round that has just ended is written a last time, since it stays watched while the
 * daemon runs. What cannot be written is logged and tried again with the next event: the pages are a copy, nothing
 * depends on them. */
#include "app/portal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define PAUSE_S     1  /* between two writings */
#define WATCHED_MAX 64 /* rounds; the oldest ones give way */
#define PAGE_MODE   0640

/* What was written last, so that nothing is written twice. Of one state directory: another one begins anew. */
static struct portal_memory {
    char state_dir[1024];
    char head[65];
    int64_t looked_at;
    struct watched_page {
        char ref[64];
        char print[65]; /* SHA-256 of all that the page shows, its own date apart */
    } watched[WATCHED_MAX];
    size_t n;
} memory;

static struct watched_page *watched(const char *ref)
{
    for (size_t i = 0; i < memory.n; i++)
        if (strcmp(memory.watched[i].ref, ref) == 0)
            return &memory.watched[i];
    return NULL;
}

static void watch(const char *ref)
{
    if (strlen(ref) >= sizeof memory.watched->ref || watched(ref))
        return;
    if (memory.n == WATCHED_MAX)
        memmove(memory.watched, memory.watched + 1, --memory.n * sizeof *memory.watched);
    memory.watched[memory.n] = (struct watched_page){0};
    strcpy(memory.watched[memory.n++].ref, ref);
}

static void begin_anew_elsewhere(const char *state_dir)
{
    if (strcmp(memory.state_dir, state_dir) == 0)
        return;
    memory = (struct portal_memory){0};
    snprintf(memory.state_dir, sizeof memory.state_dir, "%s", state_dir);
}

/* All that a page shows, its own date apart. */
static void print_of(const struct matrix *m, const char *csv, const struct paper_row *papers, size_t n, char out[65])
{
    BUF_SCOPED all = {0};

    buf_addf(&all, "%s\n%s\n%lld\n", m->round.ref, m->round.state, (long long)m->round.deadline_at);
    buf_adds(&all, csv);
    for (size_t i = 0; i < n; i++)
        buf_addf(&all, "%s %s %s %d %d %d\n", papers[i].party, papers[i].path, papers[i].sha256, papers[i].item,
                 papers[i].version, papers[i].current);
    hash_sha256(all.data, all.len, out);
}

static bool write_pages(struct daemon *d, struct arena *a, const char *ref, const char *html, const char *csv,
                        struct err *e)
{
    const char *folder = spool_full(d->spool, a, arena_printf(a, "portal/%s", spool_round_folder(a, ref)));

    return file_mkdirs(folder, 0750, e) &&
           file_write(arena_printf(a, "%s/matrix.csv", folder), csv, strlen(csv), PAGE_MODE, e) &&
           file_write(arena_printf(a, "%s/index.html", folder), html, strlen(html), PAGE_MODE, e);
}

static bool refresh(struct daemon *d, struct watched_page *page, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    const struct standing_orders *o = &d->orders;
    struct paper_row *papers;
    size_t n;
    struct matrix m;
    char *html, *csv, print[65];

    if (!matrix_of(d->store, a, o->config, o->parties, page->ref, &m, e) ||
        !store_papers(d->store, a, page->ref, NULL, &papers, &n, e))
        return false;
    csv = portal_csv(a, o->config, &m);
    if (!csv)
        return err_perm(e, "the matrix is too large for a page");
    print_of(&m, csv, papers, n, print);
    if (strcmp(print, page->print) == 0)
        return true;
    html = portal_page(a, o->config, o->parties, &m, papers, n, "../../");
    if (!html)
        return err_perm(e, "the matrix is too large for a page");
    if (!write_pages(d, a, page->ref, html, csv, e))
        return false;
    strcpy(page->print, print);
    return true;
}

static bool watch_open_rounds(struct daemon *d, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct round_row *rounds;
    size_t n;

    if (!store_rounds(d->store, a, round_state_names[ROUND_OPEN], &rounds, &n, e))
        return false;
    for (size_t i = n; i > 0; i--)
        watch(rounds[i - 1].ref);
    return true;
}

static void complain(const char *ref, const struct err *e)
{
    log_event(LOG_LEVEL_WARNING, "portal", "round", ref, "status", "failed", "reason", e->text, NULL);
}

int64_t portal_turn(struct daemon *d)
{
    char head[65];
    struct err e = {0};
    int64_t now = clock_now();

    begin_anew_elsewhere(d->orders.config->state_dir);
    if (!store_chain_head(d->store, head, &e) || strcmp(head, memory.head) == 0)
        return 0;
    if (memory.looked_at && now >= memory.looked_at && now < memory.looked_at + PAUSE_S)
        return memory.looked_at + PAUSE_S;
    memory.looked_at = now;
    strcpy(memory.head, head);
    if (!watch_open_rounds(d, &e))
        complain(NULL, &e);
    for (size_t i = 0; i < memory.n; i++)
        if (!refresh(d, &memory.watched[i], &e))
            complain(memory.watched[i].ref, &e);
    return 0;
}
