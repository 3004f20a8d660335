/* One mailbox: its name on the wire, selecting it, finding what is new in it, its quota.
 *
 * "New" is by UID alone: at or above next_uid, in ascending order. After a changed UIDVALIDITY the numbers mean
 * nothing, and what arrived since the mailbox was first watched is taken again. SEARCH tells the UIDs, one FETCH of
 * numbers only tells size and date of a few at a time; BODYSTRUCTURE and ENVELOPE are never asked for, since
 * libetpan reads them recursively. EXISTS is never believed: it serves only as a reason to look. */
#include <iconv.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "collect/collect.h"

#define NAME_BYTES   255
#define SEARCH_BYTES ((int64_t)8 << 20)

char *mailbox_wire_name(const char *utf8, struct err *e)
{
    size_t n = strlen(utf8), room = 4 * NAME_BYTES;
    bool control = false;
    for (const char *p = utf8; *p; p++)
        control = control || (unsigned char)*p < 32 || *p == 127;
    if (n == 0 || n > NAME_BYTES || control) {
        err_perm(e, "a mailbox name is empty, longer than %d bytes or has control characters", NAME_BYTES);
        return NULL;
    }
    iconv_t conversion = iconv_open("UTF-7-IMAP", "UTF-8");
    if (conversion == (iconv_t)-1) {
        err_perm(e, "this system cannot write mailbox names (UTF-7-IMAP)");
        return NULL;
    }
    char *wire = mem_alloc(room + 1), *in = (char *)utf8, *out = wire;
    bool ok = iconv(conversion, &in, &n, &out, &room) != (size_t)-1 &&
              iconv(conversion, NULL, NULL, &out, &room) != (size_t)-1;
    iconv_close(conversion);
    if (ok)
        return wire;
    free(wire);
    err_perm(e, "the mailbox name '%s' is not UTF-8", utf8);
    return NULL;
}

/* ---- selecting */

/* Everything counted in an old UIDVALIDITY is void. */
static void begin_again(struct watched *w, uint32_t uidvalidity)
{
    w->again = true;
    w->next_uid = 1;
    w->uidvalidity = uidvalidity;
    w->n_found = w->at_found = w->n_ahead = w->n_aside = w->n_kept = 0;
    w->suspect = 0;
}

/* The key is freed. What *uids_out holds, where all is well, goes back by mailimap_search_result_free(). */
static enum reply ask_uids(struct collect *c, struct mailimap_search_key *key, int64_t bytes, clist **uids_out,
                           struct err *e)
{
    connection_allow(c->connection, 2 * COMMAND_S, bytes);
    enum reply r = connection_reply(
        c->connection, mailimap_uid_search(connection_imap(c->connection), NULL, key, uids_out), "UID SEARCH", e);
    mailimap_search_key_free(key);
    return r;
}

enum reply mailbox_highest(struct collect *c, struct mailimap_search_key *key, uint32_t *uid_out, struct err *e)
{
    clist *uids = NULL;
    enum reply r = ask_uids(c, key, COMMAND_BYTES, &uids, e);
    if (r != REPLY_OK)
        return r;
    *uid_out = 0;
    for (clistiter *i = clist_begin(uids); i; i = clist_next(i))
        if (*(uint32_t *)clist_content(i) > *uid_out)
            *uid_out = *(uint32_t *)clist_content(i);
    mailimap_search_result_free(uids);
    return REPLY_OK;
}

/* First start: what is there already was there before us. */
static enum reply draw_line(struct collect *c, struct watched *w, const struct mailimap_selection_info *info,
                            struct err *e)
{
    uint32_t highest = 0;
    if (info->sel_uidnext > 0)
        w->next_uid = info->sel_uidnext;
    else {
        struct mailimap_search_key *last = mailimap_search_key_new_uid(mailimap_set_new_single(0)); /* "*" */
        enum reply r = mailbox_highest(c, last, &highest, e);
        if (r != REPLY_OK)
            return r;
        w->next_uid = (int64_t)highest + 1;
    }
    return REPLY_OK;
}

