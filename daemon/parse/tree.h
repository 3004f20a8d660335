/* tree.h - the message while it is taken apart: shared by the files of this folder. */
#ifndef TAAMIM_PARSE_TREE_H
#define TAAMIM_PARSE_TREE_H
#include <gmime/gmime.h>
#include "base/buf.h"
#include "mail/facts.h"

#define TEXT_MAX ((size_t)64 << 10)  /* of facts.text */
#define BODY_MAX ((size_t)512 << 10) /* raw bytes of a text that are looked at */

#define OPENED_MAX 50 /* wrappings that are opened in one message */

struct slice { /* of the scratch file */
    int64_t offset, size;
};

struct leaf {
    GMimePart *part;
    const char *type, *disposition, *name; /* "" where absent */
    const char *within;                    /* type of the multipart it lies in; "" */
    bool document;                         /* by its bytes a file that people make, whatever the mail calls it */
    bool forwarded;                        /* inside a forwarded message */
    bool looks;                            /* a picture that is the letter's looks, and no paper */
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
    size_t n_opened, n_looked_at; /* by open.c */
    bool tnef_words;              /* read them too */
    bool report_part;             /* one of RFC 3464, 8098 or 5965 is there: a forwarded message is what it speaks of */
    bool too_many, too_deep, too_large;
    const char *closed;   /* words on what stays closed, each with "; " behind; NULL */
    size_t parts_to_come; /* behind the one that is looked into */
    bool html_first;      /* which alternative body_of() takes */
    int scratch_error;    /* errno: the disk is at fault, not the message */
    int scratch_fd;
    int64_t scratch_used;
};

/* What comes before all else: whatever merely wraps a message, its text or its files is replaced in GMime's own tree by
 * what is in it, so that everything after sees plain MIME. */
void open_wrappings(struct tree *t);

/* Each opens one kind of wrapping: a new object, or NULL where the part is none of its kind or cannot be opened; then it
 * stays as it is, and is a paper. What they decode lies in the scratch file. */
GMimeObject *open_message(struct tree *t, const struct leaf *l); /* a message that is encoded, or attached as a file */
GMimeObject *open_tnef(struct tree *t, const struct leaf *l);    /* winmail.dat */
GMimeObject *open_signed(struct tree *t,
                         const struct leaf *l); /* S/MIME with its content inside; nothing is verified */
GMimeObject *open_written(struct tree *t, const struct leaf *l);   /* files in a text: uuencode, PGP */
GMimeObject *open_uuencoded(struct tree *t, const struct leaf *l); /* a part encoded in that way */
/* The words that a TNEF stream holds lie in a multipart of this kind: read where the message has no others. */
#define TNEF_MULTIPART "multipart/x-tnef"
#define TNEF_MESSAGE   "application/x-tnef-message" /* the name of a message in it */

/* tnef_meeting.c: a meeting's answer, request or cancellation as a text/calendar part; NULL for what is none. The
 * identifier may be empty. */
GMimePart *tnef_meeting(struct tree *t, const char *class, struct slice id);

/* A part of decoded bytes in the scratch file. The new header, its type, comes from `type` as far as that is one. */
GMimePart *scratch_part(struct tree *t, const char *type, struct slice bytes);
/* A parser of such bytes, to be unreferenced. */
GMimeParser *scratch_parser(struct tree *t, struct slice bytes);
/* Appends to the scratch file; false, and told, where there is no room. */
bool scratch_write(struct tree *t, const char *bytes, size_t n);

/* The same with a name, as a person attached it. */
GMimePart *scratch_file(struct tree *t, const char *type, const char *name, struct slice bytes);
/* The same bytes once more: no two parts that are told may share them. */
bool scratch_copy(struct tree *t, struct slice from, struct slice *out);
bool ends_in(const char *name, const char *end); /* whatever the case of letters */
struct leaf leaf_of(struct arena *a, GMimePart *part);

/* leaf.c: a part's bytes with the transfer encoding undone, to be unreferenced; NULL where it has no content. Line ends
 * are those of the message. */
GMimeStream *decoded_stream(GMimePart *part);
/* The first max bytes of a part, transfer encoding undone. */
void leaf_bytes(const struct leaf *l, size_t max, struct buf *out);
/* The same as UTF-8 by its charset label, its lines ended by LF. */
char *leaf_text(struct arena *a, const struct leaf *l, size_t max);
/* CR, LF and CRLF all become LF, in place; *after_cr goes on from one piece to the next. Gives the new length. */
size_t lines_with_lf(char *text, size_t n, bool *after_cr);

/* parts.c: the decoded content of a part in the scratch file; appended, unless it lies there already. False where that
 * is not all of it. */
bool save_content(struct tree *t, GMimePart *part, struct slice *out);
/* parts.c: writes what a person attached to the scratch file and fills facts.parts. html holds the message's HTML, for
 * "cid:". */
void collect_parts(struct tree *t, const char *html);
/* picture.c: sets looks, before the parts are collected. */
void mark_pictures(struct tree *t, const char *html);
/* What libmagic says of these bytes: a media type; words. Both last until it is asked again. */
const char *magic_type(const char *bytes, size_t n);
const char *magic_words(const char *bytes, size_t n);
bool parts_prepare(struct err *e);
/* A PDF, an office document, a picture or an archive, by libmagic. */
bool is_document(const char *bytes, size_t n);
bool is_smime(const struct leaf *l);
/* smime.c: S/MIME that is signed and not encrypted, by its first bytes. */
bool is_signed(const struct leaf *l);
/* message.c: of a file that stays as it came. */
void tell_closed(struct tree *t, const char *what, const char *name, const char *why);
/* parts.c: what libmagic makes of a saved part. */
const char *type_by_content(struct tree *t, const struct fact_part *p);
/* True for a text that is shown as the message's own words. */
bool leaf_is_body(const struct leaf *l);
/* True for anything else than the words: a file, or a forwarded message. */
bool leaf_is_attached(struct tree *t, const struct leaf *l);
/* The same words behind an attachment, made a file by Exchange: read as words, listed as no paper. */
bool leaf_goes_on(const struct leaf *l);

/* words.c: fills text, reply_text and links; the header is read already. */
void read_text(struct tree *t);
/* report.c: fills failures and the report signs from the report parts, returned_ids from the returned one. */
void collect_report(struct tree *t);
/* prose.c: the same for a bounce in words alone. */
void collect_prose(struct tree *t);
/* signs.c: what the header says about automatic mail. */
void collect_signs(struct tree *t);
/* absence.c: the subject of an automatic answer. */
bool subject_is_automatic(struct arena *a, const char *subject);
/* away.c: the words that say when somebody is back, in one line of 120 bytes at most; "" where there are none. */
const char *away_until(struct arena *a, const char *text);
/* receipt.c: a read receipt in a mail system's own form; the signs tell whether its words alone say so. */
bool is_own_receipt(struct tree *t);
/* mailer-daemon, postmaster and the like, whatever name stands beside it. */
bool daemon_address(const char *address);
/* calendar.c */
void collect_calendar(struct tree *t);

#endif
