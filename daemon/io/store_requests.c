/* store_requests.c - what officers asked for by mail: from the mail that asks to the act that was done.
 *
 * A request is never removed: who asked what, and who confirmed it, stays beside the story. */
#include "io/store_private.h"

static const struct member request_members[] = {
    MEMBER(request_row, id),      MEMBER(request_row, message), MEMBER(request_row, confirmed_by),
    MEMBER(request_row, officer), MEMBER(request_row, text),    MEMBER(request_row, act),
    MEMBER(request_row, state),   MEMBER(request_row, at),      MEMBER(request_row, until_at),
};
static const struct shape request_shape = SHAPE("request", request_row, request_members);

bool store_add_request(struct store *s, const struct request_row *r, int64_t *id_out, struct err *e)
{
    return query_insert(
        s,
        ROW_QUERY(&request_shape,
                  "INSERT INTO requests (message, confirmed_by, officer, text, act, state, at, until_at)"
                  " VALUES (:message, :confirmed_by, :officer, :text, :act, :state, :at, :until_at)",
                  r),
        id_out, e);
}

bool store_update_request(struct store *s, const struct request_row *r, struct err *e)
{
    return query_change_one(s,
                            ROW_QUERY(&request_shape,
                                      "UPDATE requests SET confirmed_by = :confirmed_by, act = :act, state = :state,"
                                      " until_at = :until_at WHERE id = :id",
                                      r),
                            e);
}

bool store_request(struct store *s, struct arena *a, int64_t id, struct request_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&request_shape, "SELECT * FROM requests WHERE id = ?1", V(id)), out, e);
}

bool store_requests_due(struct store *s, struct arena *a, struct request_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&request_shape,
                           "SELECT * FROM requests WHERE state IN ('asked', 'confirmed') ORDER BY id LIMIT ?1",
                           V(REQUESTS_MOST)),
                     out, n_out, e);
}

bool store_last_request(struct store *s, struct arena *a, const char *officer, struct request_row *out, struct err *e)
{
    return query_one(s, a,
                     QUERY(&request_shape,
                           "SELECT * FROM requests WHERE officer = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT 1",
                           V(officer)),
                     out, e);
}

int64_t store_requests_since(struct store *s, const char *officer, int64_t since_at)
{
    return query_number(s,
                        QUERY(NULL, "SELECT count(*) FROM requests WHERE officer = ?1 COLLATE NOCASE AND at > ?2",
                              V(officer), V(since_at)),
                        0);
}
