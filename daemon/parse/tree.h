/* tree.h - the message while it is taken apart: shared by the files of this folder. */
#ifndef TAAMIM_PARSE_TREE_H
#define TAAMIM_PARSE_TREE_H
#include <gmime/gmime.h>
#include "base/buf.h"
#include "mail/facts.h"

#define TEXT_MAX ((size_t)64 << 10)  /* of facts.text */
#define BODY_MAX ((size_t)512 << 10) /* raw bytes of a text that are looked at */

#define OPENED_MAX 20

struct leaf {
    GMimePart *part;
    const char *type, *disposition, *name; /* "" where absent */
    bool forwarded;                        /* inside a forwarded message */
};

struct tree {
    struct arena *a;
    struct facts *facts;
    GMimeMessage *message;
    struct leaf *leaves;
    size_t n_leaves;
    const char **nested_ids; /* of messages inside this one */
    size_t n_nested_ids;
    const char **nested_to; /* their raw To fields */
    size_t n_nested_to;
    GMimeMessage *opened[OPENED_MAX]; /* messages that were encoded; freed at the end, since leaves point into them */
    size_t n_opened;
    bool too_many, too_deep, too_large;
    int scratch_fd;
    int64_t scratch_used;
};

/* A part's bytes with the transfer encoding undone, to be unreferenced; NULL where it has no content. */
GMimeStream *decoded_stream(GMimePart *part);
/* The first max bytes of a part, transfer encoding undone. */
void leaf_bytes(const struct leaf *l, size_t max, struct buf *out);
/* The same as UTF-8 by its charset label. */
char *leaf_text(struct arena *a, const struct leaf *l, size_t max);

/* parts.c: the decoded content of a part, appended to the scratch file. False where that is not all of it. */
bool save_content(struct tree *t, GMimePart *part, int64_t *offset_out, int64_t *size_out);
/* parts.c: writes what a person attached to the scratch file and fills facts.parts. html holds the message's HTML, for
 * "cid:". */
void collect_parts(struct tree *t, const char *html);
bool parts_prepare(struct err *e);
/* True for a text that is shown as the message's own words. */
bool leaf_is_body(const struct leaf *l);
/* The same words behind an attachment, made a file by Exchange: read as words, listed as no paper. */
bool leaf_goes_on(const struct leaf *l);

/* report.c: fills failures and the report signs from the report parts, returned_ids from the returned one. */
void collect_report(struct tree *t);
/* prose.c: the same for a bounce in words alone. */
void collect_prose(struct tree *t);
/* signs.c: what the header says about automatic mail. */
void collect_signs(struct tree *t);
/* mailer-daemon, postmaster and the like, whatever name stands beside it. */
bool daemon_address(const char *address);
/* calendar.c */
void collect_calendar(struct tree *t);

#endif
