/* store_messages.c - the ledger of everything collected, and the papers in it.
 *
 * A message of a mailbox is known by (mailbox, UIDVALIDITY, UID) and is never added twice; what was added by hand
 * bears no mailbox and is always new. Message-IDs are what their senders make of them: the same one from another
 * party, or about another round, says nothing. */
#include "io/store_private.h"

#define COUNTS "state IN ('filed', 'held', 'noted')" /* states in which a message has had its effect */

static const struct member message_members[] = {
    MEMBER(message_row, id),       MEMBER(message_row, mailbox),     MEMBER(message_row, uidvalidity),
    MEMBER(message_row, uid),      MEMBER(message_row, sha256),      MEMBER(message_row, message_id),
    MEMBER(message_row, sender),   MEMBER(message_row, sender_name), MEMBER(message_row, subject),
    MEMBER(message_row, size),     MEMBER(message_row, received_at), MEMBER(message_row, file),
    MEMBER(message_row, state),    MEMBER(message_row, kind),        MEMBER(message_row, verdict),
    MEMBER(message_row, rule),     MEMBER(message_row, round),       MEMBER(message_row, party),
    MEMBER(message_row, marks),    MEMBER(message_row, text),        MEMBER(message_row, why),
    MEMBER(message_row, troubles), MEMBER(message_row, moved),       MEMBER(message_row, move),
    MEMBER(message_row, receipt),
};
static const struct shape message_shape = SHAPE("message", message_row, message_members);

static int64_t id_by_uid(struct store *s, const struct message_row *m)
{
    return query_number(
        s,
        QUERY(NULL, "SELECT id FROM messages WHERE mailbox = ?1 AND mailbox <> '' AND uidvalidity = ?2 AND uid = ?3",
              V(m->mailbox), V(m->uidvalidity), V(m->uid)),
        0);
}

bool store_add_message(struct store *s, const struct message_row *m, int64_t *id_out, bool *known_out, struct err *e)
{
    int64_t id;
    const struct query *q = ROW_QUERY(
        &message_shape,
        "INSERT INTO messages (mailbox, uidvalidity, uid, sha256, message_id, sender, sender_name, subject,"
        " size, received_at, file, state, kind, verdict, rule, round, party, marks, text, why, troubles, moved,"
        " move, receipt)"
        " VALUES (:mailbox, :uidvalidity, :uid, :sha256, :message_id, :sender, :sender_name, :subject,"
        " :size, :received_at, :file, :state, :kind, :verdict, :rule, :round, :party, :marks, :text, :why,"
        " :troubles, :moved, :move, :receipt) ON CONFLICT (mailbox, uidvalidity, uid) WHERE mailbox <> '' DO NOTHING",
        m);
    if (!query_insert(s, q, &id, e))
        return false;
    *known_out = id == 0;
    *id_out = id ? id : id_by_uid(s, m);
    return true;
}

bool store_message(struct store *s, struct arena *a, int64_t id, struct message_row *out, struct err *e)
{
    return query_one(s, a, QUERY(&message_shape, "SELECT * FROM messages WHERE id = ?1", V(id)), out, e);
}

bool store_update_message(struct store *s, const struct message_row *m, struct err *e)
{
    return query_change_one(
        s,
        ROW_QUERY(&message_shape,
                  "UPDATE messages SET sha256 = :sha256, message_id = :message_id, sender = :sender,"
                  " sender_name = :sender_name, subject = :subject, size = :size, received_at = :received_at,"
                  " file = :file, state = :state, kind = :kind, verdict = :verdict, rule = :rule, round = :round,"
                  " party = :party, marks = :marks, text = :text, why = :why, troubles = :troubles,"
                  " moved = :moved, move = :move, receipt = :receipt"
                  " WHERE id = :id",
                  m),
        e);
}

/* All but the two long texts. */
#define BRIEF                                                                                                          \
    "SELECT id, mailbox, uidvalidity, uid, sha256, message_id, sender, sender_name, subject, size, received_at, file," \
    " state, kind, verdict, rule, round, party, marks, '' AS text, why, '' AS troubles, moved, move, receipt"          \
    " FROM messages"
