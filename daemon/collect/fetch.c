/* One message, from the server into a file that is whole or not there.
 *
 * BODY.PEEK[] is asked for, so that nothing becomes "read". The bytes stream through a fixed buffer into a hidden
 * file, hashed on the way; fsync, rename and the folder's fsync come before the daemon hears of it. A message
 * longer than max_bytes stays where it is and is told, by the server's number or by what really comes. A message at
 * which the connection breaks is tried again, then set aside and told: it must not keep the others from coming, and
 * at the next start it gets another chance. A disk that is full is no fault of the message. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "collect/collect.h"

#define SUSPECT_TRIES   4
#define SLOWEST_BYTES_S 8192 /* a link slower than this is taken for dead */
#define REMAINS         ".part"

/* The file being written. */
struct spooling {
    FILE *file;
    GChecksum *sum;
    int64_t size, max;
    int error; /* errno of writing; 0 */
    bool too_long;
};

static bool take_bytes(int type, struct mailimap_msg_att_body_section *section, const char *bytes, size_t n,
                       void *context)
{
    (void)type, (void)section;
    struct spooling *s = context;
    s->size += (int64_t)n;
    s->too_long = s->size > s->max;
    if (s->too_long)
        return false;
    g_checksum_update(s->sum, (const guchar *)bytes, (gssize)n);
    if (fwrite(bytes, 1, n, s->file) == n)
        return true;
    s->error = errno ? errno : EIO;
    return false;
}

/* ---- telling */

static void tell_left(struct collect *c, const struct watched *w, const struct found *one, const char *text)
{
    char uid[24];
    snprintf(uid, sizeof uid, "%u", one->uid);
    log_event(LOG_LEVEL_WARNING, "left", "mailbox", w->name, "uid", uid, "reason", text, NULL);
    channel_send(c, "left",
                 json_pack("{s:s, s:I, s:I, s:I, s:s}", "mailbox", w->name, "uidvalidity", (json_int_t)w->uidvalidity,
                           "uid", (json_int_t)one->uid, "size", (json_int_t)one->size, "text", text));
}

static void tell_collected(struct collect *c, struct watched *w, const struct found *one, const char *file,
                           int64_t size, const char *sha256)
{
    struct collected told = {.file = file,
                             .mailbox = w->name,
                             .sha256 = sha256,
                             .uidvalidity = w->uidvalidity,
                             .uid = one->uid,
                             .size = size,
                             .internal_at = one->internal_at};
    w->ahead[w->n_ahead++] = one->uid;
    channel_send(c, "collected", collected_to_json(&told));
}

/* ---- fetching */

static bool open_spooling(struct spooling *s, const char *path, struct err *e)
{
    FD_SCOPED fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_temp(e, "cannot write %s: %s", path, strerror(errno));
    s->file = fdopen(fd, "w");
    s->sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (!s->file || !s->sum)
        abort();
    fd = -1;
    return true;
}

/* The file is closed in any case. */
static bool close_spooling(struct spooling *s, const char *path, struct err *e)
{
    if (!s->error && (fflush(s->file) != 0 || fsync(fileno(s->file)) != 0))
        s->error = errno;
    if (fclose(s->file) != 0 && !s->error)
        s->error = errno;
    return !s->error || err_temp(e, "cannot write %s: %s", path, strerror(s->error));
}

/* What the answer to one FETCH named. */
struct named {
    bool there;        /* our UID */
    int ours, foreign; /* contents, of ours and of others */
};

static bool is_content(int type)
{
    return type == MAILIMAP_MSG_ATT_BODY_SECTION || type == MAILIMAP_MSG_ATT_RFC822 ||
           type == MAILIMAP_MSG_ATT_RFC822_HEADER || type == MAILIMAP_MSG_ATT_RFC822_TEXT;
}

static void note_named(const struct mailimap_msg_att *att, uint32_t uid, struct named *named)
{
    int contents = 0;
    bool ours = false;
    for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);
        if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
            continue;
        const struct mailimap_msg_att_static *fact = item->att_data.att_static;
        ours = ours || (fact->att_type == MAILIMAP_MSG_ATT_UID && fact->att_data.att_uid == uid);
        contents += is_content(fact->att_type);
    }
    named->there = named->there || ours;
    *(ours ? &named->ours : &named->foreign) += contents;
}

/* The bytes came without a UID: only an answer with one content, and that ours, tells whose they are. */
static enum reply read_named(clist *atts, uint32_t uid, bool *there_out, struct err *e)
{
    struct named named = {0};
    for (clistiter *i = atts ? clist_begin(atts) : NULL; i; i = clist_next(i))
        note_named(clist_content(i), uid, &named);
    *there_out = named.there;
    if (named.foreign == 0 && named.ours <= 1)
        return REPLY_OK;
    err_temp(e, "UID FETCH failed: the server sent the content of another message");
    return REPLY_LOST;
}

static enum reply stream_body(struct collect *c, const struct found *one, struct spooling *s, bool *there_out,
                              struct err *e)
{
    clist *atts = NULL;
    mailimap *imap = connection_imap(c->connection);
    struct mailimap_set *set = mailimap_set_new_single(one->uid);
    struct mailimap_fetch_type *what = mailimap_fetch_type_new_fetch_att_list_empty();
    mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
    mailimap_fetch_type_new_fetch_att_list_add(what,
                                               mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)));
    mailimap_set_msg_body_handler(imap, take_bytes, s);
    connection_allow(c->connection, COMMAND_S + (int)(one->size / SLOWEST_BYTES_S), s->max + COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, mailimap_uid_fetch(imap, set, what, &atts), "UID FETCH", e);
    mailimap_set_msg_body_handler(imap, NULL, NULL);
    mailimap_fetch_type_free(what);
    mailimap_set_free(set);
    if (r != REPLY_OK) /* libetpan has freed the list, and leaves the pointer */
        return r;
    r = read_named(atts, one->uid, there_out, e);
    if (atts)
        mailimap_fetch_list_free(atts);
    return r;
}

