/* store_story.c - officers' alerts, and the story: every act as an event, chained by SHA-256.
 *
 * An event's hash covers the hash before it and each of its own words, every one with its length before it, so
 * that no two rows say the same bytes. Who changes or takes out a row must change every later hash, and with them
 * the head that the officers have in their digests; rows taken from the end show only there. */
#include <inttypes.h>
#include <string.h>
#include "base/buf.h"
#include "base/file.h"
#include "io/store_private.h"

#define FIRST_HASH "0000000000000000000000000000000000000000000000000000000000000000" /* before the first event */

static const struct member alert_members[] = {
    MEMBER(alert_row, id),      MEMBER(alert_row, round), MEMBER(alert_row, party), MEMBER(alert_row, kind),
    MEMBER(alert_row, message), MEMBER(alert_row, text),  MEMBER(alert_row, at),
};
static const struct shape alert_shape = SHAPE("alert", alert_row, alert_members);

bool store_add_alert(struct store *s, const struct alert_row *al, struct err *e)
{
    return query_change(s,
                        ROW_QUERY(&alert_shape,
                                  "INSERT INTO alerts (round, party, kind, message, text, at)"
                                  " VALUES (:round, :party, :kind, :message, :text, :at)",
                                  al),
                        e);
}

bool store_alerts(struct store *s, struct arena *a, struct alert_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&alert_shape, "SELECT * FROM alerts WHERE told = 0 ORDER BY id LIMIT ?1", V(ALERTS_MOST)),
                     out, n_out, e);
}

bool store_alerts_told(struct store *s, int64_t up_to_id, struct err *e)
{
    return query_change(s, QUERY(NULL, "UPDATE alerts SET told = 1 WHERE told = 0 AND id <= ?1", V(up_to_id)), e);
}

bool store_alerts_to_copy(struct store *s, struct arena *a, struct alert_row **out, size_t *n_out, struct err *e)
{
    return query_all(
        s, a,
        QUERY(&alert_shape, "SELECT * FROM alerts WHERE told = 1 AND copied = 0 ORDER BY id LIMIT ?1", V(ALERTS_MOST)),
        out, n_out, e);
}

bool store_alerts_copied(struct store *s, int64_t up_to_id, struct err *e)
{
    return query_change(
        s, QUERY(NULL, "UPDATE alerts SET copied = 1 WHERE told = 1 AND copied = 0 AND id <= ?1", V(up_to_id)), e);
}

/* ---- the story */

static const struct member event_members[] = {
    MEMBER(event_row, id),      MEMBER(event_row, at),    MEMBER(event_row, who),
    MEMBER(event_row, what),    MEMBER(event_row, round), MEMBER(event_row, party),
    MEMBER(event_row, message), MEMBER(event_row, text),  MEMBER(event_row, hash),
};
static const struct shape event_shape = SHAPE("event", event_row, event_members);

static void add_text(struct buf *b, const char *text)
{
    buf_addf(b, "%zu:", text ? strlen(text) : 0);
    buf_adds(b, text);
}

static void add_number(struct buf *b, int64_t number)
{
    buf_addf(b, "%" PRId64 ";", number);
}

static void event_hash(const char *before, const struct event_row *ev, char hash_out[65])
{
    BUF_SCOPED b = {0};

    add_text(&b, before);
    add_number(&b, ev->id);
    add_number(&b, ev->at);
    add_text(&b, ev->who);
    add_text(&b, ev->what);
    add_text(&b, ev->round);
    add_text(&b, ev->party);
    add_number(&b, ev->message);
    add_text(&b, ev->text);
    hash_sha256(b.data, b.len, hash_out);
}

static bool last_event(struct store *s, struct arena *a, struct event_row *out, struct err *e)
{
    if (!query_one(s, a, QUERY(&event_shape, "SELECT * FROM events ORDER BY id DESC LIMIT 1"), out, e))
        return false;
    if (!out->hash)
        out->hash = FIRST_HASH;
    return true;
}

bool store_add_event(struct store *s, const struct event_row *ev, struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct event_row last, row = *ev;
    char hash[65];

    if (!last_event(s, a, &last, e))
        return false;
    row.id = last.id + 1;
    event_hash(last.hash, &row, hash);
    row.hash = hash;
    return query_change(s,
                        ROW_QUERY(&event_shape,
                                  "INSERT INTO events (id, at, who, what, round, party, message, text, hash)"
                                  " VALUES (:id, :at, :who, :what, :round, :party, :message, :text, :hash)",
                                  &row),
                        e);
}

bool store_events(struct store *s, struct arena *a, const char *round_or_null, const char *party_or_null,
                  struct event_row **out, size_t *n_out, struct err *e)
{
    /* Two texts, so that a round's story does not read all of them. */
    const struct query *of_round =
        QUERY(&event_shape, "SELECT * FROM events WHERE round = ?1 AND (?2 IS NULL OR party = ?2) ORDER BY id",
              V(round_or_null), V(party_or_null));
    const struct query *of_all =
        QUERY(&event_shape, "SELECT * FROM events WHERE ?1 IS NULL OR party = ?1 ORDER BY id", V(party_or_null));

    return query_all(s, a, round_or_null ? of_round : of_all, out, n_out, e);
}

bool store_event_by(struct store *s, struct arena *a, const char *who, struct event_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&event_shape, "SELECT * FROM events WHERE who = ?1 ORDER BY id LIMIT 1", V(who)), out,
                     e);
}

bool store_chain_head(struct store *s, char hash_out[65], struct err *e)
{
    ARENA_SCOPED a = arena_new();
    struct event_row last;

    if (!last_event(s, a, &last, e))
        return false;
    memccpy(hash_out, last.hash, '\0', 65);
    hash_out[64] = '\0';
    return true;
}

/* Whether the row under the cursor follows `hash`, which becomes the row's own. */
static bool follows(sqlite3_stmt *q, char hash[65], int64_t *id_out)
{
    ARENA_SCOPED a = arena_new(); /* one a row: the story may be longer than an arena */
    struct event_row row;

    shape_read(&event_shape, q, a, &row);
    event_hash(hash, &row, hash);
    *id_out = row.id;
    return strcmp(hash, row.hash) == 0;
}

bool store_chain_verify(struct store *s, int64_t *broken_id_out, struct err *e)
{
    STMT_SCOPED q = query_open(s, QUERY(&event_shape, "SELECT * FROM events ORDER BY id"), e);
    char hash[65] = FIRST_HASH;
    int64_t id = 0;
    bool row = false, whole = true;

    if (!q)
        return false;
    do {
        if (!query_next(s, q, &row, e))
            return false;
        whole = !row || follows(q, hash, &id);
    } while (row && whole);
    *broken_id_out = whole ? 0 : id;
    return true;
}

/* ---- files */

static const struct member file_members[] = {MEMBER(file_row, path), MEMBER(file_row, sha256), MEMBER(file_row, kind),
                                             MEMBER(file_row, swept)};
static const struct shape file_shape = SHAPE("file", file_row, file_members);

bool store_files(struct store *s, struct arena *a, struct file_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&file_shape,
                           "SELECT path, sha256, 'paper' AS kind, 0 AS swept FROM papers UNION ALL"
                           " SELECT file, sha256, 'message', 0 FROM messages WHERE file <> '' UNION ALL"
                           " SELECT value, '', 'mail', max(round = '') FROM notices, json_each(segments) GROUP BY value"
                           " ORDER BY path"),
                     out, n_out, e);
}