/* A text for each case, so that its index is used. */
#define OF_ROUND " WHERE round = ?1 AND (?2 IS NULL OR state = ?2) AND id > ?3"
#define OF_STATE " WHERE state = ?1 AND id > ?2"
#define OF_ALL   " WHERE id > ?1"
#define FIRST    " ORDER BY id LIMIT "

bool store_messages(struct store *s, struct arena *a, const struct wanted *w, struct message_row **out, size_t *n_out,
                    struct err *e)
{
    const struct query *of_round =
        QUERY(&message_shape, BRIEF OF_ROUND FIRST "?4", V(w->round), V(w->state), V(w->after_id), V(w->most));
    const struct query *of_state =
        QUERY(&message_shape, BRIEF OF_STATE FIRST "?3", V(w->state), V(w->after_id), V(w->most));
    const struct query *of_all = QUERY(&message_shape, BRIEF OF_ALL FIRST "?2", V(w->after_id), V(w->most));

    return query_all(s, a, w->round ? of_round : w->state ? of_state : of_all, out, n_out, e);
}

int64_t store_count_messages(struct store *s, const struct wanted *w)
{
    const struct query *of_round =
        QUERY(NULL, "SELECT count(*) FROM messages" OF_ROUND, V(w->round), V(w->state), V(w->after_id));
    const struct query *of_state = QUERY(NULL, "SELECT count(*) FROM messages" OF_STATE, V(w->state), V(w->after_id));
    const struct query *of_all = QUERY(NULL, "SELECT count(*) FROM messages" OF_ALL, V(w->after_id));

    return query_number(s, w->round ? of_round : w->state ? of_state : of_all, 0);
}

bool store_message_by_file(struct store *s, struct arena *a, const char *file, struct message_row *out, struct err *e)
{
    return query_one(
        s, a, QUERY(&message_shape, "SELECT * FROM messages WHERE state = 'collected' AND file = ?1 LIMIT 1", V(file)),
        out, e);
}

bool store_messages_unreceipted(struct store *s, struct arena *a, const char *round, const char *party,
                                struct message_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&message_shape,
                           "SELECT * FROM messages WHERE round = ?1 AND party = ?2 AND state = 'filed' AND receipt = 0"
                           " ORDER BY instr(marks, 'unverified') > 0, id LIMIT ?3",
                           V(round), V(party), V(UNRECEIPTED_MOST)),
                     out, n_out, e);
}

bool store_messages_told(struct store *s, struct arena *a, const struct notice_row *by, struct message_row **out,
                         size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&message_shape,
                           "SELECT * FROM messages WHERE round = ?1 AND party = ?2 AND receipt = ?3 ORDER BY id LIMIT "
                           "50",
                           V(by->round), V(by->party), V(by->id)),
                     out, n_out, e);
}

bool store_messages_to_move(struct store *s, struct arena *a, const char *mailbox, int64_t uidvalidity,
                            struct message_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&message_shape,
                           BRIEF " WHERE mailbox = ?1 AND uidvalidity = ?2 AND move = 1 AND moved = 0" FIRST "?3",
                           V(mailbox), V(uidvalidity), V(MOVES_MOST)),
                     out, n_out, e);
}

bool store_message_by_uid(struct store *s, struct arena *a, const char *mailbox, int64_t uidvalidity, int64_t uid,
                          struct message_row *out, struct err *e)
{
    return query_one(
        s, a,
        QUERY(&message_shape,
              "SELECT * FROM messages WHERE mailbox = ?1 AND mailbox <> '' AND uidvalidity = ?2 AND uid = ?3",
              V(mailbox), V(uidvalidity), V(uid)),
        out, e);
}

int64_t store_known_bytes(struct store *s, const char *sha256, int64_t not_id)
{
    return query_number(
        s, QUERY(NULL, "SELECT min(id) FROM messages WHERE sha256 = ?1 AND id <> ?2 AND " COUNTS, V(sha256), V(not_id)),
        0);
}

