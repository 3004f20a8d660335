/* filing.h - papers: staged with the message, held, filed per party, numbered by version. */
#ifndef TAAMIM_APP_FILING_H
#define TAAMIM_APP_FILING_H
#include "app/daemon.h"

struct incoming;
/* Copies what a person attached out of the scratch file, and adds held paper rows for the message. A part that is
 * no paper is passed over; what cannot be taken is remembered with the message (app/trouble.h). The files lie in
 * staging/, from where filing_accept() takes them within the same event; with `hold` in held/, until an officer
 * decides. */
bool filing_stage(struct daemon *d, struct incoming *in, bool hold, struct err *e);
/* The media type that a name's end promises; application/octet-stream where it promises nothing known. */
const char *filing_type_of_name(const char *name);
bool filing_is_paper(const struct fact_part *part);
/* Fills in->troubles: why a part is not taken, by its kind, by what the virus scanner found in it, for an archive by what
 * of this holds for a file in it, or by what is taken before it. What is staged, and how it is marked, follows from it:
 * filing_stage() asks for it, too. */
void filing_settle(struct daemon *d, struct incoming *in);
bool filing_is_taken(const struct incoming *in, size_t i);
/* An archive of which some file is taken: its files speak for it. Any other is a file like all. */
bool filing_is_opened(const struct incoming *in, size_t i);
/* What the secretariat sent out with this round. */
bool filing_is_ours(const struct round_spec *spec, const char *sha256);
struct filed {
    struct letter_paper papers[FACTS_PARTS_MAX];
    size_t n;  /* taken, and known before */
    int taken; /* new ones */
};
/* Files the held papers of a message as that party's: item (what an officer said of this round stands), version,
 * name, place; updates the seat. The caller's transaction. */
bool filing_accept(struct daemon *d, struct arena *a, struct message_row *m, const struct round_view *v,
                   struct filed *out, struct err *e);
/* Takes the filed papers of a message back, for a move to another party: rows alone, the files lie where they lay
 * until filed anew. What they had replaced is in force again. */
bool filing_withdraw(struct daemon *d, struct arena *a, struct message_row *m, struct err *e);
/* An officer says that it is a covering letter alone: it stays filed and answers nothing; what it had replaced is in
 * force again. `taamim reply item` takes that back. */
bool filing_set_aside(struct daemon *d, struct arena *a, struct paper_row *p, struct err *e);
/* Where the party stands after a change; sets answered_at and complete_at. */
bool filing_update_seat(struct daemon *d, struct arena *a, const struct round_view *v, const char *party,
                        struct err *e);
struct standing filing_standing(struct daemon *d, struct arena *a, const struct round_view *v, const char *party);

#endif
