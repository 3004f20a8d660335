/* collection.h - what the daemon and the taamim-collect child say to each other.
 *
 *   child   {"hello":"collect","version":1}
 *   daemon  {"config":{"server":server_to_json(),"incoming":DIR,"processed":MAILBOX,"poll_s":60,"max_bytes":N,
 *            "mailboxes":[{"name":"INBOX","uidvalidity":N,"next_uid":N,"since_at":T,
 *            "pending":[{"uid":N,"move":BOOL},...]}]}}
 *      next_uid 0 is a first start: what is there is left alone, the line is the server's UIDNEXT. since_at tells when
 *      this mailbox was first watched; after a changed UIDVALIDITY everything that arrived since then (INTERNALDATE) is
 *      collected again, and the ledger knows it. pending: kept before a crash, not yet moved.
 *   child   {"line":{"mailbox":NAME,"uidvalidity":N,"next_uid":N}}
 *      After the first SELECT, and whenever it has changed: to be stored. Every message below next_uid was kept or told
 *      as left, so a restart begins there. After a changed UIDVALIDITY it comes only when all that was to be collected
 *      again is kept.
 *   child   {"collected":{"file":NAME,"mailbox":NAME,"uidvalidity":N,"uid":N,"size":N,"sha256":HEX,"internal_at":T}}
 *      The file is complete and durable in DIR. Its name is MAILBOXHASH-UIDVALIDITY-UID.eml, so that a restart
 *      finds its
 *      own: it is told again, not fetched again. The child goes on without waiting, at most COLLECT_AHEAD ahead.
 *   child   {"left":{"mailbox":NAME,"uidvalidity":N,"uid":N,"size":N,"text":STRING}}
 *      Could not be collected (longer than max_bytes, or fetching it broke the connection again and again): it stays in
 *      the mailbox, and a person should look at it. Told once per start.
 *   daemon  {"kept":{"mailbox":NAME,"uidvalidity":N,"uid":N,"move":BOOL}}
 *      The ledger row is durable. move: into `processed`, by MOVE, or UIDPLUS copy and expunge by UID, else only with
 *      the keyword $TaamimKept: never a bare EXPUNGE. Otherwise it is left as it is, unread flags too (BODY.PEEK).
 *   child   {"moved":{"mailbox":NAME,"uidvalidity":N,"uid":N,"how":"move"|"copy"|"keyword"|"left"}}
 *   child   {"state":{"up":BOOL,"text":STRING,"quota_used":N,"quota_limit":N,"capabilities":STRING}}
 *      At each change; the quota in bytes, -1 unknown.
 *   daemon  {"append":{"id":N,"mailbox":NAME,"message_id":STRING,"look":BOOL,"segments":[PATH,...],"size":N}}
 *      A copy for the sent folder, \Seen. look: an earlier try may have brought it there; nothing is added where a
 *      message with that Message-ID lies there already.
 *   child   {"appended":{"id":N,"ok":BOOL,"text":STRING}} */
#ifndef TAAMIM_MAIL_COLLECTION_H
#define TAAMIM_MAIL_COLLECTION_H
#include "mail/delivery.h"

#define COLLECT_AHEAD 32
#define MAILBOXES_MAX 8 /* watched */
struct collected {
    const char *file, *mailbox, *sha256;
    int64_t uidvalidity, uid, size, internal_at;
};
/* What the daemon asks for with "append"; paths are full. */
struct sent_copy {
    int64_t notice;
    const char *mailbox, *message_id; /* without brackets */
    const char *const *segments;
    size_t n_segments;
    int64_t size;
    bool look;
};

json_t *collected_to_json(const struct collected *c); /* the inner object */
/* Checks: file is a plain name without '/', numbers are in range, sha256 is 64 hex digits. */
bool collected_from_json(struct arena *a, const json_t *j, struct collected *out, struct err *e);
/* The file name of a message, in the arena: "9f3a1c22-1712-42.eml". */
char *collected_name(struct arena *a, const char *mailbox, int64_t uidvalidity, int64_t uid);

#endif
