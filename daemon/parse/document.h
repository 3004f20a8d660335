/* document.h - what a file's own bytes tell a secretariat: that it opens with a password only, carries programs, is
 * pictures of pages, how many.
 *
 * Nothing is decided and nothing refused. What cannot be read says nothing: it stays as it is. The readers fill
 * locked, closed, macros, scan, pages, and the type where libmagic knew only the wrapping. Loops are bounded here; what a
 * library does with a hostile file the sandbox bounds. */
#ifndef TAAMIM_PARSE_DOCUMENT_H
#define TAAMIM_PARSE_DOCUMENT_H
#include <stdbool.h>
#include <stddef.h>
#include <zip.h>
#include "mail/facts.h"

struct octets {
    const unsigned char *at;
    size_t n;
};

/* Before the sandbox closes. */
void document_prepare(void);
/* Everything but ZIPs, by content. */
void document_look(struct octets file, struct fact_part *p);
/* A ZIP that is a document (OOXML, ODF, EPUB, JAR): true, and looked into; false where it is an archive. */
bool office_look(zip_t *z, struct fact_part *p);
/* The old Office formats and encrypted new ones, by their compound file. */
void compound_look(struct octets file, struct fact_part *p);
/* RAR, 7z and what else packs files: only whether they open. */
void packed_look(struct octets file, struct fact_part *p);
void pdf_look(struct octets file, struct fact_part *p);

#endif
