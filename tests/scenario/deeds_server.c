/* How the mail server behaves from now on, and what the mailbox is like. */
#include "scenario.h"

#include <stdlib.h>

static bool rule(struct world *w, const struct server_rule *r)
{
    ARENA_PUSH(w->a, w->office.rules, w->office.n_rules, *r);
    return true;
}

static const char *kept(struct world *w, const char *word)
{
    return arena_strdup(w->a, word);
}

static bool is_down(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return rule(w, &(struct server_rule){.address = "", .conduct = IS_DOWN});
}

static bool is_well(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    w->office.n_rules = 0;
    return true;
}

static bool refuses_password(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    return rule(w, &(struct server_rule){.address = "", .conduct = REFUSES_LOGIN});
}

static bool answers(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){.address = kept(w, l->words[2]),
                                         .conduct = ANSWERS,
                                         .code = (int)strtol(l->words[0], NULL, 10),
                                         .words = kept(w, l->words[1])});
}

static bool takes_silently(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){.address = kept(w, l->words[0]), .conduct = TAKES_SILENTLY});
}

static bool loses(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){.address = kept(w, l->words[0]), .conduct = LOSES});
}

static bool takes(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){.address = kept(w, l->words[0]), .conduct = TAKES});
}

static bool refuses_papers(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){.address = kept(w, l->words[0]), .conduct = REFUSES_PAPERS});
}

static bool refuses_words(struct world *w, const struct line *l, struct err *e)
{
    (void)e;
    return rule(w, &(struct server_rule){
                       .address = kept(w, l->words[1]), .conduct = REFUSES_WORDS, .words = kept(w, l->words[0])});
}

/* ---- the mailbox */

static bool holds_old(struct world *w, const struct line *l, struct err *e)
{
    long n = strtol(l->words[0], NULL, 10);

    (void)e;
    for (long i = 0; i < n; i++) {
        const char *text =
            arena_printf(w->a,
                         "From: migration@mofa.jo.example\r\nTo: secretariat@arcp.example\r\n"
                         "Subject: ARCP/2026/04 old letter %ld\r\nMessage-ID: <old-%ld@mofa.jo.example>\r\n"
                         "Date: Mon, 05 Jan 2026 10:00:00 +0200\r\n\r\nFrom before.\r\n",
                         i, i);

        mailbox_put(w, "INBOX", text, strlen(text));
    }
    return true;
}

static bool cannot_move(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    w->mailbox.keeps = true;
    return true;
}

/* The server has built the mailbox anew: what lies in it has new numbers. */
static bool built_anew(struct world *w, const struct line *l, struct err *e)
{
    struct mailbox *m = &w->mailbox;

    (void)l;
    m->uidvalidity++;
    for (size_t i = 0; i < m->n; i++) {
        m->letters[i].uid = (int64_t)i + 1;
        m->letters[i].moved = m->letters[i].moved && !m->keeps;
    }
    return mailbox_start(w, e) && world_settle(w, e);
}

static bool parser_dies(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    w->mailbox.parser_dies = true;
    return true;
}

static bool parser_waits(struct world *w, const struct line *l, struct err *e)
{
    (void)l, (void)e;
    w->mailbox.parser_waits = true;
    return true;
}

const struct sentence server_sentences[] = {
    {"server is down", is_down},
    {"server is well", is_well},
    {"server refuses the password", refuses_password},
    {"server answers CODE WORDS to ADDRESS", answers},
    {"server takes mail to ADDRESS", takes},
    {"server refuses attachments to ADDRESS", refuses_papers},
    {"server refuses mail with WORDS to ADDRESS", refuses_words},
    {"server takes mail to ADDRESS without answering", takes_silently},
    {"server loses mail to ADDRESS without answering", loses},
    {"mailbox holds N old letters", holds_old},
    {"mailbox cannot move letters", cannot_move},
    {"mailbox is built anew", built_anew},
    {"parser dies", parser_dies},
    {"parser keeps us waiting", parser_waits},
    {NULL, NULL},
};
