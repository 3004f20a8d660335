/* match.c - the round and the party of a message, out of all signals together.
 *
 * The parties must agree wherever one is told. Then a token decides, unless its round is closed and something else
 * names an open one (mail programs complete addresses by themselves); then the thread, the subject, and last the
 * sender. Whatever disagrees is a conflict, never a choice. */
#include "round/match.h"
#include <string.h>

#define SIGNAL_KINDS  4
#define REFERENCE_MAX 160
#define SUBJECT_MAX   4096

/* What all signals of one kind say together. */
struct says {
    size_t n;
    const char *round, *party;
    bool open;          /* `round` is open */
    bool rounds_differ; /* several, of which not exactly one is open */
    bool parties_differ;
    bool passed_over; /* closed rounds beside the open one */
};

static const char *text_or_null(const char *s)
{
    return s && *s ? s : NULL;
}
static bool same(const char *one, const char *other)
{
    return strcmp(one, other) == 0;
}

static void take_round(struct says *says, const char *round, bool open)
{
    if (!round || (says->round && same(says->round, round)))
        return;
    if (!says->round || (open && !says->open)) {
        says->passed_over |= says->round != NULL;
        says->rounds_differ = false;
        says->round = round;
        says->open = open;
        return;
    }
    if (says->open && !open)
        says->passed_over = true;
    else
        says->rounds_differ = true;
}

/* `of` (may be NULL): only what is of the party that those kinds tell, or else of the round, or of any at all. */
static bool is_meant(const struct match_signal *signal, const struct match *of)
{
    const char *round = text_or_null(signal->round), *party = text_or_null(signal->party);
    if (!of)
        return true;
    if (of->party)
        return party && same(party, of->party);
    return round && (!of->round || same(round, of->round));
}

static struct says what_says(enum signal_kind kind, const struct match_signal *signals, size_t n,
                             const struct match *of)
{
    struct says says = {0};
    for (size_t i = 0; i < n; i++) {
        if (signals[i].kind != kind || !is_meant(&signals[i], of))
            continue;
        const char *party = text_or_null(signals[i].party);
        says.n++;
        if (kind != SIGNAL_SENDER || signals[i].open)
            take_round(&says, text_or_null(signals[i].round), signals[i].open);
        if (party && says.party && !same(party, says.party))
            says.parties_differ = true;
        if (!says.party)
            says.party = party;
    }
    return says;
}

/* Some signal knows that the party is not in the round. */
static bool is_denied(const struct match_signal *signals, size_t n, const char *round, const char *party)
{
    for (size_t i = 0; i < n; i++) {
        const char *r = text_or_null(signals[i].round), *p = text_or_null(signals[i].party);
        if (r && same(r, round) && (!p || same(p, party)) && !signals[i].invited)
            return true;
    }
    return false;
}

static struct match conflict(struct match m, const char *why)
{
    m.strength = MATCH_CONFLICT;
    m.why = why;
    return m;
}

/* Why the parties told by the kinds do not agree, or NULL. */
static const char *party_trouble(const struct says *of)
{
    static const char *const within[SIGNAL_KINDS] = {"tokens of two parties", "thread of two parties",
                                                     "subject names two parties", MATCH_TWO_PARTIES};
    static const char *const between[SIGNAL_KINDS][SIGNAL_KINDS] = {
        [SIGNAL_TOKEN] = {[SIGNAL_THREAD] = "token of one party, thread of another",
                          [SIGNAL_SUBJECT] = "token of one party, subject of another",
                          [SIGNAL_SENDER] = "token of one party, sender of another"},
        [SIGNAL_THREAD] = {[SIGNAL_SUBJECT] = "thread of one party, subject of another",
                           [SIGNAL_SENDER] = "thread of one party, sender of another"},
        [SIGNAL_SUBJECT] = {[SIGNAL_SENDER] = "subject of one party, sender of another"},
    };
    for (int i = 0; i < SIGNAL_KINDS; i++) {
        if (of[i].parties_differ)
            return within[i];
        for (int j = i + 1; j < SIGNAL_KINDS; j++)
            if (of[i].party && of[j].party && !same(of[i].party, of[j].party))
                return between[i][j];
    }
    return NULL;
}

/* The round by thread and subject, to be set against the token. */
static const char *deliberate_trouble(const struct says *thread, const struct says *subject)
{
    if (subject->rounds_differ || subject->passed_over)
        return "subject names two rounds";
    if (thread->rounds_differ)
        return "thread of two rounds";
    if (thread->round && subject->round && !same(thread->round, subject->round))
        return "thread of one round, subject names another";
    return NULL;
}

static struct match with(struct match m, enum match_strength strength, const char *round, const char *why)
{
    m.strength = strength;
    m.round = round;
    m.why = why;
    return m;
}

/* The token's round is closed and nothing else names a round. */
static struct match by_closed_token(struct match m, const struct says *token, const struct says *sender)
{
    if (sender->rounds_differ || (token->rounds_differ && !sender->round))
        return conflict(m, "token of a closed round, and not one open round alone");
    if (sender->round)
        return with(m, MATCH_OLD_TOKEN, sender->round, "token of a closed round; the party's only open round");
    return with(m, MATCH_SURE, token->round, "token of a closed round");
}

