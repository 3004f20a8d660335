/* Files papers. A paper is first staged with its message and held; filing gives it its item, its version, its name
 * and its place. Replies add: only a paper of the same item or the same name is replaced, and the older version
 * stays; papers of one message never replace each other. A crash between the rename and the commit leaves a file
 * that no row names: it is recognised by its bytes when the message is judged again. */
#include "app/effects.h"

#include <string.h>

#include "app/marks.h"
#include "app/scanning.h"
#include "app/trouble.h"
#include "base/clock.h"
#include "base/file.h"
#include "mail/names.h"

static const struct {
    const char *type, *extension;
} known_types[] = {
    {"application/pdf", ".pdf"},
    {"image/jpeg", ".jpg"},
    {"image/jpeg", ".jpeg"},
    {"image/png", ".png"},
    {"image/tiff", ".tif"},
    {"image/tiff", ".tiff"},
    {"application/msword", ".doc"},
    {"application/zip", ".zip"},
    {"text/plain", ".txt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
};
#define KNOWN_TYPES (sizeof known_types / sizeof *known_types)

static const char *extension_of(const char *type)
{
    for (size_t i = 0; i < KNOWN_TYPES; i++)
        if (strcmp(known_types[i].type, type) == 0)
            return known_types[i].extension;
    return "";
}

const char *filing_type_of_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < KNOWN_TYPES; i++)
        if (strcasecmp(known_types[i].extension, dot) == 0)
            return known_types[i].type;
    return "application/octet-stream";
}

static const char *part_name(struct arena *a, const struct fact_part *part)
{
    if (*part->name)
        return name_clean(a, part->name);
    return arena_printf(a, "paper%s", extension_of(part->type));
}

static bool is_member(const struct incoming *in, size_t i, size_t archive)
{
    return in->facts->parts[i].member_of == (int)archive + 1;
}

bool filing_is_taken(const struct incoming *in, size_t i)
{
    return filing_is_paper(&in->facts->parts[i]) && !in->troubles[i];
}

bool filing_is_opened(const struct incoming *in, size_t i)
{
    for (size_t k = i + 1; k < in->facts->n_parts && is_member(in, k, i); k++)
        if (filing_is_taken(in, k))
            return true;
    return false;
}

static const char *marks_of(const struct incoming *in, size_t i)
{
    const struct fact_part *part = &in->facts->parts[i];
    const char *marks = marks_of_part(in->a, part);

    if (filing_is_opened(in, i))
        return mark_add(in->a, marks, MARK_ARCHIVE);
    return part->member_of && filing_is_taken(in, (size_t)part->member_of - 1) ? mark_add(in->a, marks, MARK_MEMBER)
                                                                               : marks;
}

static bool stage_part(struct daemon *d, struct incoming *in, size_t i, bool hold, struct err *e)
{
    struct arena *a = in->a;
    const struct fact_part *part = &in->facts->parts[i];
    const char *folder = arena_printf(a, "held/%lld", (long long)in->m.id);
    char sha256[65];
    struct paper_row row = {
        .message = in->m.id,
        .round = "",
        .party = "",
        .item = -1,
        .name = part_name(a, part),
        .version = 1,
        .type = part->type,
        .size = part->size,
        .filed_at = clock_now(),
        .held = true,
        .sha256 = sha256,
        .marks = marks_of(in, i),
    };
    int64_t id;

    return spool_stage(d->spool, a, in->scratch_fd, part->offset, part->size, &row.path, sha256, e) &&
           (!hold || spool_move(d->spool, a, row.path, folder, row.name, &row.path, e)) &&
           store_add_paper(d->store, &row, &id, e);
}

bool filing_is_paper(const struct fact_part *part)
{
    /* Some programs leave an empty part without a name behind; an empty one with a name is a paper that went wrong. */
    return !part->inline_shown && !part->no_paper && (part->size > 0 || *part->name);
}

static const char *own_trouble(struct daemon *d, const struct incoming *in, size_t i)
{
    const char *trouble = trouble_of_part(in->a, d->orders.config, &in->facts->parts[i]);

    if (trouble || !in->scanned || !in->scanned->infected[i])
        return trouble;
    return arena_printf(in->a, TROUBLE_INFECTED "%s", in->scanned->infected[i]);
}

/* An archive's bytes hold what lies in it. */
static const char *trouble_of(struct daemon *d, const struct incoming *in, size_t i)
{
    const char *trouble = own_trouble(d, in, i);

    for (size_t k = i + 1; !trouble && k < in->facts->n_parts && is_member(in, k, i); k++)
        if (filing_is_paper(&in->facts->parts[k]))
            trouble = trouble_of_archive(own_trouble(d, in, k));
    return trouble;
}

