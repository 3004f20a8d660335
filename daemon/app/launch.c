/* Launches a round. The documents are encoded once into outgoing/<round>/ and the templates copied there; then the
 * round, its seats, its notices and their deliveries are one transaction, so that a crash leaves either no round or
 * all of it. */
#include "app/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/post.h"
#include "app/remind.h"
#include "app/roundfile.h"
#include "base/clock.h"
#include "base/file.h"
#include "mail/compose.h"
#include "mail/lang.h"
#include "mail/names.h"

int64_t launch_documents_size(const struct round_spec *spec, const struct party *p)
{
    const struct contact *to[CONTACTS_MAX];
    size_t n = round_contacts(spec, p, to, CONTACTS_MAX);
    unsigned langs = contacts_langs(to, n);
    int64_t size = 0;

    for (size_t i = 0; i < spec->n_documents; i++)
        if (round_encloses(&spec->documents[i], p, langs))
            size += file_size(spec->documents[i].path) * 78 / 57; /* base64 lines of 76 and CRLF */
    return size;
}

static bool encode_document(const char *full, struct round_document *doc, const char *boundary, struct err *e)
{
    FD_SCOPED fd = open(doc->path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_perm(e, "cannot read the document %s: %s", doc->path, strerror(errno));
    return compose_document(fd, doc->name, NULL, boundary, full, &doc->part_size, e);
}

/* Encodes every document below `root`, and notes part, size and hash in a fresh list that spec is given. */
static bool encode_documents(struct arena *a, struct round_spec *spec, const char *root, const char *folder,
                             const char *boundary, struct err *e)
{
    struct round_document *docs = arena_alloc(a, (spec->n_documents + 1) * sizeof *docs);
    char sha256[65];
    int64_t size;

    if (!file_mkdirs(arena_printf(a, "%s/%s", root, folder), 0700, e))
        return false;
    for (size_t i = 0; i < spec->n_documents; i++) {
        docs[i] = spec->documents[i];
        docs[i].part = arena_printf(a, "%s/document-%zu.part", folder, i + 1);
        if (!encode_document(arena_printf(a, "%s/%s", root, docs[i].part), &docs[i], boundary, e) ||
            !file_sha256(docs[i].path, sha256, &size, e))
            return false;
        docs[i].sha256 = arena_strdup(a, sha256);
    }
    spec->documents = docs;
    return true;
}

/* To whom the mail of one party goes, and what goes with it. */
struct parcel {
    const struct contact *to[CONTACTS_MAX + 1];
    size_t n_to;
    struct post_document parts[ENCLOSED_MAX];
    const char *names[ENCLOSED_MAX];
    size_t n;
};

static bool enclose(struct parcel *out, const struct round_spec *spec, const struct party *p, struct err *e)
{
    unsigned langs = contacts_langs(out->to, out->n_to);

    for (size_t i = 0; i < spec->n_documents; i++) {
        if (!round_encloses(&spec->documents[i], p, langs))
            continue;
        if (out->n == ENCLOSED_MAX)
            return err_perm(e, "more than %d documents go with the mail of %s", ENCLOSED_MAX, p->code);
        out->parts[out->n] = (struct post_document){spec->documents[i].part, spec->documents[i].part_size};
        out->names[out->n++] = spec->documents[i].name;
    }
    return true;
}

/* To `only`, where it is given, else to all contacts that the round writes to. */
static bool pack(struct parcel *out, const struct round_spec *spec, const struct party *p, const struct contact *only,
                 struct err *e)
{
    *out = (struct parcel){.to = {only}, .n_to = 1};
    if (!only)
        out->n_to = round_contacts(spec, p, out->to, CONTACTS_MAX + 1);
    if (out->n_to == 0)
        return err_perm(e, "%s has no contact in the roles that this round writes to", p->code);
    if (out->n_to > CONTACTS_MAX)
        return err_perm(e, "%s has more than %d contacts that this round writes to", p->code, CONTACTS_MAX);
    return enclose(out, spec, p, e);
}

static struct post notice_post(const struct round_view *v, const struct party *p, int64_t deadline_at,
                               const struct parcel *parcel)
{
    return (struct post){
        .view = v,
        .to = parcel->to,
        .n_to = parcel->n_to,
        .letter = {.kind = LETTER_NOTICE,
                   .party = p,
                   .deadline_at = deadline_at,
                   .now_at = clock_now(),
                   .documents = parcel->names,
                   .n_documents = parcel->n},
        .documents = parcel->parts,
        .n_documents = parcel->n,
        .priority = 5,
    };
}

bool launch_notice(struct daemon *d, struct arena *a, const struct round_view *v, const struct party *p,
                   const char *cause, const struct contact *only, int64_t *notice_out, struct err *e)
{
    struct parcel parcel;
    struct seat_row seat;
    struct post notice;

    if (!pack(&parcel, v->spec, p, only, e) || !store_seat(d->store, a, v->row.ref, p->code, &seat, e))
        return false;
    notice = notice_post(v, p, seat.deadline_at ? seat.deadline_at : v->row.deadline_at, &parcel);
    notice.cause = cause;
    return post(d, a, &notice, notice_out, e);
}

static bool add_party(struct daemon *d, struct arena *a, const struct round_view *v, const struct party *p,
                      int position, struct err *e)
{
    struct deadline dl = seat_deadline(d, v, NULL);
    struct seat_row seat = {
        .round = v->row.ref, .party = p->code, .position = position, .steps_done = remind_steps_behind(d, v, p, &dl)};
    int64_t notice;

    return store_add_seat(d->store, &seat, e) && launch_notice(d, a, v, p, "launch", NULL, &notice, e);
}

static bool add_parties(struct daemon *d, struct arena *a, const struct round_view *v, int *n_out, struct err *e)
{
    const struct party_register *r = d->orders.parties;
    int n = 0;

    for (size_t i = 0; i < r->n_parties; i++)
        if (round_invites(v->spec, &r->parties[i]) && !add_party(d, a, v, &r->parties[i], n++, e))
            return err_prefix(e, "%s", r->parties[i].code);
    if (n == 0)
        return err_perm(e, "round %s invites no party of the register", v->row.ref);
    *n_out = n;
    return true;
}

static const char *spec_text(struct arena *a, const struct round_spec *spec)
{
    JSON_SCOPED j = round_spec_to_json(spec);
    char *text = json_dumps(j, JSON_COMPACT);
    const char *kept = arena_strdup(a, text);

    free(text);
    return kept;
}

static bool write_round(struct daemon *d, struct arena *a, struct round_view *v, const char *who, struct err *e)
{
    struct story_line line = {.who = who, .what = "launched", .round = v->row.ref};
    int n = 0;

    daemon_round_changed(d);
    if (!daemon_begin(d, e))
        return false;
    if (store_add_round(d->store, &v->row, e) && add_parties(d, a, v, &n, e) &&
        story(d, &line, e, "%s, deadline %s", count_in_words(a, LANG_EN, COUNT_PARTIES, n), v->row.deadline_text) &&
        daemon_commit(d, e))
        return true;
    daemon_rollback(d);
    return false;
}

/* What a round file's check has said is said again here: the daemon believes nobody. */
static bool check_new(struct daemon *d, struct arena *a, const struct round_spec *spec, struct err *e)
{
    struct round_row known;
    const char *ref = spec->ref;

    if (spec->deadline.at <= clock_now())
        return err_perm(e, "the deadline of %s (%s) has passed already", ref, spec->deadline_text);
    if (!store_round(d->store, a, ref, &known, e))
        return false;
    return !known.ref ||
           err_perm(e, "round %s was launched already; nothing was sent again. A round needs a reference of its own",
                    ref);
}

const char *launch_deadline_text(struct arena *a, const struct config *c, const struct deadline *dl)
{
    return arena_printf(a, "%04d-%02d-%02d %02d:%02d:%02d %s", dl->local.year, dl->local.month, dl->local.day,
                        dl->local.hour, dl->local.minute, dl->local.second, c->zone_name);
}

static const struct templates *templates_for(struct arena *a, const struct standing_orders *o,
                                             const struct round_spec *spec, struct err *e)
{
    struct problems p = {0};
    const struct templates *t = o->templates;

    if (spec->n_templates)
        t = templates_load(a, o->config->templates_dir, spec->templates, spec->n_templates, &p);
    if (!t)
        err_perm(e, "%s", buf_text(&p.text));
    buf_free(&p.text);
    return t;
}

bool launch_round(struct daemon *d, struct arena *a, struct round_spec *spec, const char *who, struct err *e)
{
    const char *folder = arena_printf(a, "outgoing/%s", spool_round_folder(a, spec->ref));
    char token[17];
    struct round_view v = {.spec = spec};

    random_token(token);
    v.row = (struct round_row){
        .ref = spec->ref,
        .state = round_state_names[ROUND_OPEN],
        .kind = round_kinds[spec->kind].name,
        .boundary = arena_printf(a, "=_taamim_%s", token),
        .launched_at = clock_now(),
        .deadline_at = spec->deadline.at,
        .deadline_text = launch_deadline_text(a, d->orders.config, &spec->deadline),
    };
    if (!check_new(d, a, spec, e) || !encode_documents(a, spec, spool_full(d->spool, a, ""), folder, v.row.boundary, e))
        return false;
    v.templates = templates_for(a, &d->orders, spec, e);
    if (!v.templates ||
        !templates_freeze(v.templates, arena_printf(a, "%s/%s/templates", spool_full(d->spool, a, ""), folder), e))
        return false;
    v.row.spec = spec_text(a, spec);
    return write_round(d, a, &v, who, e);
}

/* ---- preview */

static bool append_file(struct buf *out, struct arena *a, const char *path, struct err *e)
{
    size_t n;
    char *bytes = file_read(a, path, BUF_MAX, &n, e);

    if (!bytes)
        return false;
    buf_add(out, bytes, n);
    return true;
}

/* The .eml is what would leave but for its token and, where it has grown past what one looks at, its documents. */
static bool preview_eml(struct arena *a, const struct post *p, struct buf *mail, const char *path, struct err *e)
{
    for (size_t i = 0; i < p->n_documents; i++)
        if (!append_file(mail, a, p->documents[i].path, e))
            return false;
    buf_adds(mail, compose_tail(a, p->boundary));
    if (mail->overflow)
        return err_perm(e, "the mail is too large to preview whole (%zu MB at most)", BUF_MAX >> 20);
    return file_write(path, mail->data, mail->len, 0644, e);
}

static bool preview_party(struct arena *a, const struct standing_orders *o, const struct round_view *v,
                          const struct party *party, const char *folder, struct err *e)
{
    struct parcel parcel;
    struct letter_text text;
    BUF_SCOPED mail = {.max = (size_t)256 << 20};
    struct post notice;

    if (!pack(&parcel, v->spec, party, NULL, e))
        return false;
    notice = notice_post(v, party, v->spec->deadline.at, &parcel);
    notice.cause = "preview";
    notice.boundary = v->row.boundary;
    return post_preview(a, o, &notice, &mail, &text, e) &&
           preview_eml(a, &notice, &mail, arena_printf(a, "%s/%s.eml", folder, party->code), e) &&
           file_write(arena_printf(a, "%s/%s.html", folder, party->code), text.html, strlen(text.html), 0644, e);
}

static void remove_parts(struct arena *a, const struct round_spec *spec, const char *folder)
{
    for (size_t i = 0; i < spec->n_documents; i++)
        if (spec->documents[i].part)
            unlink(spec->documents[i].part);
    rmdir(arena_printf(a, "%s/.parts", folder));
}

int launch_preview(const struct standing_orders *o, const struct round_spec *given, const char *only,
                   const char *folder, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct round_spec spec = *given;
    struct round_view v = {.spec = &spec, .row = {.ref = spec.ref, .boundary = "=_taamim_preview"}};
    int n = 0;
    bool good = file_mkdirs(folder, 0755, e) && encode_documents(a, &spec, folder, ".parts", v.row.boundary, e);

    for (size_t i = 0; good && i < spec.n_documents; i++)
        ((struct round_document *)spec.documents)[i].part = arena_printf(a, "%s/%s", folder, spec.documents[i].part);
    if (good)
        good = (v.templates = templates_for(a, o, &spec, e)) != NULL;
    for (size_t i = 0; good && i < o->parties->n_parties; i++) {
        const struct party *party = &o->parties->parties[i];

        if (!round_invites(&spec, party) || (only && strcasecmp(only, party->code) != 0))
            continue;
        good = preview_party(a, o, &v, party, folder, e);
        n++;
    }
    remove_parts(a, &spec, folder);
    if (good && n == 0)
        good = err_perm(e, only ? "round %s does not invite %s" : "round %s invites no party of the register%.0s",
                        spec.ref, only);
    return good ? n : -1;
}