enum reply mailbox_select(struct collect *c, struct watched *w, struct err *e)
{
    if (c->selected == w)
        return REPLY_OK;
    c->selected = NULL;
    mailimap *imap = connection_imap(c->connection);
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, mailimap_select(imap, w->wire), "SELECT", e);
    const struct mailimap_selection_info *info = imap->imap_selection_info;
    if (r == REPLY_OK && (!info || info->sel_uidvalidity == 0)) {
        err_perm(e, "the server gives no UIDVALIDITY");
        r = REPLY_NO;
    }
    if (r == REPLY_OK && w->next_uid == 0) {
        w->uidvalidity = info->sel_uidvalidity;
        r = draw_line(c, w, info, e);
    } else if (r == REPLY_OK && w->uidvalidity != info->sel_uidvalidity)
        begin_again(w, info->sel_uidvalidity);
    if (r != REPLY_OK) {
        err_prefix(e, "mailbox %s", w->name);
        return r;
    }
    c->selected = w;
    w->look = true; /* no one has told what came while it was not selected */
    return REPLY_OK;
}

/* ---- looking */

static struct mailimap_date *day_before(int64_t at)
{
    time_t day = (time_t)(at - 86400); /* the server's day may begin later than ours */
    struct tm tm = {0};
    gmtime_r(&day, &tm);
    return mailimap_date_new(tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
}

static struct mailimap_search_key *search_key(const struct watched *w)
{
    struct mailimap_search_key *uids = mailimap_search_key_new_uid(mailimap_set_new_interval((uint32_t)w->next_uid, 0));
    if (!w->again || w->since_at <= 0)
        return uids;
    struct mailimap_search_key *both = mailimap_search_key_new_multiple_empty();
    mailimap_search_key_multiple_add(both, uids);
    mailimap_search_key_multiple_add(both, mailimap_search_key_new_since(day_before(w->since_at)));
    return both;
}

/* Puts uid among the lowest FOUND_MAX. "n:*" always names the last message, also below n. */
static void add_found(struct watched *w, uint32_t uid)
{
    if (uid < w->next_uid || (w->n_found == FOUND_MAX && uid >= w->found[FOUND_MAX - 1].uid))
        return;
    for (size_t i = 0; i < w->n_aside; i++)
        if (w->aside[i] == uid)
            return;
    size_t at = w->n_found < FOUND_MAX ? w->n_found++ : FOUND_MAX - 1;
    for (; at > 0 && w->found[at - 1].uid > uid; at--)
        w->found[at] = w->found[at - 1];
    w->found[at] = (struct found){.uid = uid, .internal_at = -1};
}

static enum reply search(struct collect *c, struct watched *w, struct err *e)
{
    clist *uids = NULL;
    enum reply r = ask_uids(c, search_key(w), SEARCH_BYTES, &uids, e);
    if (r != REPLY_OK)
        return r;
    for (clistiter *i = clist_begin(uids); i; i = clist_next(i))
        add_found(w, *(uint32_t *)clist_content(i));
    mailimap_search_result_free(uids);
    return REPLY_OK;
}

static int64_t instant(const struct mailimap_date_time *d)
{
    struct tm tm = {.tm_mday = d->dt_day,
                    .tm_mon = d->dt_month - 1,
                    .tm_year = d->dt_year - 1900,
                    .tm_hour = d->dt_hour,
                    .tm_min = d->dt_min,
                    .tm_sec = d->dt_sec};
    int zone = d->dt_zone;
    int64_t east_s = (zone / 100) * 3600 + (zone % 100) * 60;
    int64_t at = (int64_t)timegm(&tm) - east_s;
    return at < 0 ? 0 : at;
}

static void take_numbers(struct watched *w, const struct mailimap_msg_att *att)
{
    struct found one = {0};
    for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);
        if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
            continue;
        const struct mailimap_msg_att_static *fact = item->att_data.att_static;
        if (fact->att_type == MAILIMAP_MSG_ATT_UID)
            one.uid = fact->att_data.att_uid;
        else if (fact->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
            one.size = fact->att_data.att_rfc822_size;
        else if (fact->att_type == MAILIMAP_MSG_ATT_INTERNALDATE && fact->att_data.att_internal_date)
            one.internal_at = instant(fact->att_data.att_internal_date);
    }
    for (size_t i = 0; i < w->n_found; i++)
        if (w->found[i].uid == one.uid && one.internal_at > 0)
            w->found[i] = one;
}

static enum reply ask_numbers(struct collect *c, struct watched *w, struct err *e)
{
    clist *atts = NULL;
    struct mailimap_set *set = mailimap_set_new_empty();
    for (size_t i = 0; i < w->n_found; i++)
        mailimap_set_add_single(set, w->found[i].uid);
    struct mailimap_fetch_type *what = mailimap_fetch_type_new_fetch_att_list_empty();
    mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_uid());
    mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_rfc822_size());
    mailimap_fetch_type_new_fetch_att_list_add(what, mailimap_fetch_att_new_internaldate());
    connection_allow(c->connection, 2 * COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, mailimap_uid_fetch(connection_imap(c->connection), set, what, &atts),
                                    "UID FETCH", e);
    mailimap_fetch_type_free(what);
    mailimap_set_free(set);
    if (r != REPLY_OK)
        return r;
    for (clistiter *i = atts ? clist_begin(atts) : NULL; i; i = clist_next(i))
        take_numbers(w, clist_content(i));
    if (atts)
        mailimap_fetch_list_free(atts);
    return REPLY_OK;
}

