/* docs/who-may-answer.md shows the table by which a message is judged: its rows are those of the code, in words.
 *
 * `test_round_document --print` prints the rows as they should stand there. Run at the top of the source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "round/judge.h"

#define DOCUMENT "docs/who-may-answer.md"
#define BEGIN    "<!-- the table of daemon/round/judge.c: begin -->\n"
#define END      "<!-- end -->\n"

struct words {
    const char *const *list;
    unsigned n;
};
static const char *const kind_words[MAIL_KIND_COUNT] = {"bounce",
                                                        "delay report",
                                                        "delivery report",
                                                        "automatic answer",
                                                        "abuse report",
                                                        "read receipt",
                                                        "answer to an invitation",
                                                        "demand for a proof of being human",
                                                        "a person's mail",
                                                        "false report",
                                                        "unreadable"};
static const char *const match_words[] = {"none", "sure", "old token", "by the sender alone", "signals disagree"};
static const char *const sender_words[] = {
    "nobody known", "contact", "new address of a listed domain", "another party's contact", "officer", "ourselves"};
static const char *const auth_words[] = {"nothing", "genuine", "failed"};
static const char *const flag_words[JUDGE_FLAG_COUNT] = {"of a list",
                                                         "our own mail",
                                                         "about a notice of ours",
                                                         "from the junk folder",
                                                         "known already",
                                                         "of a round of ours",
                                                         "brings papers",
                                                         "several senders",
                                                         "not scanned for viruses",
                                                         "after very many of that day",
                                                         "asks for something"};
static const char *const verdict_words[VERDICT_COUNT] = {"left in the mailbox",
                                                         "applied as a bounce",
                                                         "noted as a delay",
                                                         "noted",
                                                         "recorded as backscatter",
                                                         "noted as an officer's",
                                                         "noted as a calendar answer",
                                                         "**filed**",
                                                         "**filed, unverified**",
                                                         "**filed, new address**",
                                                         "held",
                                                         "nothing added",
                                                         "**taken as a request**"};
#define WORDS(list) ((struct words){list, sizeof(list) / sizeof *(list)})

static void list_bits(struct buf *out, unsigned bits, struct words words, const char *before)
{
    for (unsigned i = 0; i < words.n; i++)
        if (bits & 1u << i) {
            buf_addf(out, "%s%s", before, words.list[i]);
            before = ", ";
        }
}

/* "any", "a, b", or what is missing where that is less. */
static void add_set(struct buf *out, unsigned set, struct words words)
{
    unsigned all = (1u << words.n) - 1, missing = all & ~set;
    if (!missing)
        buf_adds(out, "any");
    else if (__builtin_popcount(missing) * 2 <= (int)words.n)
        list_bits(out, missing, words, "any but ");
    else
        list_bits(out, set & all, words, "");
    buf_adds(out, " | ");
}

static void add_row(struct buf *out, size_t n, const struct judge_rule *r)
{
    buf_addf(out, "| %zu | ", n + 1);
    add_set(out, r->kinds, WORDS(kind_words));
    add_set(out, r->matches, WORDS(match_words));
    add_set(out, r->senders, WORDS(sender_words));
    add_set(out, r->auths, WORDS(auth_words));
    list_bits(out, r->with, WORDS(flag_words), "");
    list_bits(out, r->without, WORDS(flag_words), r->with ? "; not " : "not ");
    buf_addf(out, "%s| %s | %s |\n", r->with | r->without ? " " : "", verdict_words[r->verdict], r->name);
}

static void render(struct buf *out)
{
    buf_adds(out, "| | the message is | its round | its sender | our server says | and it is | then | by the rule |\n"
                  "|-|-|-|-|-|-|-|-|\n");
    for (size_t n = 0; judge_rule(n); n++)
        add_row(out, n, judge_rule(n));
}

static char *document(void)
{
    FILE *f = fopen(DOCUMENT, "r");
    static char text[64 << 10];
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    if (f)
        fclose(f);
    return text;
}

static void the_document_shows_the_rules_of_the_code(void **state)
{
    (void)state;
    BUF_SCOPED rows = {0};
    render(&rows);
    char *begin = strstr(document(), BEGIN), *end = begin ? strstr(begin, END) : NULL;
    if (!end)
        fail_msg(DOCUMENT " has no table between its two marks");
    *end = '\0';
    if (strcmp(begin + strlen(BEGIN), buf_text(&rows)) != 0)
        fail_msg(DOCUMENT " is behind the code; `test_round_document --print` has its rows:\n%s", buf_text(&rows));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_document_shows_the_rules_of_the_code)};
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        BUF_SCOPED rows = {0};
        render(&rows);
        fputs(buf_text(&rows), stdout);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
