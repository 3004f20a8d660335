/* The pass over the saved parts. Each is looked at through a window onto the scratch file, one at a time, so that
 * memory holds no copy; a member of an archive is appended to the same file and looked at in its turn.
 *
 * A member is read to its end, where its length and checksum are known, before it counts; one that fails takes the
 * whole listing back. What was written of it stays in the scratch file and counts against its limit, so that a mail
 * full of broken archives costs no more than a sound one. */
#include "parse/inside.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "parse/archive.h"
#include "parse/document.h"
#include "parse/message.h"

struct window {
    void *base;
    size_t length;
    struct octets file;
};

static void window_close(struct window *w)
{
    if (w->base)
        munmap(w->base, w->length);
}

/* False where there is no room to look: the part stays as it is. */
static bool window_open(const struct tree *t, const struct fact_part *p, struct window *w)
{
    size_t before = (size_t)(p->offset % sysconf(_SC_PAGESIZE));
    size_t length = (size_t)p->size + before;
    void *base = mmap(NULL, length, PROT_READ, MAP_PRIVATE, t->scratch_fd, (off_t)(p->offset - (int64_t)before));
    if (base == MAP_FAILED)
        return false;
    *w = (struct window){base, length, {(unsigned char *)base + before, (size_t)p->size}};
    return true;
}
#define WINDOW_SCOPED __attribute__((cleanup(window_close))) struct window

static void tell(struct tree *t, size_t place, const char *why)
{
    t->facts->parts[place - 1].closed = true;
    tell_closed(t, "archive", t->facts->parts[place - 1].name, why);
}

static const char *save_member(struct tree *t, zip_t *z, const struct archive_member *m)
{
    char chunk[32768];
    int64_t size = 0;
    zip_int64_t got = 0;
    zip_file_t *f = zip_fopen_index(z, m->index, 0);
    if (!f)
        return "a file in it cannot be read";
    while ((got = zip_fread(f, chunk, sizeof chunk)) > 0 && (size += got) <= m->size)
        if (!scratch_write(t, chunk, (size_t)got))
            break;
    zip_fclose(f);
    return got == 0 && size == m->size ? NULL : "a file in it is damaged";
}

static const char *save_members(struct tree *t, zip_t *z, const struct archive_list *list, size_t place)
{
    const bool forwarded = t->facts->parts[place - 1].forwarded;
    for (size_t i = 0; i < list->n; i++) {
        const struct archive_member *m = &list->members[i];
        struct fact_part p = {.name = m->name,
                              .claimed = "",
                              .utf8_sha256 = "",
                              .offset = t->scratch_used,
                              .size = m->size,
                              .forwarded = forwarded,
                              .member_of = (int)place};
        const char *why = save_member(t, z, m);
        if (why)
            return why;
        p.type = type_by_content(t, &p);
        ARENA_PUSH(t->a, t->facts->parts, t->facts->n_parts, p);
    }
    return NULL;
}

/* place is the archive's own, from 1: its files come right behind it. */
static void unpack(struct tree *t, zip_t *z, size_t place)
{
    const struct fact_part *p = &t->facts->parts[place - 1];
    struct archive_list list = {.n = 0};
    const char *why = archive_list(t->a, z, p->size, PARSE_SCRATCH_MAX - t->scratch_used, &list);
    if (!why && list.n == 0)
        why = "there is no file in it";
    if (!why && t->facts->n_parts + t->parts_to_come + list.n > FACTS_PARTS_MAX)
        why = "the message holds too many files";
    if (!why)
        why = save_members(t, z, &list, place);
    if (!why)
        return;
    t->facts->n_parts = place;
    tell(t, place, why);
}

static void look_into_zip(struct tree *t, struct octets file, size_t place)
{
    struct fact_part *p = &t->facts->parts[place - 1];
    zip_t *z = archive_open(file);
    if (!z) {
        if (strcmp(p->type, "application/zip") == 0)
            tell(t, place, "its directory cannot be read");
        return;
    }
    p->locked |= archive_locked(z);
    bool files = !office_look(z, p) && !p->locked;
    if (files && p->member_of == 0)
        unpack(t, z, place);
    else
        p->closed = files;
    zip_discard(z);
}

static void look(struct tree *t, size_t place)
{
    struct fact_part *p = &t->facts->parts[place - 1];
    WINDOW_SCOPED w = {0};
    if (p->no_paper || p->inline_shown || p->cut || p->size == 0 || !window_open(t, p, &w))
        return;
    document_look(w.file, p);
    look_into_zip(t, w.file, place);
}

void look_inside(struct tree *t)
{
    struct facts *f = t->facts;
    const struct fact_part *saved = f->parts;
    const size_t n = f->n_parts;
    f->parts = NULL;
    f->n_parts = 0;
    for (size_t i = 0; i < n; i++) {
        ARENA_PUSH(t->a, f->parts, f->n_parts, saved[i]);
        t->parts_to_come = n - i - 1;
        const size_t place = f->n_parts;
        look(t, place);
        for (size_t member = place + 1; member <= f->n_parts; member++)
            look(t, member);
    }
}