/* A server that cannot tell all says NO, which libetpan passes over where there is something; or a date that is none.
 * Whoever asks for the content learns whether the message is gone. */
static void date_the_rest(struct watched *w)
{
    for (size_t i = 0; i < w->n_found; i++)
        if (w->found[i].internal_at < 0)
            w->found[i].internal_at = clock_now();
}

enum reply mailbox_look(struct collect *c, struct watched *w, struct err *e)
{
    const mailimap *imap = connection_imap(c->connection);
    w->n_found = w->at_found = 0;
    if (imap->imap_selection_info) /* any count the server tells from here on is news: a move had changed the old one */
        imap->imap_selection_info->sel_exists = EXISTS_UNTOLD;
    enum reply r = w->next_uid > UINT32_MAX ? REPLY_OK : search(c, w, e);
    w->look = r == REPLY_OK && w->n_found > 0;
    if (r == REPLY_OK && w->n_found > 0)
        r = ask_numbers(c, w, e);
    if (r == REPLY_OK)
        date_the_rest(w);
    else
        w->n_found = 0;
    return r;
}

/* ---- the line */

static int64_t line_of(const struct watched *w)
{
    int64_t line = w->next_uid;
    for (size_t i = 0; i < w->n_ahead; i++)
        line = w->ahead[i] < line ? w->ahead[i] : line;
    for (size_t i = 0; i < w->n_aside; i++)
        line = w->aside[i] < line ? w->aside[i] : line;
    return line;
}

void mailbox_tell_line(struct collect *c, struct watched *w)
{
    bool busy = w->look || w->at_found < w->n_found || w->n_ahead > 0;
    if (w->again && !busy)
        w->again = false;
    int64_t line = line_of(w);
    if (w->again || (w->told_uidvalidity == w->uidvalidity && (busy || w->told_next_uid == line)))
        return;
    w->told_uidvalidity = w->uidvalidity;
    w->told_next_uid = line;
    channel_send(c, "line",
                 json_pack("{s:s, s:I, s:I}", "mailbox", w->name, "uidvalidity", (json_int_t)w->uidvalidity, "next_uid",
                           (json_int_t)line));
}

/* ---- quota */

static void take_quota(struct collect *c, const struct mailimap_quota_complete_data *data)
{
    for (clistiter *i = clist_begin(data->quota_list); i; i = clist_next(i)) {
        const struct mailimap_quota_quota_data *root = clist_content(i);
        for (clistiter *k = root->quota_list ? clist_begin(root->quota_list) : NULL; k; k = clist_next(k)) {
            const struct mailimap_quota_quota_resource *one = clist_content(k);
            if (!one->resource_name || strcasecmp(one->resource_name, "STORAGE") != 0)
                continue;
            c->quota_used = (int64_t)one->usage * 1024;
            c->quota_limit = (int64_t)one->limit * 1024;
            return;
        }
    }
}

void mailbox_quota(struct collect *c, const struct watched *w)
{
    struct mailimap_quota_complete_data *data = NULL;
    struct err ignored = {0};
    if (!connection_can(c->connection, "QUOTA"))
        return;
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    int r = mailimap_quota_getquotaroot(connection_imap(c->connection), w->wire, &data);
    if (connection_reply(c->connection, r, "GETQUOTAROOT", &ignored) != REPLY_OK)
        return;
    take_quota(c, data);
    mailimap_quota_complete_data_free(data);
}

/* ---- making */

enum reply mailbox_make(struct collect *c, const char *wire_name, struct err *e)
{
    mailimap *imap = connection_imap(c->connection);
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply r = connection_reply(c->connection, mailimap_create(imap, wire_name), "CREATE", e);
    if (r == REPLY_LOST)
        return r;
    connection_allow(c->connection, COMMAND_S, COMMAND_BYTES);
    enum reply subscribed =
        connection_reply(c->connection, mailimap_subscribe(imap, wire_name), "SUBSCRIBE", r == REPLY_OK ? e : NULL);
    return subscribed == REPLY_LOST ? subscribed : r;
}
