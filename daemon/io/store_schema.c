/* store_schema.c - the tables, as the steps that made them: text n brings a store from version n to n + 1.
 *
 * A step that has been in a release is never changed; what changes is a further step. Columns bear the names of
 * the members in store.h. An unknown word is '' and an unknown number 0, never NULL, so that every UNIQUE holds.
 * Word lists of states are checked here, since a state that no one knows would lie for ever; kinds, verdicts and
 * rules are not, since they grow. */
#include "io/store_private.h"

static const char version_1[] =
    "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE rounds ("
    " ref TEXT PRIMARY KEY COLLATE NOCASE CHECK (ref <> ''),"
    " state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),"
    " kind TEXT NOT NULL, spec TEXT NOT NULL, boundary TEXT NOT NULL,"
    " launched_at INTEGER NOT NULL, deadline_at INTEGER NOT NULL, closed_at INTEGER NOT NULL,"
    " deadline_text TEXT NOT NULL) STRICT;"
    "CREATE INDEX rounds_by_launch ON rounds (launched_at);"

    "CREATE TABLE seats ("
    " round TEXT NOT NULL REFERENCES rounds (ref), party TEXT NOT NULL CHECK (party <> ''), position INTEGER NOT NULL,"
    " deadline_at INTEGER NOT NULL, deadline_text TEXT NOT NULL, steps_done INTEGER NOT NULL,"
    " answered_at INTEGER NOT NULL, complete_at INTEGER NOT NULL, receipt_at INTEGER NOT NULL,"
    " receipt_due_at INTEGER NOT NULL, PRIMARY KEY (round, party)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX seats_by_party ON seats (party);"
    "CREATE INDEX seats_owed_receipt ON seats (receipt_due_at) WHERE receipt_due_at > 0;"

    "CREATE TABLE notices ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, round TEXT NOT NULL, party TEXT NOT NULL, cause TEXT NOT NULL CHECK (cause "
    "<> ''),"
    " kind TEXT NOT NULL, token TEXT NOT NULL, message_id TEXT NOT NULL, subject TEXT NOT NULL, segments TEXT NOT NULL,"
    " size INTEGER NOT NULL, created_at INTEGER NOT NULL, UNIQUE (round, party, cause)) STRICT;"
    "CREATE INDEX notices_by_token ON notices (token) WHERE token <> '';"
    "CREATE INDEX notices_by_message_id ON notices (message_id) WHERE message_id <> '';"

    "CREATE TABLE deliveries ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, notice INTEGER NOT NULL REFERENCES notices (id), address TEXT NOT NULL,"
    " mail_from TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed',"
    " 'uncertain', 'cancelled', 'bounced')),"
    " attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, since_at INTEGER NOT NULL, code INTEGER NOT NULL,"
    " reply TEXT NOT NULL, priority INTEGER NOT NULL) STRICT;"
    "CREATE INDEX deliveries_by_notice ON deliveries (notice);"
    "CREATE INDEX deliveries_by_address ON deliveries (address COLLATE NOCASE, since_at) WHERE state = 'sent';"
    "CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE state IN ('queued', 'deferred', 'uncertain');"
    "CREATE INDEX deliveries_queue ON deliveries (priority, next_at, id)"
    " WHERE state IN ('queued', 'deferred', 'uncertain');"
    "CREATE INDEX deliveries_sending ON deliveries (id) WHERE state = 'sending';"

    "CREATE TABLE addresses ("
    " address TEXT PRIMARY KEY COLLATE NOCASE, suppressed INTEGER NOT NULL, suppressed_at INTEGER NOT NULL,"
    " why TEXT NOT NULL, failures INTEGER NOT NULL, failed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE mailboxes ("
    " name TEXT PRIMARY KEY, uidvalidity INTEGER NOT NULL, next_uid INTEGER NOT NULL,"
    " since_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE messages ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL, sender_name TEXT NOT NULL,"
    " subject TEXT NOT NULL, size INTEGER NOT NULL, received_at INTEGER NOT NULL, file TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('collected', 'left', 'noted', 'held', 'filed', 'rejected',"
    " 'duplicate')),"
    " kind TEXT NOT NULL, verdict TEXT NOT NULL, rule TEXT NOT NULL, round TEXT NOT NULL, party TEXT NOT NULL,"
    " marks TEXT NOT NULL, text TEXT NOT NULL, why TEXT NOT NULL, moved INTEGER NOT NULL, move INTEGER NOT NULL,"
    " receipt INTEGER NOT NULL, troubles TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX messages_by_uid ON messages (mailbox, uidvalidity, uid) WHERE mailbox <> '';"
    "CREATE INDEX messages_by_message_id ON messages (message_id) WHERE message_id <> '';"
    "CREATE INDEX messages_by_sha256 ON messages (sha256);"
    "CREATE INDEX messages_by_round ON messages (round, party);"
    "CREATE INDEX messages_unreceipted ON messages (round, party) WHERE state = 'filed' AND receipt = 0;"
    "CREATE INDEX messages_by_state ON messages (state);"
    "CREATE INDEX messages_to_move ON messages (mailbox, uidvalidity) WHERE move = 1 AND moved = 0;"

    "CREATE TABLE papers ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL REFERENCES messages (id), round TEXT NOT NULL,"
    " party TEXT NOT NULL, item INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, path TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, filed_at INTEGER NOT NULL,"
    " current INTEGER NOT NULL, held INTEGER NOT NULL, marks TEXT NOT NULL, replaces INTEGER NOT NULL) STRICT;"
    "CREATE INDEX papers_by_message ON papers (message);"
    "CREATE INDEX papers_by_round ON papers (round, party);"

    "CREATE TABLE alerts ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, round TEXT NOT NULL, party TEXT NOT NULL, kind TEXT NOT NULL,"
    " message INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX alerts_waiting ON alerts (id) WHERE told = 0;"

    "CREATE TABLE events ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, round TEXT NOT NULL,"
    " party TEXT NOT NULL, message INTEGER NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
    "CREATE INDEX events_by_round ON events (round, party);"
    /* The story is only ever added to, also by a person with a database tool who means well. */
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT raise(ABORT, 'an event is never changed'); END;"
    "CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT raise(ABORT, 'an event is never removed'); END;";

