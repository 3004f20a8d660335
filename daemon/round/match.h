/* match.h - to which round and party a message belongs: all signals together. Pure.
 *
 * Signals are already looked up: app/inbox asks the store which round and party each token or Message-ID is of. */
#ifndef TAAMIM_ROUND_MATCH_H
#define TAAMIM_ROUND_MATCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "round/judge.h"
#include "round/words.h" /* fold_text() */

enum signal_kind {
    SIGNAL_TOKEN,   /* a token in a recipient header */
    SIGNAL_THREAD,  /* In-Reply-To or References name a mail of ours */
    SIGNAL_SUBJECT, /* the reference in the subject (party NULL unless the subject names it) */
    SIGNAL_SENDER, /* the sender is a contact, or at a listed domain, of that party; one signal per open round of each */
};
struct match_signal {
    enum signal_kind kind;
    const char *round; /* reference; NULL where the signal tells only a party */
    const char *party; /* code; NULL where it tells only a round */
    bool open;         /* that round is open */
    bool
        invited; /* that party is in that round; for a subject without a party: the party that the other signals tell is */
};

struct match {
    enum match_strength strength;
    const char *round, *party; /* point into the signals; the best guess also in a conflict, else NULL */
    const char *why;           /* static words for the alert: "token of SA, sender of YE" */
};
/* `why` where the sender is a contact of two parties and nothing tells which is meant. */
#define MATCH_TWO_PARTIES "sender belongs to two parties"
struct match match_signals(const struct match_signal *signals, size_t n);

/* Finds references ("ARCP/2026/04") in a subject: Arabic-Indic digits, bidi marks and spaces around '/' folded,
 * case ignored. `known` are all references of the store; returns the index of the one that is named, -1 for none,
 * -2 when two different ones are named. */
int reference_in(const char *subject, const char *const *known, size_t n_known);

#endif
