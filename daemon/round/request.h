/* request.h - what an officer asks for in a mail: a few plain lines in Arabic, English or French. Pure.
 *
 *   text     = *empty verb *line [words]       ; what stands below the first other line is the officer's signature
 *   verb     = WORD [":"] [round / number]     ; "extend: ARCP/2026/04", "accept 17", "تمديد: ARCP/2026/04"
 *   line     = KEY ":" value / KEY value       ; "deadline: 15 December 2026", "الموعد: ١٥ ديسمبر ٢٠٢٦"
 *   words    = KEY ":" any number of lines     ; a text comes last, one for each language
 *
 * Words of the three languages may be mixed; digits, accents, harakat and the Arabic article make no difference. A
 * mail whose first line is no verb is no request. */
#ifndef TAAMIM_ROUND_REQUEST_H
#define TAAMIM_ROUND_REQUEST_H
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "round/party.h"

enum request_verb {
    REQUEST_HELP,
    REQUEST_STATUS,
    REQUEST_EXTEND,
    REQUEST_REMIND,
    REQUEST_RESEND,
    REQUEST_NOTE,
    REQUEST_CLOSE,
    REQUEST_CANCEL,
    REQUEST_ACCEPT,
    REQUEST_REJECT,
    REQUEST_MOVE,
    REQUEST_ITEM,
    REQUEST_COVER,
};
#define REQUEST_VERB_COUNT 13
extern const char *const request_verb_names[REQUEST_VERB_COUNT]; /* as the command line spells them */

enum request_key {
    KEY_ROUND,
    KEY_PARTY,
    KEY_DEADLINE,
    KEY_ADDRESS,
    KEY_REPLY,
    KEY_PAPER,
    KEY_ITEM,
    KEY_REASON,
    KEY_TELL,
    KEY_TEXT, /* for all languages; the next three are in the order of enum lang */
    KEY_TEXT_AR,
    KEY_TEXT_EN,
    KEY_TEXT_FR,
};
#define REQUEST_KEY_COUNT 13

extern const char *const request_key_names[REQUEST_KEY_COUNT]; /* in English, the first that it may be called */

struct request {
    enum request_verb verb;
    const char *said[REQUEST_KEY_COUNT]; /* values as written, without the blanks around them; NULL: not said */
    int line[REQUEST_KEY_COUNT];         /* where, from 1 */
};

/* Its first line is a verb, and what follows in that line may be meant for it. */
bool request_is(const char *text);
/* PERM, with the line and what is wrong with it: "line 3: % is not understood" (mail/lang_reasons.c has all of them).
 * out->verb is set as soon as it is known, so that its form can be shown; -1 where it is not. Strings live in the
 * arena. */
bool request_parse(struct arena *a, const char *text, struct request *out, struct err *e);
/* How it is written, in that language: lines. */
const char *request_form(enum request_verb verb, enum lang lang);
/* A number as an officer writes it, Arabic-Indic digits too; 0 where it is none from 1 on. */
int64_t request_number(const char *said);
/* The same words, as they are compared here; NULL is like nothing. */
bool request_same(const char *one, const char *other);
/* "yes" or "no" in the three languages, alone in the first line that is not empty. */
enum request_word { WORD_NONE, WORD_OTHER, WORD_YES, WORD_NO };
enum request_word request_word(const char *text);

#endif
