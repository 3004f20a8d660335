/* What holds at the end of every scenario, whatever it was about: the things that must never happen did not. */
#include "scenario.h"

#include <dirent.h>
#include <fts.h>

#include "app/post.h"
#include "base/clock.h"
#include "crash.h"
#include "mail/address.h"

static bool folder_empty(struct world *w, const char *name, struct err *e)
{
    DIR *folder = opendir(spool_full(w->daemon->spool, w->a, name));
    struct dirent *entry;
    bool empty = true;

    if (!folder)
        return err_perm(e, "there is no folder %s", name);
    while (empty && (entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            empty = err_perm(e, "%s still has %s", name, entry->d_name);
    closedir(folder);
    return empty;
}

static bool story_whole(struct world *w, struct err *e)
{
    int64_t broken = 0;

    return store_chain_verify(w->daemon->store, &broken, e) &&
           (broken == 0 || err_perm(e, "the chain of the story does not fit from event %lld on", (long long)broken));
}

static bool papers_whole(struct world *w, const char *ref, struct err *e)
{
    struct paper_row *rows;
    size_t n;
    char sha256[65];
    int64_t size;

    if (!store_papers(w->daemon->store, w->a, ref, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!file_sha256(spool_full(w->daemon->spool, w->a, rows[i].path), sha256, &size, e))
            return err_prefix(e, "the paper %s of %s", rows[i].name, rows[i].party);
        else if (strcmp(sha256, rows[i].sha256) != 0 || size != rows[i].size)
            return err_perm(e, "the paper %s of %s is not as it came", rows[i].path, rows[i].party);
    return true;
}

static bool is_named(const struct paper_row *rows, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].path, path) == 0)
            return true;
    return false;
}

/* And the other way round: nothing lies on the share that no row names. */
static bool nothing_else_on_share(struct world *w, const char *ref, struct err *e)
{
    const char *folder = arena_printf(w->a, "papers/%s", spool_round_folder(w->a, ref));
    char *root = spool_full(w->daemon->spool, w->a, folder);
    size_t skip = strlen(root) - strlen(folder), n;
    struct paper_row *rows;
    bool good = store_papers(w->daemon->store, w->a, ref, NULL, &rows, &n, e);
    FTS *tree = good && file_exists(root) ? fts_open((char *[]){root, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;

    for (const FTSENT *f; good && tree && (f = fts_read(tree));)
        if (f->fts_info == FTS_F && !is_named(rows, n, f->fts_path + skip))
            good = err_perm(e, "%s lies there, and no paper is known there", f->fts_path + skip);
    if (tree)
        fts_close(tree);
    return good;
}

static bool all_papers_whole(struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_rounds; i++)
        if (!papers_whole(w, w->rounds[i].ref, e) || !nothing_else_on_share(w, w->rounds[i].ref, e))
            return false;
    return true;
}

/* Every letter that came is in the ledger, decided, and where it was not left to its people, in the archive as it
 * came. */
static bool letters_kept(struct world *w, struct err *e)
{
    struct message_row *rows;
    size_t n;
    char sha256[65];
    int64_t size;

    if (!store_messages(w->daemon->store, w->a, &(struct wanted){.round = NULL, .state = NULL, .most = 100000}, &rows,
                        &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].state, "collected") == 0)
            return err_perm(e, "letter %lld was never decided on", (long long)rows[i].id);
        if (*rows[i].file && (!file_sha256(spool_full(w->daemon->spool, w->a, rows[i].file), sha256, &size, e) ||
                              strcmp(sha256, rows[i].sha256) != 0))
            return err_prefix(e, "letter %lld is not archived as it came", (long long)rows[i].id);
    }
    return true;
}

/* Nobody was written to whom the secretariat does not know, whoever asked for it. */
static bool only_known_written_to(struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->office.n_mails; i++)
        if (!w->office.mails[i].known)
            return err_perm(e, "a mail left for %s", w->office.mails[i].to);
    return true;
}

static bool is_same_mail(const struct kept_mail *a, const struct kept_mail *b)
{
    return address_same(a->to, b->to) && strcmp(a->message_id, b->message_id) == 0;
}

/* Nothing came twice, but where the daemon could not know that it had come. */
static bool none_doubled(struct world *w, struct err *e)
{
    const struct kept_mail *mails = w->office.mails;

    for (size_t i = 0; i < w->office.n_mails; i++)
        for (size_t k = i; k > 0; k--)
            if (!is_same_mail(&mails[k - 1], &mails[i]))
                continue;
            else if (mails[k - 1].unanswered)
                break;
            else
                return err_perm(e, "%s got \"%s\" twice", mails[i].to, mails[i].subject);
    return true;
}

/* What was sent has its copy, once; unless the folder takes none, or its time was over. */
static bool copied_once(struct world *w, const struct notice_row *n, struct err *e)
{
    long copies = sent_folder_count(w, n->message_id);

    if (copies > 1)
        return err_perm(e, "\"%s\" was copied %ld times", n->subject, copies);
    if (n->copy_at > 0 && w->sent.conduct == TAKES_COPIES)
        return err_perm(e, "a copy of \"%s\" is still due", n->subject);
    return true;
}

static bool was_sent(struct world *w, const struct notice_row *n)
{
    struct delivery_row *rows;
    size_t many;
    bool sent = false;

    if (!store_deliveries_of(w->daemon->store, w->a, n->id, &rows, &many, NULL))
        return false;
    for (size_t i = 0; i < many; i++)
        sent |= strcmp(rows[i].state, "sent") == 0;
    return sent;
}

static bool copies_kept(struct world *w, const char *ref, struct err *e)
{
    struct notice_row *rows;
    size_t n;

    if (!store_notices(w->daemon->store, w->a, ref, NULL, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!copied_once(w, &rows[i], e))
            return false;
        else if (rows[i].copy_at == 0 && was_sent(w, &rows[i]))
            return err_perm(e, "no copy of \"%s\" was ever wanted", rows[i].subject);
    return true;
}

static bool all_copies_kept(struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_rounds; i++)
        if (!copies_kept(w, w->rounds[i].ref, e))
            return false;
    return copies_kept(w, "", e);
}

bool world_sound(struct world *w, struct err *e)
{
    /* what could not be removed from a disk in trouble goes at the next start */
    return folder_empty(w, "incoming", e) && (crash_had_trouble() || folder_empty(w, "staging", e)) &&
           story_whole(w, e) && all_papers_whole(w, e) && letters_kept(w, e) && all_copies_kept(w, e) &&
           none_doubled(w, e) && only_known_written_to(w, e);
}