/* Copies for the sent folder; a token of each delivery; which alerts partners have had: all that were told until now. */
static const char version_2[] = "ALTER TABLE notices ADD COLUMN copy_at INTEGER NOT NULL DEFAULT 0;"
                                "CREATE INDEX notices_copy_due ON notices (copy_at) WHERE copy_at > 0;"
                                "ALTER TABLE deliveries ADD COLUMN token TEXT NOT NULL DEFAULT '';"
                                "CREATE INDEX deliveries_by_token ON deliveries (token) WHERE token <> '';"
                                "ALTER TABLE alerts ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;"
                                "UPDATE alerts SET copied = 1 WHERE told = 1;"
                                "CREATE INDEX alerts_to_copy ON alerts (id) WHERE told = 1 AND copied = 0;";

/* What officers ask for by mail. */
static const char version_3[] =
    "CREATE TABLE requests ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL REFERENCES messages (id),"
    " confirmed_by INTEGER NOT NULL, officer TEXT NOT NULL, text TEXT NOT NULL, act TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('asked', 'proposed', 'confirmed', 'done', 'withdrawn', 'refused')),"
    " at INTEGER NOT NULL, until_at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX requests_due ON requests (id) WHERE state IN ('asked', 'confirmed');"
    "CREATE INDEX requests_by_officer ON requests (officer COLLATE NOCASE, at);"
    "CREATE INDEX events_by_who ON events (who);";

const char *const store_migrations[] = {version_1, version_2, version_3};
const int store_version = sizeof store_migrations / sizeof *store_migrations;
