/* What becomes of a message that the daemon has kept: moved to the processed folder, or let be.
 *
 * MOVE (RFC 6851) where the server has it; else COPY, then \Deleted and UID EXPUNGE of exactly these (RFC 4315);
 * else a keyword. A bare EXPUNGE is never sent: it would take away what people have marked. The folder is made at
 * the first refusal. A way that the server refuses although it advertises it is not tried again in this process.
 * What could not be moved stays, and is told so. */
#include <string.h>

#include "collect/collect.h"

#define KEPT_KEYWORD "$TaamimKept"

static enum reply move_set(struct collect *c, struct mailimap_set *set, struct err *e)
{
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    return connection_reply(c->connection, mailimap_uid_move(connection_imap(c->connection), set, c->processed),
                            "UID MOVE", e);
}

static enum reply copy_set(struct collect *c, struct mailimap_set *set, struct err *e)
{
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    return connection_reply(c->connection, mailimap_uid_copy(connection_imap(c->connection), set, c->processed),
                            "UID COPY", e);
}

static enum reply mark_set(struct collect *c, struct mailimap_set *set, struct mailimap_flag *flag, struct err *e)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    mailimap_flag_list_add(flags, flag);
    struct mailimap_store_att_flags *store = mailimap_store_att_flags_new_add_flags_silent(flags);
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply r =
        connection_reply(c->connection, mailimap_uid_store(connection_imap(c->connection), set, store), "UID STORE", e);
    mailimap_store_att_flags_free(store);
    return r;
}

static enum reply expunge_set(struct collect *c, struct mailimap_set *set, struct err *e)
{
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    return connection_reply(c->connection, mailimap_uid_expunge(connection_imap(c->connection), set), "UID EXPUNGE", e);
}

typedef enum reply set_command(struct collect *c, struct mailimap_set *set, struct err *e);

/* Refused: perhaps because the folder is not there yet. */
static enum reply into_folder(struct collect *c, set_command *command, struct mailimap_set *set, struct err *e)
{
    struct err ignored = {0};
    enum reply r = command(c, set, e);
    if (r != REPLY_NO)
        return r;
    r = mailbox_make(c, c->processed, &ignored);
    return r == REPLY_OK ? command(c, set, e) : r;
}

static enum reply copy_and_expunge(struct collect *c, struct mailimap_set *set, struct err *e)
{
    enum reply r = into_folder(c, copy_set, set, e);
    if (r == REPLY_OK)
        r = mark_set(c, set, mailimap_flag_new_deleted(), e);
    return r == REPLY_OK ? expunge_set(c, set, e) : r;
}

/* A connection that breaks by itself says nothing about the command; NO and BAD do. */
static enum reply strike(struct collect *c, enum reply r, bool *struck)
{
    if (r == REPLY_NO || (r == REPLY_LOST && connection_was_bad(c->connection)))
        *struck = true;
    return r;
}

/* Tries the ways in turn; *how_out says which one it was. */
static enum reply move_away(struct collect *c, struct mailimap_set *set, const char **how_out, struct err *e)
{
    enum reply r = REPLY_NO;
    if (c->processed && !c->no_move && connection_can(c->connection, "MOVE")) {
        *how_out = "move";
        r = strike(c, into_folder(c, move_set, set, e), &c->no_move);
    }
    if (r == REPLY_NO && c->processed && !c->no_copy && connection_can(c->connection, "UIDPLUS")) {
        *how_out = "copy";
        r = strike(c, copy_and_expunge(c, set, e), &c->no_copy);
    }
    if (r == REPLY_NO && !c->no_keyword) {
        char *keyword = strdup(KEPT_KEYWORD); /* libetpan frees it */
        if (!keyword)
            abort();
        *how_out = "keyword";
        r = strike(c, mark_set(c, set, mailimap_flag_new_flag_keyword(keyword), e), &c->no_keyword);
    }
    if (r == REPLY_NO)
        *how_out = "left";
    return r == REPLY_LOST ? r : REPLY_OK;
}

static void tell_moved(struct collect *c, const struct watched *w, uint32_t uid, const char *how)
{
    channel_send(c, "moved",
                 json_pack("{s:s, s:I, s:I, s:s}", "mailbox", w->name, "uidvalidity", (json_int_t)w->uidvalidity, "uid",
                           (json_int_t)uid, "how", how));
}

enum reply keep_some(struct collect *c, struct watched *w, struct err *e)
{
    size_t n = w->n_kept < MOVE_BATCH ? w->n_kept : MOVE_BATCH, n_moving = 0;
    struct mailimap_set *set = mailimap_set_new_empty();
    for (size_t i = 0; i < n; i++)
        if (w->kept[i].move) {
            mailimap_set_add_single(set, w->kept[i].uid);
            n_moving++;
        }
    const char *how = "left";
    enum reply r = n_moving > 0 ? move_away(c, set, &how, e) : REPLY_OK;
    mailimap_set_free(set);
    if (r != REPLY_OK)
        return r;
    for (size_t i = 0; i < n; i++)
        tell_moved(c, w, w->kept[i].uid, w->kept[i].move ? how : "left");
    w->n_kept -= n;
    memmove(w->kept, w->kept + n, w->n_kept * sizeof *w->kept);
    return REPLY_OK;
}
