/* What every event handler needs: the orders in force, the story, the alerts, a round as it was frozen. */
#include "app/daemon.h"

#include <string.h>

#include "app/roundfile.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "mail/address.h"
#include "mail/names.h"

#define FROZEN_MAX  8              /* rounds whose frozen part is kept in memory */
#define ALERT_BYTES ((size_t)1600) /* strangers name as many files as they like */

void orders_free(struct standing_orders *o)
{
    if (o->config)
        config_close(o->config);
    arena_free(o->arena);
    arena_free(o->register_arena);
    *o = (struct standing_orders){0};
}

bool orders_load(struct standing_orders *out, const char *config_path, struct problems *p)
{
    struct standing_orders fresh = {.arena = arena_new(), .register_arena = arena_new()};
    const struct config *c;
    int before = p->n;

    c = fresh.config = config_load_any(fresh.arena, config_path, p);
    if (c && c->register_file)
        fresh.parties = register_load(fresh.register_arena, c->register_file, p);
    if (c && c->templates_dir)
        fresh.templates = templates_load(fresh.arena, c->templates_dir, NULL, 0, p);
    if (p->n > before) {
        orders_free(&fresh);
        return false;
    }
    *out = fresh;
    return true;
}

bool daemon_reload(struct daemon *d, struct problems *p)
{
    struct standing_orders fresh;

    if (!orders_load(&fresh, d->orders.config->path, p))
        return false;
    d->n_frozen = FROZEN_MAX + 1; /* tidied after this event, which may still hold a view */
    orders_free(&d->orders);
    d->orders = fresh;
    d->scan_due = true;
    daemon_round_changed(d);
    return true;
}

bool daemon_reload_register(struct daemon *d, struct problems *p)
{
    struct arena *a = arena_new();
    struct party_register *fresh = register_load(a, d->orders.config->register_file, p);

    if (!fresh) {
        arena_free(a);
        return false;
    }
    arena_free(d->orders.register_arena);
    d->orders.register_arena = a;
    d->orders.parties = fresh;
    daemon_round_changed(d);
    return true;
}

void daemon_round_changed(struct daemon *d)
{
    d->remind_at = 0;
    d->ticker_due = true;
}

bool daemon_begin(struct daemon *d, struct err *e)
{
    if (!store_begin(d->store, e))
        return false;
    spool_begin(d->spool);
    return true;
}

bool daemon_commit(struct daemon *d, struct err *e)
{
    if (d->rehearsal != REHEARSAL_OFF) {
        d->rehearsal = REHEARSED;
        return err_temp(e, "it was only tried out");
    }
    if (!spool_sync(d->spool, e) || !store_commit(d->store, e))
        return false;
    spool_keep(d->spool);
    return true;
}

void daemon_rollback(struct daemon *d)
{
    store_rollback(d->store);
    spool_undo(d->spool);
}

void daemon_rehearse(struct daemon *d)
{
    d->rehearsal = REHEARSAL;
}

bool daemon_rehearsed(struct daemon *d)
{
    bool reached = d->rehearsal == REHEARSED;

    d->rehearsal = REHEARSAL_OFF;
    return reached;
}

bool story(struct daemon *d, const struct story_line *line, struct err *e, const char *format, ...)
{
    ARENA_SCOPED a = arena_new();
    struct event_row row = {
        .at = clock_now(),
        .who = line->who,
        .what = line->what,
        .round = line->round ? line->round : "",
        .party = line->party ? line->party : "",
        .message = line->message,
    };
    va_list args;

    va_start(args, format);
    row.text = arena_vprintf(a, format, args);
    va_end(args);
    return store_add_event(d->store, &row, e);
}

/* Cut behind a line or a name that is whole: nothing that is isolated stays open. */
static const char *within_limit(struct arena *a, const char *text)
{
    size_t n = strlen(text), name = strlen(PDI);

    if (n <= ALERT_BYTES)
        return text;
    for (n = ALERT_BYTES; n > name && text[n] != '\n' && memcmp(text + n - name, PDI, name) != 0;)
        n--;
    return n > name ? arena_printf(a, "%.*s\n…", (int)n, text) : text_line(a, text, ALERT_BYTES);
}