static struct match by_token(struct match m, const struct says *token, const struct says *named,
                             const struct says *sender)
{
    if (token->open && token->rounds_differ)
        return conflict(m, "tokens of two open rounds");
    if (!named->round && !token->open)
        return by_closed_token(m, token, sender);
    if (!named->round || (same(named->round, token->round) && !token->rounds_differ)) {
        bool old = token->passed_over;
        return with(m, old ? MATCH_OLD_TOKEN : MATCH_SURE, token->round,
                    old ? "token, beside one of a closed round" : "token");
    }
    if (token->open || !named->open)
        return conflict(m, "token of one round, thread or subject of another");
    return with(m, MATCH_OLD_TOKEN, named->round, "token of a closed round; thread or subject name an open one");
}

static struct match by_sender(struct match m, const struct says *sender)
{
    if (sender->rounds_differ)
        return conflict(m, "sender alone, and more than one round is open for the party");
    if (sender->round)
        return with(m, MATCH_GUESS, sender->round, "sender alone; the party's only open round");
    return (struct match){.strength = MATCH_NONE, .why = "no signal of a round"};
}

/* The best guess, should there be a conflict: the strongest signal that tells a round, and one that tells a party. */
static struct match best_guess(const struct says *of)
{
    struct match m = {0};
    for (int i = 0; i < SIGNAL_KINDS; i++) {
        if (!m.round)
            m.round = of[i].round;
        if (!m.party)
            m.party = of[i].party;
    }
    return m;
}

static struct match decide(struct match m, const struct says *of)
{
    const struct says *token = &of[SIGNAL_TOKEN], *thread = &of[SIGNAL_THREAD], *subject = &of[SIGNAL_SUBJECT];
    const char *trouble = deliberate_trouble(thread, subject);
    if (!trouble)
        trouble = party_trouble(of);
    if (!m.round)
        return by_sender(m, &of[SIGNAL_SENDER]);
    if (trouble)
        return conflict(m, trouble);
    if (!m.party)
        return conflict(m, "the round is named, the sender is of no party");
    const struct says *named = thread->round ? thread : subject;
    if (token->round)
        return by_token(m, token, named, &of[SIGNAL_SENDER]);
    if (!named->round)
        return by_sender(m, &of[SIGNAL_SENDER]);
    return with(m, MATCH_SURE, named->round, thread->round ? "thread" : "subject and party");
}

/* Who is a contact of several parties speaks for the one that the rest is about; where nothing tells which, it stays a
 * conflict. */
static void sender_as_meant(struct says *of, const struct match_signal *signals, size_t n)
{
    struct says sender = of[SIGNAL_SENDER];
    of[SIGNAL_SENDER] = (struct says){0};
    struct match rest = best_guess(of);
    struct says meant = what_says(SIGNAL_SENDER, signals, n, &rest);
    of[SIGNAL_SENDER] = sender.parties_differ && meant.n ? meant : sender;
}

struct match match_signals(const struct match_signal *signals, size_t n)
{
    struct says of[SIGNAL_KINDS];
    for (int i = 0; i < SIGNAL_KINDS; i++)
        of[i] = what_says((enum signal_kind)i, signals, n, NULL);
    sender_as_meant(of, signals, n);
    struct match m = decide(best_guess(of), of);
    if (m.strength != MATCH_NONE && m.strength != MATCH_CONFLICT && is_denied(signals, n, m.round, m.party))
        return conflict(m, "the party is not in that round");
    return m;
}

/* ---- references in a subject */

/* Folds, and closes the spaces around '/'. */
static void fold_reference(const char *text, char *out, size_t size)
{
    fold_text(text, out, size);
    char *to = out;
    for (const char *p = out; *p; p++) {
        const char *next = p;
        while (*next == ' ' || *next == '\t')
            next++;
        if (next != p && (*next == '/' || (to > out && to[-1] == '/')))
            p = next;
        if (*p == '\0')
            break;
        *to++ = *p;
    }
    *to = '\0';
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* A reference ends where no letter or digit follows, and no further part of a longer reference. */
static bool stands_alone(const char *text, const char *at, size_t len)
{
    if (at > text && (is_alnum(at[-1]) || at[-1] == '/'))
        return false;
    return !is_alnum(at[len]) && !(at[len] == '/' && is_alnum(at[len + 1]));
}

static bool names_reference(const char *subject, const char *ref)
{
    size_t len = strlen(ref);
    for (const char *at = subject; len > 0 && (at = strstr(at, ref)); at++)
        if (stands_alone(subject, at, len))
            return true;
    return false;
}

int reference_in(const char *subject, const char *const *known, size_t n_known)
{
    char text[SUBJECT_MAX], ref[REFERENCE_MAX];
    int found = -1;
    fold_reference(subject, text, sizeof text);
    for (size_t i = 0; i < n_known; i++) {
        fold_reference(known[i], ref, sizeof ref);
        if (!names_reference(text, ref))
            continue;
        if (found >= 0)
            return -2;
        found = (int)i;
    }
    return found;
}
