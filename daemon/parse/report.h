/* report.h - what report.c and prose.c share. */
#ifndef TAAMIM_PARSE_REPORT_H
#define TAAMIM_PARSE_REPORT_H
#include "parse/tree.h"

/* The first enhanced status code (RFC 3463) in a text, or "". */
const char *status_in(struct arena *a, const char *text);
/* "5.0.0" or "4.0.0" by the first SMTP reply code that begins a word, or "". */
const char *reply_class(const char *text);
/* Adds a recipient once, and raises the signs' worst action. */
void add_failure(struct tree *t, struct fact_failure failure);
/* The groups of a delivery status (RFC 3464 2.1), each recipient added; writes into text. */
void read_status(struct tree *t, char *text);
/* Message-ID, In-Reply-To and References lines of a returned header in text form. */
void add_returned_ids(struct tree *t, const char *text);
/* All that a report tells of the message that it is about: from messages nested in it, its loose parts, its text, and
 * from its own header. */
void add_original_ids(struct tree *t);
/* notification.c: what a sending service tells as JSON. */
void collect_notification(struct tree *t);

#endif
