/* Folding, references in subjects, and the item a file's name means. The first line is the file's name, the rest
 * the subject. */
#include "fuzz.h"
#include "round/match.h"
#include "round/round.h"

static const struct round_item items[] = {
    {.key = "pledges", .title = {"التعهدات", "Pledges", "Engagements"}, .required = true},
    {.key = "statement", .title = {"البيان", "Statement", "Déclaration"}}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const refs[] = {"ARCP/2026/04", "ARCP/2026/05", "٣/٤"};
    char *name = text_of(data, size), *subject = strchr(name, '\n'), *small = malloc(8), *large = malloc(4096);

    if (subject)
        *subject++ = '\0';
    else
        subject = name;
    promise(fold_text(subject, small, 8) < 8 && strlen(small) < 8);
    promise(fold_text(subject, large, 4096) < 4096);
    int found = reference_in(subject, refs, 3);
    promise(found >= -2 && found < 3);
    int item = item_of(items, 2, name, subject);
    promise(item >= -1 && item < 2);
    struct paper_fact papers[] = {{0, subject, true}, {-1, "report.pdf", true}};
    int replaces = paper_replaces(papers, 2, item, name);
    promise(replaces >= -1 && replaces < 2);
    free(small);
    free(large);
    free(name);
    return 0;
}