static void set_aside(struct collect *c, struct watched *w, const struct found *one, const char *why)
{
    if (w->n_aside < ASIDE_MAX)
        w->aside[w->n_aside++] = one->uid;
    tell_left(c, w, one, why);
}

/* What came of streaming; the file is closed and either in place or removed. */
static enum reply settle(struct collect *c, struct watched *w, const struct found *one, struct spooling *s,
                         const char *path, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    char *name = collected_name(a, w->name, w->uidvalidity, one->uid);
    char *final = arena_printf(a, "%s/%s", c->incoming, name);
    if (s->size == 0 && one->size == 0) {
        tell_left(c, w, one, "the message is empty");
        return REPLY_OK;
    }
    if (s->size == 0) {
        set_aside(c, w, one, "the server lists the message but gives no content");
        return REPLY_OK;
    }
    if (!file_move(path, final, e))
        return REPLY_LOST;
    tell_collected(c, w, one, name, s->size, g_checksum_get_string(s->sum));
    return REPLY_OK;
}

/* Nothing came, and libetpan says OK to a NO that has news of flags before it: only where the server lists the message
 * no more has somebody else removed it. */
static enum reply look_whether_gone(struct collect *c, struct watched *w, const struct found *one, struct err *e)
{
    clist *uids = NULL;
    struct mailimap_search_key *key = mailimap_search_key_new_uid(mailimap_set_new_single(one->uid));
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(
        c->connection, mailimap_uid_search(connection_imap(c->connection), NULL, key, &uids), "UID SEARCH", e);
    mailimap_search_key_free(key);
    if (r != REPLY_OK)
        return REPLY_LOST;
    if (!clist_isempty(uids))
        set_aside(c, w, one, "the server lists the message but does not give it");
    mailimap_search_result_free(uids);
    return REPLY_OK;
}

static enum reply fetch_into(struct collect *c, struct watched *w, const struct found *one, const char *path,
                             struct err *e)
{
    struct spooling s = {.max = c->max_bytes};
    bool there = false;
    if (!open_spooling(&s, path, e))
        return REPLY_LOST;
    w->trying = one->uid;
    enum reply r = stream_body(c, one, &s, &there, e);
    if (s.too_long)
        tell_left(c, w, one, "longer than the server said, and than is collected");
    if (!close_spooling(&s, path, e))
        r = REPLY_LOST;
    if (r == REPLY_NO) { /* one message the server cannot give; the connection is sound */
        set_aside(c, w, one, e->text);
        r = REPLY_OK;
    } else if (r == REPLY_OK)
        r = there ? settle(c, w, one, &s, path, e) : look_whether_gone(c, w, one, e);
    if (s.error)
        w->trying = 0;
    if (r == REPLY_OK || s.too_long) {
        w->trying = 0;
        w->next_uid = (int64_t)one->uid + 1;
    }
    g_checksum_free(s.sum);
    return r;
}

/* A file of an earlier process that the daemon has not answered: complete, since it bears its final name. */
static bool found_file(struct collect *c, struct watched *w, const struct found *one, const char *name,
                       const char *path)
{
    struct err ignored = {0};
    char sha256[65];
    int64_t size = 0;
    if (!file_exists(path) || !file_sha256(path, sha256, &size, &ignored))
        return false;
    tell_collected(c, w, one, name, size, sha256);
    return true;
}

enum reply fetch_next(struct collect *c, struct watched *w, struct err *e)
{
    const struct found one = w->found[w->at_found++];
    ARENA_SCOPED a = arena_new();
    char *name = collected_name(a, w->name, w->uidvalidity, one.uid);
    bool done = w->again && one.internal_at < w->since_at; /* was there before us */
    if (!done && one.size > c->max_bytes) {
        char text[96];
        snprintf(text, sizeof text, "%u bytes: longer than is collected (%lld)", one.size, (long long)c->max_bytes);
        tell_left(c, w, &one, text);
        done = true;
    }
    if (done || found_file(c, w, &one, name, arena_printf(a, "%s/%s", c->incoming, name))) {
        w->next_uid = (int64_t)one.uid + 1;
        return REPLY_OK;
    }
    char *path = arena_printf(a, "%s/.%s" REMAINS, c->incoming, name);
    enum reply r = fetch_into(c, w, &one, path, e);
    unlink(path);
    if (r != REPLY_OK)
        err_prefix(e, "message %u of %s", one.uid, w->name);
    return r;
}

void fetch_suspect(struct collect *c, struct watched *w, const char *why)
{
    uint32_t uid = w->trying;
    w->trying = 0;
    if (uid == 0)
        return;
    w->suspected = w->suspect == uid ? w->suspected + 1 : 1;
    w->suspect = uid;
    if (w->suspected < SUSPECT_TRIES)
        return;
    struct found one = {.uid = uid};
    set_aside(c, w, &one, why);
    w->next_uid = (int64_t)uid + 1;
}

void fetch_remove_remains(const char *incoming)
{
    DIR *folder = opendir(incoming);
    if (!folder)
        return;
    for (const struct dirent *one; (one = readdir(folder));) {
        size_t n = strlen(one->d_name), tail = strlen(REMAINS);
        if (one->d_name[0] == '.' && n > tail && strcmp(one->d_name + n - tail, REMAINS) == 0)
            unlinkat(dirfd(folder), one->d_name, 0);
    }
    closedir(folder);
}