/* What is taken of one message together has a limit, too: what goes beyond it is told, smaller files behind it are
 * taken. */
static const char *too_much(const struct daemon *d, const struct fact_part *part, int64_t *taken)
{
    int64_t most = d->orders.config->max_reply_bytes;

    if (most && *taken + part->size > most)
        return TROUBLE_REPLY_SIZE;
    *taken += part->size;
    return NULL;
}

void filing_settle(struct daemon *d, struct incoming *in)
{
    const size_t n = in->facts->n_parts;
    int64_t taken = 0;

    in->troubles = arena_alloc(in->a, (n + 1) * sizeof *in->troubles);
    for (size_t i = 0; i < n; i++) {
        const struct fact_part *part = &in->facts->parts[i];

        if (!filing_is_paper(part))
            continue;
        in->troubles[i] = trouble_of(d, in, i);
        if (!in->troubles[i])
            in->troubles[i] = too_much(d, part, &taken);
    }
}

/* A link in place of the file is told like a file that could not be taken; beside one that was, it is part of the words. */
static void add_links(struct incoming *in)
{
    for (size_t i = 0; i < in->facts->n_parts; i++)
        if (filing_is_taken(in, i))
            return;
    for (size_t i = 0; i < in->facts->n_links; i++)
        trouble_add(in->a, &in->m, TROUBLE_LINK, 0, in->facts->links[i]);
}

bool filing_stage(struct daemon *d, struct incoming *in, bool hold, struct err *e)
{
    /* A message judged a second time, after a crash, stages anew: no row names what lies there. */
    if (!spool_sweep(d->spool, arena_printf(in->a, "held/%lld", (long long)in->m.id), 0, e))
        return false;
    in->m.troubles = "";
    filing_settle(d, in);
    for (size_t i = 0; i < in->facts->n_parts; i++) {
        const struct fact_part *part = &in->facts->parts[i];

        if (in->troubles[i])
            trouble_add(in->a, &in->m, in->troubles[i], part->size, part_name(in->a, part));
        else if (filing_is_paper(part) && !stage_part(d, in, i, hold, e))
            return false;
    }
    if (in->facts->incomplete)
        trouble_add(in->a, &in->m, TROUBLE_INCOMPLETE, 0, in->m.subject);
    add_links(in);
    return true;
}

/* The party's papers in this round, as rows and as the decisions see them. */
struct shelf {
    struct paper_row *rows;
    struct paper_fact *facts;
    size_t n;
};

static bool shelf_of(struct daemon *d, struct arena *a, const char *round, const char *party, struct shelf *out,
                     struct err *e)
{
    if (!store_papers(d->store, a, round, party, &out->rows, &out->n, e))
        return false;
    out->facts = arena_alloc(a, (out->n + 1) * sizeof *out->facts);
    for (size_t i = 0; i < out->n; i++)
        out->facts[i] = (struct paper_fact){out->rows[i].item, out->rows[i].name, out->rows[i].current};
    return true;
}

bool filing_is_ours(const struct round_spec *spec, const char *sha256)
{
    for (size_t i = 0; i < spec->n_documents; i++)
        if (spec->documents[i].sha256 && strcmp(spec->documents[i].sha256, sha256) == 0)
            return true;
    return false;
}

/* What the secretariat sent out in this round, and an archive of nothing else. */
static bool is_sent_back(const struct round_spec *spec, const struct paper_row *rows, size_t n, size_t i)
{
    size_t k = i + 1;

    if (filing_is_ours(spec, rows[i].sha256))
        return true;
    while (k < n && mark_has(rows[i].marks, MARK_ARCHIVE) && mark_has(rows[k].marks, MARK_MEMBER))
        if (!filing_is_ours(spec, rows[k++].sha256))
            return false;
    return k > i + 1;
}

static const char *folder_of(struct daemon *d, struct arena *a, const char *party)
{
    const struct party *p = register_find(d->orders.parties, party);

    return name_clean(a, p ? party_name(p, LANG_AR) : party);
}

static bool retire(struct daemon *d, struct paper_row *old, struct err *e)
{
    old->current = false;
    return store_update_paper(d->store, old, e);
}

/* A file that lies where this paper belongs, with its bytes and with no row: this very paper, placed before a crash. */
static bool is_placed(struct daemon *d, struct arena *a, const struct paper_row *p, const char *path)
{
    const char *full = spool_full(d->spool, a, path);
    char sha256[65];
    int64_t size;

    return file_exists(full) && !store_has_path(d->store, p->round, p->party, path) &&
           file_sha256(full, sha256, &size, NULL) && strcmp(sha256, p->sha256) == 0;
}

