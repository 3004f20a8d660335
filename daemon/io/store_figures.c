/* store_figures.c - how the store stands, as the few numbers by which one sees that all goes on. Read at most every few seconds. */
#include "io/store_private.h"

static const struct member figures_members[] = {
    MEMBER(figures, rounds_open),       MEMBER(figures, replies_held), MEMBER(figures, receipts_due),
    MEMBER(figures, oldest_waiting_at), MEMBER(figures, last_sent_at), MEMBER(figures, last_collected_at),
};
static const struct shape figures_shape = SHAPE("figures", figures, figures_members);

bool store_figures(struct store *s, struct arena *a, int64_t now_at, struct figures *out, struct err *e)
{
    return query_one(
        s, a,
        QUERY(&figures_shape,
              "SELECT (SELECT count(*) FROM rounds WHERE state = 'open') AS rounds_open,"
              " (SELECT count(*) FROM messages WHERE state = 'held') AS replies_held,"
              " (SELECT count(*) FROM seats WHERE receipt_due_at > 0 AND receipt_due_at <= ?1) AS receipts_due,"
              " (SELECT coalesce(min(created_at), 0) FROM deliveries JOIN notices ON notices.id = notice"
              "  WHERE state IN ('queued', 'deferred', 'uncertain')) AS oldest_waiting_at,"
              " (SELECT coalesce(max(since_at), 0) FROM deliveries WHERE state = 'sent') AS last_sent_at,"
              " coalesce((SELECT received_at FROM messages WHERE mailbox <> '' ORDER BY id DESC LIMIT 1), 0)"
              "  AS last_collected_at",
              V(now_at)),
        out, e);
}
