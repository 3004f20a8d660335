/* store_notices.c - notices and their deliveries.
 *
 * A notice is unique by (round, party, cause): asking for it again adds nothing and says so. A delivery waits
 * while it is queued, deferred or uncertain; all that waits is cancelled with its round, also what perhaps has left.
 * What is at a sender then is not. */
#include "base/clock.h"
#include "io/store_private.h"

static const struct member notice_members[] = {
    MEMBER(notice_row, id),         MEMBER(notice_row, round),      MEMBER(notice_row, party),
    MEMBER(notice_row, cause),      MEMBER(notice_row, kind),       MEMBER(notice_row, token),
    MEMBER(notice_row, message_id), MEMBER(notice_row, subject),    MEMBER(notice_row, segments),
    MEMBER(notice_row, size),       MEMBER(notice_row, created_at), MEMBER(notice_row, copy_at),
};
static const struct shape notice_shape = SHAPE("notice", notice_row, notice_members);

bool store_add_notice(struct store *s, const struct notice_row *n, int64_t *id_out, struct err *e)
{
    return query_insert(
        s,
        ROW_QUERY(
            &notice_shape,
            "INSERT INTO notices (round, party, cause, kind, token, message_id, subject, segments, size,"
            " created_at, copy_at) VALUES (:round, :party, :cause, :kind, :token, :message_id, :subject, :segments,"
            " :size, :created_at, :copy_at) ON CONFLICT (round, party, cause) DO NOTHING",
            n),
        id_out, e);
}

bool store_notice(struct store *s, struct arena *a, int64_t id, struct notice_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&notice_shape, "SELECT * FROM notices WHERE id = ?1", V(id)), out, e);
}

bool store_notices(struct store *s, struct arena *a, const char *round, const char *party_or_null,
                   struct notice_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&notice_shape,
                           "SELECT * FROM notices WHERE round = ?1 AND (?2 IS NULL OR party = ?2) ORDER BY id",
                           V(round), V(party_or_null)),
                     out, n_out, e);
}

bool store_notice_by_token(struct store *s, struct arena *a, const char *token, struct notice_row *out, struct err *e)
{
    return query_one(
        s, a,
        QUERY(&notice_shape, "SELECT * FROM notices WHERE token = ?1 AND token <> '' ORDER BY id LIMIT 1", V(token)),
        out, e);
}

bool store_notice_by_msgid(struct store *s, struct arena *a, const char *message_id, struct notice_row *out,
                           struct err *e)
{
    return query_one(s, a,
                     QUERY(&notice_shape,
                           "SELECT * FROM notices WHERE message_id = ?1 AND message_id <> '' ORDER BY id LIMIT 1",
                           V(message_id)),
                     out, e);
}

bool store_set_segments(struct store *s, int64_t notice, const char *segments, int64_t size, struct err *e)
{
    return query_change_one(s,
                            QUERY(&notice_shape, "UPDATE notices SET segments = ?2, size = ?3 WHERE id = ?1", V(notice),
                                  V(segments), V(size)),
                            e);
}

bool store_set_copy(struct store *s, int64_t notice, int64_t copy_at, struct err *e)
{
    return query_change_one(
        s, QUERY(&notice_shape, "UPDATE notices SET copy_at = ?2 WHERE id = ?1", V(notice), V(copy_at)), e);
}

bool store_copy_due(struct store *s, struct arena *a, int64_t now_at, struct notice_row *out, struct err *e)
{
    return query_one(s, a,
                     QUERY(&notice_shape,
                           "SELECT * FROM notices WHERE copy_at > 0 AND copy_at <= ?1 ORDER BY copy_at, id LIMIT 1",
                           V(now_at)),
                     out, e);
}

int64_t store_next_copy_at(struct store *s)
{
    return query_number(s, QUERY(NULL, "SELECT min(copy_at) FROM notices WHERE copy_at > 0"), 0);
}

/* ---- deliveries */

#define RECEIPT_WAITS_S 86400                                          /* the longest that a receipt is put off */
#define WAITING         "state IN ('queued', 'deferred', 'uncertain')" /* as the index deliveries_waiting has it */

static const struct member delivery_members[] = {
    MEMBER(delivery_row, id),        MEMBER(delivery_row, notice),   MEMBER(delivery_row, address),
    MEMBER(delivery_row, mail_from), MEMBER(delivery_row, state),    MEMBER(delivery_row, attempts),
    MEMBER(delivery_row, next_at),   MEMBER(delivery_row, since_at), MEMBER(delivery_row, code),
    MEMBER(delivery_row, reply),     MEMBER(delivery_row, priority), MEMBER(delivery_row, token),
};
static const struct shape delivery_shape = SHAPE("delivery", delivery_row, delivery_members);

