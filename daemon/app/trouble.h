/* trouble.h - what a message brought and could not be taken: why, and how it is remembered with the message.
 *
 * A ledger row keeps it as lines of code, size and name with tabs between. The codes are those of letter_paper.trouble. */
#ifndef TAAMIM_APP_TROUBLE_H
#define TAAMIM_APP_TROUBLE_H
#include "app/config.h"
#include "app/letter.h"
#include "io/store.h"
#include "mail/facts.h"

#define TROUBLE_EMPTY         "empty"
#define TROUBLE_TOO_LARGE     "too_large"
#define TROUBLE_REFUSED_TYPE  "refused_type"
#define TROUBLE_NOT_ALLOWED   "not_allowed" /* its type is not among those that are taken */
#define TROUBLE_MACROS        "macros"
#define TROUBLE_CUT           "cut"             /* only a part of the file could be read */
#define TROUBLE_REPLY_SIZE    "reply_too_large" /* with what came before it in the message */
#define TROUBLE_HOLDS_REFUSED "holds_refused"   /* an archive with a file of a refused type in it */
#define TROUBLE_INCOMPLETE    "incomplete"      /* of the message itself: it holds what could not be read */
#define TROUBLE_LINK          "link"            /* its name is the address of a file that lies elsewhere */
#define TROUBLE_OURS          "our_own"         /* what the secretariat sent out came back; officers alone are told */
#define TROUBLE_INFECTED      "infected:"       /* and the name of what the virus scanner found */

#define TROUBLE_MORE   "more:"        /* and how many more there were than are named; always the last */
#define TROUBLES_BYTES ((size_t)4096) /* remembered of one message: its sender chooses the names */

/* Why this part is not filed; NULL: it is taken. What the file is counts, and the end of its name; not what the
 * mail calls it, which is often wrong. */
const char *trouble_of_part(struct arena *a, const struct config *c, const struct fact_part *part);
/* What is wrong with an archive for what is wrong with a file in it; NULL: nothing. */
const char *trouble_of_archive(const char *of_member_or_null);
/* Remembers one, or that there was one more; `name` has passed mail/names.h. */
void trouble_add(struct arena *a, struct message_row *m, const char *code, int64_t size, const char *name);
/* What the row remembers, as a letter tells it; strings live in the arena. Lines that cannot be read are passed
 * over. */
size_t trouble_list(struct arena *a, const struct message_row *m, struct letter_paper **out);
/* The sentence for officers, which lang_reasons.c has in all languages. */
const char *trouble_reason(struct arena *a, const char *code);
/* The name in "infected:NAME"; NULL: another code. */
const char *trouble_signature(const char *code);
/* The sentence for the delegation, likewise, where the templates have none of their own; what is no code is an officer's
 * own words. */
const char *trouble_advice(struct arena *a, const char *code);
/* What the delegation calls it: the file's name; of a link the host alone, since nobody is to click it. */
const char *trouble_name(struct arena *a, const struct letter_paper *trouble);
/* Somebody answers for who wrote it: what it links to may stand in an alert as it is. */
bool sender_vouched(const struct message_row *m);
/* For an alert: per trouble a line with its reason and a line with the name. "" where there is none. */
const char *trouble_lines(struct arena *a, const struct message_row *m);
/* The same for the story: "; not taken: ..." in one line. */
const char *trouble_in_story(struct arena *a, const struct message_row *m);

#endif