int64_t store_known_msgid(struct store *s, const char *message_id, int64_t not_id)
{
    return query_number(
        s,
        QUERY(NULL,
              "WITH own AS (SELECT round, party FROM messages WHERE id = ?2 AND round <> '')"
              " SELECT min(id) FROM messages WHERE message_id = ?1 AND message_id <> '' AND id <> ?2 AND " COUNTS
              " AND (NOT EXISTS (SELECT 1 FROM own) OR (round, party) IN own)",
              V(message_id), V(not_id)),
        0);
}

/* ---- papers */

static const struct member paper_members[] = {
    MEMBER(paper_row, id),       MEMBER(paper_row, message), MEMBER(paper_row, round),   MEMBER(paper_row, party),
    MEMBER(paper_row, item),     MEMBER(paper_row, name),    MEMBER(paper_row, version), MEMBER(paper_row, replaces),
    MEMBER(paper_row, path),     MEMBER(paper_row, sha256),  MEMBER(paper_row, type),    MEMBER(paper_row, size),
    MEMBER(paper_row, filed_at), MEMBER(paper_row, current), MEMBER(paper_row, held),    MEMBER(paper_row, marks),
};
static const struct shape paper_shape = SHAPE("paper", paper_row, paper_members);

bool store_add_paper(struct store *s, const struct paper_row *p, int64_t *id_out, struct err *e)
{
    return query_insert(
        s,
        ROW_QUERY(
            &paper_shape,
            "INSERT INTO papers (message, round, party, item, name, version, replaces, path, sha256, type, size,"
            " filed_at, current, held, marks) VALUES (:message, :round, :party, :item, :name, :version, :replaces,"
            " :path, :sha256, :type, :size, :filed_at, :current, :held, :marks)",
            p),
        id_out, e);
}

bool store_update_paper(struct store *s, const struct paper_row *p, struct err *e)
{
    return query_change_one(
        s,
        ROW_QUERY(
            &paper_shape,
            "UPDATE papers SET round = :round, party = :party, item = :item, name = :name,"
            " version = :version, replaces = :replaces, path = :path, sha256 = :sha256, type = :type, size = :size,"
            " filed_at = :filed_at, current = :current, held = :held, marks = :marks WHERE id = :id",
            p),
        e);
}

bool store_remove_paper(struct store *s, int64_t id, struct err *e)
{
    return query_change_one(s, QUERY(&paper_shape, "DELETE FROM papers WHERE id = ?1", V(id)), e);
}

bool store_papers(struct store *s, struct arena *a, const char *round, const char *party_or_null,
                  struct paper_row **out, size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&paper_shape,
                           "SELECT papers.* FROM papers LEFT JOIN seats USING (round, party)"
                           " WHERE round = ?1 AND (?2 IS NULL OR party = ?2) AND held = 0"
                           " ORDER BY position, party, item, name, version, id",
                           V(round), V(party_or_null)),
                     out, n_out, e);
}

bool store_papers_shown(struct store *s, struct arena *a, const char *round, int most_of_party, struct paper_row **out,
                        size_t *n_out, struct err *e)
{
    return query_all(s, a,
                     QUERY(&paper_shape,
                           "SELECT ranked.* FROM (SELECT papers.*, row_number() OVER"
                           " (PARTITION BY party ORDER BY current DESC, id DESC) AS place"
                           " FROM papers WHERE round = ?1 AND held = 0) AS ranked LEFT JOIN seats USING (round, party)"
                           " WHERE place <= ?2 ORDER BY position, party, item, name, version, id",
                           V(round), V(most_of_party)),
                     out, n_out, e);
}

bool store_papers_of_message(struct store *s, struct arena *a, int64_t message, struct paper_row **out, size_t *n_out,
                             struct err *e)
{
    return query_all(s, a, QUERY(&paper_shape, "SELECT * FROM papers WHERE message = ?1 ORDER BY id", V(message)), out,
                     n_out, e);
}