bool store_add_delivery(struct store *s, const struct delivery_row *d, int64_t *id_out, struct err *e)
{
    return query_insert(
        s,
        ROW_QUERY(&delivery_shape,
                  "INSERT INTO deliveries (notice, address, mail_from, token, state, attempts, next_at, since_at,"
                  " code, reply, priority) VALUES (:notice, :address, :mail_from, :token, :state, :attempts, :next_at,"
                  " :since_at, :code, :reply, :priority)",
                  d),
        id_out, e);
}

bool store_delivery(struct store *s, struct arena *a, int64_t id, struct delivery_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&delivery_shape, "SELECT * FROM deliveries WHERE id = ?1", V(id)), out, e);
}

bool store_delivery_by_token(struct store *s, struct arena *a, const char *token, struct delivery_row *out,
                             struct err *e)
{
    return query_one(
        s, a, QUERY(&delivery_shape, "SELECT * FROM deliveries WHERE token = ?1 AND token <> '' LIMIT 1", V(token)),
        out, e);
}

bool store_update_delivery(struct store *s, const struct delivery_row *d, struct err *e)
{
    return query_change_one(s,
                            ROW_QUERY(&delivery_shape,
                                      "UPDATE deliveries SET state = :state, attempts = :attempts, next_at = :next_at,"
                                      " since_at = :since_at, code = :code, reply = :reply WHERE id = :id",
                                      d),
                            e);
}

bool store_deliveries_due(struct store *s, struct arena *a, int64_t now_at, size_t max, struct delivery_row **out,
                          size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&delivery_shape,
                           "SELECT * FROM deliveries WHERE " WAITING
                           " AND next_at <= ?1 ORDER BY priority, next_at, id LIMIT ?2",
                           V(now_at), V(max)),
                     out, n_out, e);
}

int64_t store_next_delivery_at(struct store *s)
{
    return query_number(s, QUERY(NULL, "SELECT min(next_at) FROM deliveries WHERE " WAITING), 0);
}

bool store_deliveries_of(struct store *s, struct arena *a, int64_t notice, struct delivery_row **out, size_t *n_out,
                         struct err *e)
{
    return query_all(s, a, QUERY(&delivery_shape, "SELECT * FROM deliveries WHERE notice = ?1 ORDER BY id", V(notice)),
                     out, n_out, e);
}

int64_t store_sent_since(struct store *s, const char *address, int64_t since_at)
{
    return query_number(
        s,
        QUERY(NULL,
              "SELECT count(*) FROM deliveries WHERE address = ?1 COLLATE NOCASE AND state = 'sent' AND since_at > ?2",
              V(address), V(since_at)),
        0);
}

bool store_deliveries_sending(struct store *s, struct arena *a, struct delivery_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a, QUERY(&delivery_shape, "SELECT * FROM deliveries WHERE state = 'sending' ORDER BY id"), out,
                     n_out, e);
}

bool store_forget_future(struct store *s, int64_t now_at, int64_t furthest_s, struct err *e)
{
    int64_t furthest_at = now_at + furthest_s;

    return query_change(s,
                        QUERY(NULL, "UPDATE deliveries SET next_at = ?1 WHERE next_at > ?2 AND " WAITING, V(now_at),
                              V(furthest_at)),
                        e) &&
           query_change(s, QUERY(NULL, "UPDATE notices SET copy_at = ?1 WHERE copy_at > ?2", V(now_at), V(furthest_at)),
                        e) &&
           query_change(s,
                        QUERY(NULL, "UPDATE seats SET receipt_due_at = ?1 WHERE receipt_due_at > ?2", V(now_at),
                              V(now_at + RECEIPT_WAITS_S)),
                        e) &&
           query_change(s, QUERY(NULL, "UPDATE seats SET receipt_at = 0 WHERE receipt_at > ?1", V(now_at)), e);
}

bool store_cancel_deliveries(struct store *s, const char *round, const char *kind_or_null, const char *but_kind,
                             struct err *e)
{
    return query_change(s,
                        QUERY(NULL,
                              "UPDATE deliveries SET state = 'cancelled', since_at = ?2 WHERE " WAITING
                              " AND notice IN (SELECT id FROM notices WHERE round = ?1 AND kind <> ?4"
                              " AND (?3 IS NULL OR kind = ?3))",
                              V(round), V(clock_now()), V(kind_or_null), V(but_kind)),
                        e);
}

static const struct member count_members[] = {MEMBER(count_row, name), MEMBER(count_row, n)};
static const struct shape count_shape = SHAPE("count", count_row, count_members);

bool store_delivery_counts(struct store *s, struct arena *a, const char *round_or_null, struct count_row **out,
                           size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&count_shape,
                           "SELECT state AS name, count(*) AS n FROM deliveries JOIN notices ON notices.id = notice"
                           " WHERE ?1 IS NULL OR round = ?1 GROUP BY state ORDER BY state",
                           V(round_or_null)),
                     out, n_out, e);
}