static bool place(struct daemon *d, struct arena *a, struct paper_row *p, struct err *e)
{
    const char *name = p->version > 1 ? name_numbered(a, p->name, "v", p->version) : p->name;
    const char *folder = folder_of(d, a, p->party), *staged = p->path;
    const char *path = arena_printf(a, "papers/%s/%s/%s", spool_round_folder(a, p->round), folder, name);

    if (strcmp(staged, path) == 0) /* what lies there already is not cleared away below */
        return true;
    if (!is_placed(d, a, p, path))
        return spool_file_paper(d->spool, a, staged, p->round, folder, name, &p->path, e);
    p->path = path;
    return spool_remove(d->spool, staged, e);
}

static bool is_unverified(const char *marks)
{
    return mark_has(marks, MARK_UNVERIFIED);
}

/* What an officer said of a held paper, and what was found when it was filed in this round before, stands. */
static int item_for(const struct round_view *v, const struct message_row *m, const struct paper_row *p)
{
    if (p->item != -1 && strcmp(p->round, v->row.ref) == 0)
        return p->item;
    if (mark_has(p->marks, MARK_LOCKED) || mark_has(p->marks, MARK_CLOSED) || mark_has(p->marks, MARK_ARCHIVE))
        return ITEM_NOTHING;
    return item_of(v->spec->items, v->spec->n_items, p->name, m->subject);
}

/* A message whose papers are filed. The shelf is as it was before: papers of one message never replace each other. */
struct filing {
    struct daemon *d;
    struct arena *a;
    struct message_row *m;
    const struct round_view *v;
    struct paper_row *rows; /* all of the message */
    size_t n;
    struct shelf shelf;
};

static bool is_beside(const struct filing *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->rows[i].held && strcmp(f->rows[i].name, name) == 0)
            return true;
    return false;
}

/* A scanner calls all that it makes scan.pdf. */
static const char *name_beside(const struct filing *f, const struct paper_row *p)
{
    const char *name = p->name;

    for (int n = 2; is_beside(f, name); n++)
        name = name_numbered(f->a, p->name, "", n);
    return name;
}

static struct paper_row *find_replaced(const struct filing *f, const struct paper_row *p)
{
    const struct shelf *shelf = &f->shelf;
    int i, item = f->v->spec->n_items <= 1 ? -1 : p->item; /* the only item tells nothing about the paper */

    for (size_t k = 0; k < shelf->n; k++)
        shelf->facts[k].current = shelf->rows[k].current && shelf->rows[k].message != f->m->id;
    i = paper_replaces(shelf->facts, shelf->n, item, p->name);
    if (i < 0)
        return NULL;
    /* Nobody vouches for it, or it came before: held for a time, or read beside the other and done a moment later. It
     * stands beside what was verified, or what is newer. */
    if ((is_unverified(f->m->marks) && !is_unverified(shelf->rows[i].marks)) || shelf->rows[i].message > f->m->id)
        return NULL;
    return &shelf->rows[i];
}

static bool file_one(const struct filing *f, struct paper_row *p, struct err *e)
{
    struct paper_row *replaced;

    p->item = item_for(f->v, f->m, p);
    p->round = f->v->row.ref;
    p->party = f->m->party;
    p->name = name_beside(f, p);
    replaced = find_replaced(f, p);
    p->version = replaced ? replaced->version + 1 : 1;
    p->replaces = replaced ? replaced->id : 0;
    if (replaced && !retire(f->d, replaced, e))
        return false;
    p->current = true;
    p->held = false;
    p->filed_at = clock_now();
    p->marks = marks_filed(f->a, f->m->marks, p->marks);
    return place(f->d, f->a, p, e) && store_update_paper(f->d->store, p, e);
}

static bool drop(struct daemon *d, const struct paper_row *p, struct err *e)
{
    return spool_remove(d->spool, p->path, e) && store_remove_paper(d->store, p->id, e);
}

/* It is no paper; who looks at the reply sees what it brought. */
static bool note_ours(const struct filing *f, const struct paper_row *p, struct err *e)
{
    trouble_add(f->a, f->m, TROUBLE_OURS, p->size, p->name);
    return drop(f->d, p, e);
}

