/* store_rounds.c - rounds, and the seats of the parties in them.
 *
 * A round is found whatever the case of its reference; everything else names it as it was launched. */
#include "io/store_private.h"

static const struct member round_members[] = {
    MEMBER(round_row, ref),         MEMBER(round_row, state),     MEMBER(round_row, kind),
    MEMBER(round_row, spec),        MEMBER(round_row, boundary),  MEMBER(round_row, launched_at),
    MEMBER(round_row, deadline_at), MEMBER(round_row, closed_at), MEMBER(round_row, deadline_text),
};
static const struct shape round_shape = SHAPE("round", round_row, round_members);

bool store_add_round(struct store *s, const struct round_row *r, struct err *e)
{
    const struct query *q =
        ROW_QUERY(&round_shape,
                  "INSERT INTO rounds (ref, state, kind, spec, boundary, launched_at, deadline_at, closed_at,"
                  " deadline_text) VALUES (:ref, :state, :kind, :spec, :boundary, :launched_at, :deadline_at,"
                  " :closed_at, :deadline_text) ON CONFLICT (ref) DO NOTHING",
                  r);
    if (!query_change(s, q, e))
        return false;
    return query_changes(s) > 0 || err_perm(e, "a round with the reference %s has been launched already", r->ref);
}

bool store_round(struct store *s, struct arena *a, const char *ref, struct round_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&round_shape, "SELECT * FROM rounds WHERE ref = ?1", V(ref)), out, e);
}

bool store_rounds(struct store *s, struct arena *a, const char *state_or_null, struct round_row **out, size_t *n_out,
                  struct err *e)
{
    return query_all(s, a,
                     QUERY(&round_shape,
                           "SELECT * FROM rounds WHERE ?1 IS NULL OR state = ?1 ORDER BY launched_at DESC, rowid DESC",
                           V(state_or_null)),
                     out, n_out, e);
}

bool store_set_round_state(struct store *s, const char *ref, const char *state, int64_t at, struct err *e)
{
    return query_change_one(
        s,
        QUERY(&round_shape,
              "UPDATE rounds SET state = ?2, closed_at = CASE ?2 WHEN 'open' THEN 0 ELSE ?3 END WHERE ref = ?1", V(ref),
              V(state), V(at)),
        e);
}

bool store_set_round_deadline(struct store *s, const char *ref, int64_t deadline_at, const char *deadline_text,
                              struct err *e)
{
    return query_change_one(s,
                            QUERY(&round_shape,
                                  "UPDATE rounds SET deadline_at = ?2, deadline_text = coalesce(?3, '') WHERE ref = ?1",
                                  V(ref), V(deadline_at), V(deadline_text)),
                            e);
}

/* ---- seats */

static const struct member seat_members[] = {
    MEMBER(seat_row, round),          MEMBER(seat_row, party),         MEMBER(seat_row, position),
    MEMBER(seat_row, deadline_at),    MEMBER(seat_row, deadline_text), MEMBER(seat_row, steps_done),
    MEMBER(seat_row, answered_at),    MEMBER(seat_row, complete_at),   MEMBER(seat_row, receipt_at),
    MEMBER(seat_row, receipt_due_at),
};
static const struct shape seat_shape = SHAPE("seat", seat_row, seat_members);

bool store_add_seat(struct store *s, const struct seat_row *row, struct err *e)
{
    return query_change(
        s,
        ROW_QUERY(&seat_shape,
                  "INSERT INTO seats (round, party, position, deadline_at, deadline_text, steps_done,"
                  " answered_at, complete_at, receipt_at, receipt_due_at) VALUES (:round, :party, :position,"
                  " :deadline_at, :deadline_text, :steps_done, :answered_at, :complete_at, :receipt_at,"
                  " :receipt_due_at)",
                  row),
        e);
}

bool store_seat(struct store *s, struct arena *a, const char *round, const char *party, struct seat_row *out,
                struct err *e)
{
    return query_one(
        s, a, QUERY(&seat_shape, "SELECT * FROM seats WHERE round = ?1 AND party = ?2", V(round), V(party)), out, e);
}

bool store_seats(struct store *s, struct arena *a, const char *round, struct seat_row **out, size_t *n_out,
                 struct err *e)
{
    return query_all(s, a,
                     QUERY(&seat_shape, "SELECT * FROM seats WHERE round = ?1 ORDER BY position, party", V(round)), out,
                     n_out, e);
}

bool store_update_seat(struct store *s, const struct seat_row *row, struct err *e)
{
    return query_change_one(
        s,
        ROW_QUERY(&seat_shape,
                  "UPDATE seats SET deadline_at = :deadline_at, deadline_text = :deadline_text,"
                  " steps_done = :steps_done, answered_at = :answered_at,"
                  " complete_at = :complete_at, receipt_at = :receipt_at, receipt_due_at = :receipt_due_at"
                  " WHERE round = :round AND party = :party",
                  row),
        e);
}

bool store_receipts_due(struct store *s, struct arena *a, int64_t now_at, struct seat_row **out, size_t *n_out,
                        struct err *e)
{
    return query_all(s, a,
                     QUERY(&seat_shape,
                           "SELECT * FROM seats WHERE receipt_due_at > 0 AND receipt_due_at <= ?1 ORDER BY "
                           "receipt_due_at, round, position",
                           V(now_at)),
                     out, n_out, e);
}

int64_t store_next_receipt_at(struct store *s)
{
    return query_number(s, QUERY(NULL, "SELECT min(receipt_due_at) FROM seats WHERE receipt_due_at > 0"), 0);
}

struct reference {
    const char *ref;
};
static const struct member reference_members[] = {MEMBER(reference, ref)};
static const struct shape reference_shape = SHAPE("reference", reference, reference_members);

bool store_open_rounds_of(struct store *s, struct arena *a, const char *party, const char ***refs_out, size_t *n_out,
                          struct err *e)
{
    /* A row of one text is that text: the list is an array of strings already. */
    _Static_assert(sizeof(struct reference) == sizeof(const char *), "a reference is one pointer");
    return query_all(s, a,
                     QUERY(&reference_shape,
                           "SELECT ref FROM seats JOIN rounds ON ref = round WHERE party = ?1 AND state = 'open'"
                           " ORDER BY launched_at DESC, rounds.rowid DESC",
                           V(party)),
                     refs_out, n_out, e);
}
