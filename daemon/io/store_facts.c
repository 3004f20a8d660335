/* store_facts.c - small facts by key, what is known of addresses, and how far each mailbox has been read.
 *
 * An address is compared without regard to case. Where the store cannot be read, an address counts as suppressed:
 * a mail that waits is the smaller harm. */
#include "io/store_private.h"

bool store_set(struct store *s, const char *key, const char *value, struct err *e)
{
    if (!value)
        return query_change(s, QUERY(NULL, "DELETE FROM facts WHERE key = ?1", V(key)), e);
    return query_change(s,
                        QUERY(NULL,
                              "INSERT INTO facts (key, value) VALUES (?1, ?2)"
                              " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                              V(key), V(value)),
                        e);
}

struct fact {
    const char *value;
};
static const struct member fact_members[] = {MEMBER(fact, value)};
static const struct shape fact_shape = SHAPE("fact", fact, fact_members);

char *store_get(struct store *s, struct arena *a, const char *key)
{
    struct fact fact = {0};

    query_one(s, a, QUERY(&fact_shape, "SELECT value FROM facts WHERE key = ?1", V(key)), &fact, NULL);
    return (char *)fact.value;
}

/* ---- addresses */

bool store_suppress(struct store *s, const char *address, const char *why, int64_t at, struct err *e)
{
    return query_change(s,
                        QUERY(NULL,
                              "INSERT INTO addresses (address, suppressed, suppressed_at, why, failures, failed_at)"
                              " VALUES (?1, 1, ?3, coalesce(?2, ''), 0, 0) ON CONFLICT (address) DO UPDATE"
                              " SET suppressed = 1, suppressed_at = excluded.suppressed_at, why = excluded.why",
                              V(address), V(why), V(at)),
                        e);
}

bool store_unsuppress(struct store *s, const char *address, struct err *e)
{
    return query_change(
        s,
        QUERY(NULL, "UPDATE addresses SET suppressed = 0, suppressed_at = 0, why = '' WHERE address = ?1", V(address)),
        e);
}

bool store_suppressed(struct store *s, const char *address)
{
    return query_number(s,
                        QUERY(NULL, "SELECT count(*) FROM addresses WHERE address = ?1 AND suppressed = 1", V(address)),
                        1) > 0;
}

int store_add_failure(struct store *s, const char *address, int64_t at, struct err *e)
{
    bool ok = query_change(s,
                           QUERY(NULL,
                                 "INSERT INTO addresses (address, suppressed, suppressed_at, why, failures, failed_at)"
                                 " VALUES (?1, 0, 0, '', 1, ?2) ON CONFLICT (address) DO UPDATE"
                                 " SET failures = failures + 1, failed_at = excluded.failed_at",
                                 V(address), V(at)),
                           e);
    if (!ok)
        return -1;
    int64_t failures =
        query_number(s, QUERY(NULL, "SELECT failures FROM addresses WHERE address = ?1", V(address)), -1);
    if (failures < 0)
        store_failed(s, "counting the failures of an address", e);
    return (int)failures;
}

bool store_clear_failures(struct store *s, const char *address, struct err *e)
{
    return query_change(
        s, QUERY(NULL, "UPDATE addresses SET failures = 0, failed_at = 0 WHERE address = ?1", V(address)), e);
}

static const struct member suppressed_members[] = {
    MEMBER(suppressed_row, address),
    MEMBER(suppressed_row, why),
    MEMBER(suppressed_row, suppressed_at),
};
static const struct shape suppressed_shape = SHAPE("address", suppressed_row, suppressed_members);

bool store_suppressed_list(struct store *s, struct arena *a, struct suppressed_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&suppressed_shape, "SELECT address, why, suppressed_at FROM addresses WHERE suppressed = 1"
                                              " ORDER BY address"),
                     out, n_out, e);
}

/* ---- mailboxes */

static const struct member mailbox_members[] = {
    MEMBER(mailbox_row, name),
    MEMBER(mailbox_row, uidvalidity),
    MEMBER(mailbox_row, next_uid),
    MEMBER(mailbox_row, since_at),
};
static const struct shape mailbox_shape = SHAPE("mailbox", mailbox_row, mailbox_members);

bool store_mailbox(struct store *s, struct arena *a, const char *name, struct mailbox_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&mailbox_shape, "SELECT * FROM mailboxes WHERE name = ?1", V(name)), out, e);
}

bool store_put_mailbox(struct store *s, const struct mailbox_row *m, struct err *e)
{
    return query_change(
        s,
        ROW_QUERY(&mailbox_shape,
                  "INSERT INTO mailboxes (name, uidvalidity, next_uid, since_at)"
                  " VALUES (:name, :uidvalidity, :next_uid, :since_at) ON CONFLICT (name) DO UPDATE SET"
                  " uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid, since_at = excluded.since_at",
                  m),
        e);
}
