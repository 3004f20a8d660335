/* Looks at what a party has filed for what may be a covering letter alone, and tells officers. Nothing is changed
 * here: an officer's word does that (acts_item.c). */
#include "app/covers.h"

#include "app/effects.h"
#include "app/marks.h"
#include "mail/names.h"
#include "round/cover.h"

/* In all languages in lang_reasons.c. */
#define COVER_ALONE "perhaps a covering letter alone: the paper itself seems to be missing"

/* What opens with a password only has come all the same, beside the letter. */
static struct cover_paper may_cover(const struct round_view *v, const struct paper_row *p)
{
    int item = p->item == ITEM_NOTHING ? item_of(v->spec->items, v->spec->n_items, p->name, "") : p->item;

    return (struct cover_paper){{item, p->name, p->current}, mark_has(p->marks, MARK_ONE_PAGE)};
}

bool covers_of(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, unsigned *alone_out,
               struct err *e)
{
    struct paper_row *rows;
    struct cover_paper *papers;
    size_t many, n = 0;

    if (!store_papers(d->store, a, v->row.ref, party, &rows, &many, e))
        return false;
    papers = arena_alloc(a, (many + 1) * sizeof *papers);
    for (size_t i = 0; i < many; i++)
        if (!mark_has(rows[i].marks, MARK_ARCHIVE)) /* its files speak for it */
            papers[n++] = may_cover(v, &rows[i]);
    *alone_out = cover_alone(v->spec, papers, n);
    return true;
}

bool covers_alert(struct daemon *d, struct arena *a, const struct message_row *m, const struct round_view *v,
                  const struct filed *filed, struct err *e)
{
    struct alert_row about = {.kind = "cover", .round = m->round, .party = m->party, .message = m->id};
    const char *names = "";
    unsigned alone;

    if (!covers_of(d, a, v, m->party, &alone, e))
        return false;
    for (size_t i = 0; i < filed->n; i++)
        if (!filed->papers[i].known && cover_meant(v->spec, alone, filed->papers[i].item))
            names = arena_printf(a, "%s\n" FSI "%s" PDI, names, filed->papers[i].name);
    return !*names ||
           alert(d, &about, e, "%s\n%s%s", text_foreign(a, *m->sender ? m->sender : BY_HAND), COVER_ALONE, names);
}
