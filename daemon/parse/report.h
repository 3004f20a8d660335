/* report.h - what report.c and prose.c share. */
#ifndef TAAMIM_PARSE_REPORT_H
#define TAAMIM_PARSE_REPORT_H
#include "parse/tree.h"

/* The first enhanced status code (RFC 3463) in a text, or "". */
const char *status_in(struct arena *a, const char *text);
/* Adds a recipient once, and raises the signs' worst action. */
void add_failure(struct tree *t, struct fact_failure failure);
/* Message-ID, In-Reply-To and References lines of a returned header in text form; and those of messages nested in this
 * one. */
void add_returned_ids(struct tree *t, const char *text);
void add_nested_ids(struct tree *t);

#endif