static bool accept_paper(const struct filing *f, struct paper_row *p, struct filed *out, struct err *e)
{
    bool known = store_known_paper(f->d->store, f->v->row.ref, f->m->party, p->sha256) != 0;

    if (known ? !drop(f->d, p, e) : !file_one(f, p, e))
        return false;
    out->papers[out->n++] = (struct letter_paper){.name = p->name,
                                                  .size = p->size,
                                                  .sha256 = p->sha256,
                                                  .item = p->item,
                                                  .version = p->version,
                                                  .known = known,
                                                  .locked = mark_has(p->marks, MARK_LOCKED),
                                                  .closed = mark_has(p->marks, MARK_CLOSED),
                                                  .macros = mark_has(p->marks, MARK_MACROS)};
    out->taken += !known;
    return true;
}

bool filing_accept(struct daemon *d, struct arena *a, struct message_row *m, const struct round_view *v,
                   struct filed *out, struct err *e)
{
    ARENA_SCOPED own = arena_new(); /* of the shelf, which may be long */
    struct filing f = {.d = d, .a = a, .m = m, .v = v};

    out->n = 0;
    out->taken = 0;
    if (!store_papers_of_message(d->store, a, m->id, &f.rows, &f.n, e) ||
        !shelf_of(d, own, v->row.ref, m->party, &f.shelf, e))
        return false;
    for (size_t i = 0; i < f.n && out->n < FACTS_PARTS_MAX; i++) {
        struct paper_row *p = &f.rows[i];

        if (!p->held)
            continue;
        if (is_sent_back(v->spec, f.rows, f.n, i) ? !note_ours(&f, p, e) : !accept_paper(&f, p, out, e))
            return false;
    }
    return filing_update_seat(d, a, v, m->party, e);
}

/* What this one had replaced takes its place: in force again, or as what the next version replaced. */
static bool reinstate(struct daemon *d, const struct shelf *shelf, const struct paper_row *gone, struct err *e)
{
    for (size_t i = 0; i < shelf->n; i++) {
        struct paper_row *p = &shelf->rows[i];
        bool before = gone->replaces && p->id == gone->replaces, after = p->replaces == gone->id;

        if (!after && !(before && gone->current))
            continue;
        if (after)
            p->replaces = gone->replaces;
        else
            p->current = true;
        if (!store_update_paper(d->store, p, e))
            return false;
    }
    return true;
}

/* The file stays where it lies until it is filed anew: a refusal after this has changed nothing on the share. */
static bool withdraw_one(struct daemon *d, const struct shelf *shelf, struct paper_row *p, struct err *e)
{
    if (!reinstate(d, shelf, p, e))
        return false;
    p->held = true;
    p->current = false;
    p->version = 1;
    p->replaces = 0;
    return store_update_paper(d->store, p, e);
}

bool filing_withdraw(struct daemon *d, struct arena *a, struct message_row *m, struct err *e)
{
    ARENA_SCOPED own = arena_new();
    struct shelf shelf = {0};
    struct paper_row *rows;
    size_t n;

    if (!store_papers_of_message(d->store, a, m->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].held)
            continue;
        if (!shelf.rows && !shelf_of(d, own, rows[i].round, rows[i].party, &shelf, e))
            return false;
        if (!withdraw_one(d, &shelf, &rows[i], e))
            return false;
    }
    return true;
}

bool filing_set_aside(struct daemon *d, struct arena *a, struct paper_row *p, struct err *e)
{
    struct shelf shelf;

    if (!shelf_of(d, a, p->round, p->party, &shelf, e) || !reinstate(d, &shelf, p, e))
        return false;
    p->item = ITEM_COVER;
    p->replaces = 0;
    return store_update_paper(d->store, p, e);
}

struct standing filing_standing(struct daemon *d, struct arena *a, const struct round_view *v, const char *party)
{
    struct shelf shelf = {0};

    if (!shelf_of(d, a, v->row.ref, party, &shelf, NULL))
        return (struct standing){0};
    return standing_of(v->spec, shelf.facts, shelf.n);
}

bool filing_update_seat(struct daemon *d, struct arena *a, const struct round_view *v, const char *party, struct err *e)
{
    struct standing standing = filing_standing(d, a, v, party);
    struct seat_row seat;

    if (!store_seat(d->store, a, v->row.ref, party, &seat, e))
        return false;
    if (!seat.party)
        return err_perm(e, "%s is not in round %s", party, v->row.ref);
    seat.answered_at = !standing.answered ? 0 : seat.answered_at ? seat.answered_at : clock_now();
    seat.complete_at = !standing.complete ? 0 : seat.complete_at ? seat.complete_at : clock_now();
    return store_update_seat(d->store, &seat, e);
}
