/* Keeps portal/<round>/index.html and matrix.csv as the store says. The head of the story's chain tells whether
 * anything happened at all; a round's own figures tell whether its page would look different. A burst of events
 * costs one page a second. A round that has ended stays watched while the daemon runs, and one that has a page is
 * watched again from the next start, so that a page never says "open" for ever. What cannot be written is logged and
 * tried again with the next event: the pages are a copy, nothing depends on them. */
#include "app/portal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define PAUSE_S        1  /* between two writings */
#define WATCHED_MAX    64 /* rounds; the oldest ones give way */
#define PAGE_MODE      0640
#define SHOWN_OF_PARTY 100 /* papers; how many more there are is said */

/* What was written last, so that nothing is written twice. */
struct portal {
    char head[65];
    int64_t looked_at;
    struct watched_page {
        char ref[64];
        char print[65]; /* SHA-256 of all that the page shows, its own date apart */
    } watched[WATCHED_MAX];
    size_t n;
};

static bool is_watched(const struct portal *p, const char *ref)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->watched[i].ref, ref) == 0)
            return true;
    return false;
}

static void watch(struct portal *p, const char *ref)
{
    if (strlen(ref) >= sizeof p->watched->ref || is_watched(p, ref))
        return;
    if (p->n == WATCHED_MAX)
        memmove(p->watched, p->watched + 1, --p->n * sizeof *p->watched);
    p->watched[p->n] = (struct watched_page){0};
    strcpy(p->watched[p->n++].ref, ref);
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

static const char *page_folder(struct arena *a, const char *ref)
{
    return arena_printf(a, "portal/%s", spool_round_folder(a, ref));
}

static bool write_page(struct daemon *d, struct arena *a, const char *relative, const char *text, struct err *e)
{
    return file_write(spool_full(d->spool, a, relative), text, strlen(text), PAGE_MODE, e) &&
           spool_share(d->spool, relative, e);
}

static bool write_pages(struct daemon *d, struct arena *a, const char *ref, const char *html, const char *csv,
                        struct err *e)
{
    const char *folder = page_folder(a, ref);

    return file_mkdirs(spool_full(d->spool, a, folder), 0750, e) && spool_share(d->spool, folder, e) &&
           write_page(d, a, arena_printf(a, "%s/matrix.csv", folder), csv, e) &&
           write_page(d, a, arena_printf(a, "%s/index.html", folder), html, e);
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
        !store_papers_shown(d->store, a, page->ref, SHOWN_OF_PARTY, &papers, &n, e))
        return false;
    csv = portal_csv(a, o->config, &m);
    if (!csv)
        return err_perm(e, "the matrix is too large for a page");
    print_of(&m, csv, papers, n, print);
    if (strcmp(print, page->print) == 0)
        return true;
    html = portal_page(a, o->config, &m, papers, n, "../../");
    if (!html)
        return err_perm(e, "the matrix is too large for a page");
    if (!write_pages(d, a, page->ref, html, csv, e))
        return false;
    strcpy(page->print, print);
    return true;
}

/* The newest last, since the first ones give way. */
static bool watch_open_rounds(struct daemon *d, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct round_row *rounds;
    size_t n;

    if (!store_rounds(d->store, a, round_state_names[ROUND_OPEN], &rounds, &n, e))
        return false;
    for (size_t i = n; i > 0; i--)
        watch(d->portal, rounds[i - 1].ref);
    return true;
}

/* Of the rounds that ended while nobody looked, those that have a page. */
static bool watch_shown_rounds(struct daemon *d, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct round_row *rounds;
    size_t n;

    if (!store_rounds(d->store, a, NULL, &rounds, &n, e))
        return false;
    for (size_t i = n; i > 0; i--)
        if (file_exists(spool_full(d->spool, a, page_folder(a, rounds[i - 1].ref))))
            watch(d->portal, rounds[i - 1].ref);
    return true;
}

static void complain(const char *ref, const struct err *e)
{
    log_event(LOG_LEVEL_WARNING, "portal", "round", ref, "status", "failed", "reason", e->text, NULL);
}

static void begin(struct daemon *d)
{
    struct err e = {0};

    d->portal = mem_alloc(sizeof *d->portal);
    if (!watch_shown_rounds(d, &e))
        complain(NULL, &e);
}

int64_t portal_turn(struct daemon *d)
{
    struct portal *p;
    char head[65];
    struct err e = {0};
    int64_t now = clock_now();

    if (!d->portal)
        begin(d);
    p = d->portal;
    if (!store_chain_head(d->store, head, &e) || strcmp(head, p->head) == 0)
        return 0;
    if (p->looked_at && now >= p->looked_at && now < p->looked_at + PAUSE_S)
        return p->looked_at + PAUSE_S;
    p->looked_at = now;
    strcpy(p->head, head);
    if (!watch_open_rounds(d, &e))
        complain(NULL, &e);
    for (size_t i = 0; i < p->n; i++)
        if (!refresh(d, &p->watched[i], &e))
            complain(p->watched[i].ref, &e);
    return 0;
}

void portal_close(struct daemon *d)
{
    free(d->portal);
    d->portal = NULL;
}
