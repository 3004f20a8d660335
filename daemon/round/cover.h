/* cover.h - whether what answers an item may be a covering letter alone, while the paper itself did not come. Pure.
 *
 * Missions send papers under a note verbale or a letter, and now and then the letter alone. What looks like one is
 * told, to the delegation and to an officer; only an officer says that it is one. */
#ifndef TAAMIM_ROUND_COVER_H
#define TAAMIM_ROUND_COVER_H
#include "round/round.h"

struct cover_paper {
    struct paper_fact paper;
    bool one_page_scan; /* a picture of one page, without any text */
};

/* A note's name: "مذكرة شفوية 12.pdf", "NV_412.pdf", "lettre d'accompagnement.docx". */
bool cover_name(const char *file_name);
/* The items that are answered by what may be a covering letter alone: everything in force is named as one, or the only
 * paper is a scan of one page. A bit per item, bit 0 in a round without items. Nothing of an item that asks for a
 * note or a letter. */
unsigned cover_alone(const struct round_spec *s, const struct cover_paper *papers, size_t n);
/* Whether a paper of that item is meant by these bits. */
bool cover_meant(const struct round_spec *s, unsigned alone, int item);

#endif
