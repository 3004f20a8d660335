/* facts.h - what the parser child says of one message: a flat record of capped values, and its way over the pipe as
 * JSON.
 *
 * The child writes it (facts_to_json), the daemon reads it (facts_from_json) and believes nothing: counts and
 * lengths are checked, offsets lie within the scratch file, text is made valid UTF-8 again; what has a structure
 * (addresses, identifiers, results) stays letter for letter. All strings live in the
 * arena; absent ones are "" unless told otherwise. */
#ifndef TAAMIM_MAIL_FACTS_H
#define TAAMIM_MAIL_FACTS_H
#include <jansson.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "round/judge.h"

#define FACTS_JSON_MAX      ((size_t)1 << 20)
#define FACTS_PARTS_MAX     200
#define FACTS_ADDRESSES_MAX 200
#define FACTS_IDS_MAX       100
#define FACTS_FAILURES_MAX  200
#define FACTS_AUTH_MAX      20
#define FACTS_LINKS_MAX     20
#define FACTS_PAGES_MAX     100000
#define FACTS_AUTH_TEXT     ((size_t)16 << 10)
#define FACTS_ARC_MAX       10
#define FACTS_ARC_TEXT      ((size_t)4 << 10)

struct fact_address {
    const char *name, *address; /* decoded UTF-8; address as written, no brackets */
};

struct fact_auth {
    const char *value; /* unfolded, as it was written: neither decoded nor normalised */
    bool cut;          /* it went on: what it says is not known */
};

struct fact_failure { /* one recipient that a report speaks of */
    enum report_action action;
    const char *address;
    const char *status;   /* "5.1.1" or "" */
    const char *text;     /* what the other server said, one line */
    const char *original; /* where the address is a forwarder's or an alias's: the one that was written to; "" */
};

struct fact_part {        /* one file that a person attached; papers come first */
    const char *name;     /* decoded, not yet cleaned for the file system; "" where none */
    const char *claimed;  /* media type the mail says */
    const char *type;     /* by content (libmagic) */
    int64_t offset, size; /* of the decoded bytes in the scratch file */
    bool inline_shown;    /* a picture that is the letter's looks, as a logo: no paper */
    bool forwarded;       /* came inside a forwarded message */
    bool cut;             /* these bytes are not all of it */
    bool no_paper;        /* vCard, signature, calendar, report parts, a container whose files stand in its place */
    bool locked;          /* opens with a password or a key only: what is in it nobody can read */
    bool closed;   /* packs files that were not looked into: damaged, beyond a limit, in another archive, no ZIP */
    bool macros;   /* an office document that carries programs of its own */
    bool scan;     /* pictures of pages alone: an image, a PDF without any font */
    int pages;     /* of a PDF or an image; 0: not known */
    int member_of; /* lay in an archive: that archive's place in the list, 1 for the first; 0: in none */
    const char *utf8_sha256; /* of the content converted to UTF-8 where it is text; "" else (for explain) */
};

struct facts {
    struct mail_signs signs;
    const char *subject;
    struct fact_address from;             /* the first */
    bool several_senders;                 /* From has more than one mailbox, or readers may differ on which it is */
    const char *message_id, *in_reply_to; /* without brackets */
    const char **references;              /* without brackets, oldest first */
    size_t n_references;
    struct fact_address *recipients; /* To, Cc, Resent-*, Delivered-To, X-Original-To, Envelope-To */
    size_t n_recipients;
    int64_t date_at;                /* 0 where unreadable */
    struct fact_auth *auth_results; /* Authentication-Results with their authserv-id, topmost first */
    size_t n_auth_results;
    struct fact_auth *arc_seals, *arc_results; /* ARC-Seal and ARC-Authentication-Results (RFC 8617), topmost first */
    size_t n_arc_seals, n_arc_results;
    const char *auth_as; /* X-MS-Exchange-Organization-AuthAs; "several" where it is there twice */
    struct fact_failure *failures;
    size_t n_failures;
    const char **returned_ids; /* Message-ID, In-Reply-To and References found in the returned part of a report */
    size_t n_returned_ids;
    struct fact_part *parts;
    size_t n_parts;
    bool incomplete;        /* there are parts that are not listed */
    const char *text;       /* body as text, at most 64 KB */
    const char *reply_text; /* the sender's own new text */
    const char **links;     /* to files that lie with a file service, as written; nothing is fetched */
    size_t n_links;
    const char *away_until; /* an automatic answer's own words for when its sender is back, in one line; "" */
    const char *calendar_method, *calendar_uid;
    const char *calendar_partstat; /* comma-separated */
    const char *trouble;           /* what could not be read, in words; "" */
};

json_t *facts_to_json(const struct facts *f); /* new reference */
/* scratch_size bounds the parts' offsets. */
bool facts_from_json(struct arena *a, const json_t *j, int64_t scratch_size, struct facts *out, struct err *e);

/* The parser's whole answer, a line. False, with e saying what became of it, where there is none, where the copy that
 * read the message died, or where it could not be read. */
bool facts_from_answer(struct arena *a, const struct buf *answer, int64_t scratch_size, struct facts *out,
                       struct err *e);

/* Whose word on the sender counts. */
struct auth_trust {
    /* The name by which our server signs Authentication-Results; "topmost-unnamed" or "microsoft-365" for servers that
     * leave it out. NULL or "": our server says nothing. */
    const char *authserv_id;
    const char *own_address; /* of our own domain alone Microsoft's mark of mail from within vouches; NULL: of none */
    const char *own_seal;    /* the domain by which our own border seals what it takes in; NULL: it seals nothing */
    const char *const
        *arc_sealers; /* domains whose word on the sender counts, where our server found the chain whole */
    size_t n_arc_sealers;
};

/* What our own server said of the sender (RFC 8601 2.3, 5): dmarc decides; else a pass of dkim or spf for the
 * From domain itself passes. Where that does not pass, and our server says arc=pass, the word of the listed sealers that
 * stand last in the chain may. Who names several senders never passes. Where it fails for another reason than DMARC's
 * own verdict, why_out says it in static words, else it is NULL. */
enum auth_result auth_of(const struct facts *f, const struct auth_trust *trust, const char **why_out);

#endif