bool alert(struct daemon *d, const struct alert_row *about, struct err *e, const char *format, ...)
{
    ARENA_SCOPED a = arena_new();
    struct alert_row row = *about;
    va_list args;

    va_start(args, format);
    row.text = arena_vprintf(a, format, args);
    va_end(args);
    row.text = within_limit(a, text_clean(a, row.text, strlen(row.text)));
    d->ticker_due = true;
    row.at = clock_now();
    row.round = row.round ? row.round : "";
    row.party = row.party ? row.party : "";
    return store_add_alert(d->store, &row, e);
}

/* What a launch froze does not change: it is read when first asked for, and kept. */
struct frozen_round {
    struct frozen_round *older;
    struct arena *arena;
    const char *ref;
    const struct round_spec *spec;
    const struct templates *templates; /* NULL until asked for */
};

static struct frozen_round *frozen_round(struct daemon *d, const char *ref)
{
    struct frozen_round *f;

    for (f = d->frozen; f; f = f->older)
        if (strcmp(f->ref, ref) == 0)
            return f;
    f = mem_alloc(sizeof *f);
    *f = (struct frozen_round){.older = d->frozen, .arena = arena_new()};
    f->ref = arena_strdup(f->arena, ref);
    d->frozen = f;
    d->n_frozen++;
    return f;
}

void daemon_forget(struct daemon *d)
{
    while (d->frozen) {
        struct frozen_round *f = d->frozen;

        d->frozen = f->older;
        arena_free(f->arena);
        free(f);
    }
    d->n_frozen = 0;
}

void daemon_tidy(struct daemon *d)
{
    if (d->n_frozen > FROZEN_MAX)
        daemon_forget(d);
}

/* Where a round's frozen templates no longer load (a folder touched by hand) today's serve. */
const struct templates *round_templates(struct daemon *d, const char *ref)
{
    struct frozen_round *f = frozen_round(d, ref);
    struct problems p = {0};
    const struct round_template *own;
    const char *folder;
    size_t n;

    if (f->templates)
        return f->templates;
    folder = arena_printf(f->arena, "outgoing/%s/templates", spool_round_folder(f->arena, ref));
    own = templates_of_folder(f->arena, spool_full(d->spool, f->arena, folder), &n, NULL);
    if (own) /* a kind of letter that is younger than the round is today's */
        f->templates = templates_load(f->arena, d->orders.config->templates_dir, own, n, &p);
    buf_free(&p.text);
    return f->templates ? f->templates : d->orders.templates;
}

static const struct round_spec *frozen_spec(struct daemon *d, const struct round_row *row, struct err *e)
{
    struct frozen_round *f = frozen_round(d, row->ref);
    JSON_SCOPED spec = f->spec ? NULL : json_loads(row->spec, 0, NULL);

    if (!f->spec && !spec)
        err_perm(e, "its round file does not read as JSON");
    if (!f->spec && spec)
        f->spec = round_spec_from_json(f->arena, spec, d->orders.config, e);
    if (!f->spec)
        err_prefix(e, "the stored round %s", row->ref);
    return f->spec;
}

bool round_view(struct daemon *d, struct arena *a, const char *ref, struct round_view *out, struct err *e)
{
    struct round_view v = {0};

    if (!store_round(d->store, a, ref, &v.row, e))
        return false;
    if (!v.row.ref)
        return err_perm(e, "there is no round %s; `taamim round list` shows them", ref);
    v.spec = frozen_spec(d, &v.row, e);
    if (!v.spec)
        return false;
    *out = v;
    return true;
}

const struct contact *round_contact_at(const struct round_view *v, const struct party *p, const char *address)
{
    for (size_t i = 0; i < p->n_contacts; i++)
        if (address_same(p->contacts[i].address, address))
            return &p->contacts[i];
    for (size_t i = 0; i < v->spec->n_contacts; i++)
        if (strcasecmp(v->spec->contacts[i].party, p->code) == 0 &&
            address_same(v->spec->contacts[i].contact.address, address))
            return &v->spec->contacts[i].contact;
    return NULL;
}

struct deadline seat_deadline(const struct daemon *d, const struct round_view *v, const struct seat_row *seat)
{
    int64_t at = seat && seat->deadline_at ? seat->deadline_at : v->row.deadline_at;

    return (struct deadline){.at = at, .local = zone_civil(d->orders.config->zone, at), .has_time = true};
}