int64_t store_known_paper(struct store *s, const char *round, const char *party, const char *sha256)
{
    return query_number(s,
                        QUERY(NULL,
                              "SELECT max(id) FROM papers WHERE round = ?1 AND party = ?2 AND sha256 = ?3 AND held = 0"
                              " AND current = 1",
                              V(round), V(party), V(sha256)),
                        0);
}

bool store_has_path(struct store *s, const char *round, const char *party, const char *path)
{
    return query_number(s,
                        QUERY(NULL,
                              "SELECT 1 FROM papers WHERE round = ?1 AND party = ?2 AND path = ?3 AND held = 0 LIMIT 1",
                              V(round), V(party), V(path)),
                        0) != 0;
}

int64_t store_filed_since(struct store *s, const char *round, const char *party, const char *mark_or_null,
                          int64_t since_at)
{
    return query_number(s,
                        QUERY(NULL,
                              "SELECT count(*) FROM papers WHERE round = ?1 AND party = ?2 AND held = 0 AND "
                              "filed_at > ?3 AND (?4 = '' OR instr(' ' || marks || ' ', ' ' || ?4 || ' '))",
                              V(round), V(party), V(since_at), V(mark_or_null ? mark_or_null : "")),
                        0);
}

/* ---- for the matrix */

static const struct member reply_seen_members[] = {
    MEMBER(reply_seen, id),    MEMBER(reply_seen, state),    MEMBER(reply_seen, kind),   MEMBER(reply_seen, party),
    MEMBER(reply_seen, marks), MEMBER(reply_seen, has_text), MEMBER(reply_seen, sender), MEMBER(reply_seen, brought),
};
static const struct shape reply_seen_shape = SHAPE("reply", reply_seen, reply_seen_members);
static const struct member paper_seen_members[] = {
    MEMBER(paper_seen, party),   MEMBER(paper_seen, marks),       MEMBER(paper_seen, item),
    MEMBER(paper_seen, current), MEMBER(paper_seen, received_at),
};
static const struct shape paper_seen_shape = SHAPE("paper", paper_seen, paper_seen_members);

static bool look_at_replies(struct store *s, const char *round, const struct seen_calls *calls, struct err *e)
{
    STMT_SCOPED q =
        query_open(s,
                   QUERY(&reply_seen_shape,
                         "SELECT id, state, kind, party, sender, marks, text <> '' AS has_text,"
                         " EXISTS (SELECT 1 FROM papers WHERE message = messages.id AND held = 0) AS brought"
                         " FROM messages WHERE round = ?1 ORDER BY id",
                         V(round)),
                   e);
    bool row = q != NULL;

    while (row) {
        ARENA_SCOPED a = arena_new();
        struct reply_seen r;

        if (!query_next(s, q, &row, e))
            return false;
        if (row && shape_read(&reply_seen_shape, q, a, &r))
            calls->reply(calls->arg, &r);
    }
    return q != NULL;
}

static bool look_at_papers(struct store *s, const char *round, const struct seen_calls *calls, struct err *e)
{
    STMT_SCOPED q = query_open(s,
                               QUERY(&paper_seen_shape,
                                     "SELECT papers.party AS party, papers.marks AS marks, item, current,"
                                     " coalesce(received_at, 0) AS received_at FROM papers"
                                     " LEFT JOIN messages ON messages.id = papers.message"
                                     " WHERE papers.round = ?1 AND held = 0",
                                     V(round)),
                               e);
    bool row = q != NULL;

    while (row) {
        ARENA_SCOPED a = arena_new();
        struct paper_seen p;

        if (!query_next(s, q, &row, e))
            return false;
        if (row && shape_read(&paper_seen_shape, q, a, &p))
            calls->paper(calls->arg, &p);
    }
    return q != NULL;
}

bool store_look_through(struct store *s, const char *round, const struct seen_calls *calls, struct err *e)
{
    return look_at_papers(s, round, calls, e) && look_at_replies(s, round, calls, e);
}
