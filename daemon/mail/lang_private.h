/* lang_private.h - between the tables of sentences and who reads them (lang_reasons.c). Nobody else includes it. */
#ifndef TAAMIM_MAIL_LANG_PRIVATE_H
#define TAAMIM_MAIL_LANG_PRIVATE_H
#include <stddef.h>

/* '%' is a part that differs; a row has the same number of them, in the same order, in each language. */
#define PARTS_MAX 5
#define NBSP      "\u00a0"

struct sentence_row {
    const char *english, *arabic, *french;
};
/* lang_answers.c: what officers are told of their requests, and the keys of their lines. */
extern const struct sentence_row answer_sentences[], answer_terms[];
extern const size_t n_answer_sentences, n_answer_terms;

#endif
