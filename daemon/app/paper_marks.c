/* A paper's own marks among those of its message. A message filed anew, for another party or another round, has other
 * marks by then: the paper's own are told from them by this list alone. */
#include "app/paper_marks.h"

#include <string.h>

static const char *const own[] = {MARK_FORWARDED, MARK_LOCKED, MARK_CLOSED,  MARK_MACROS,
                                  MARK_ARCHIVE,   MARK_MEMBER, MARK_ONE_PAGE};

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

const char *paper_marks_join(struct arena *a, const char *marks, const char *mark)
{
    return *marks ? arena_printf(a, "%s %s", marks, mark) : mark;
}

const char *paper_marks_found(struct arena *a, const struct fact_part *part)
{
    const char *marks = part->forwarded ? MARK_FORWARDED : "";

    if (part->scan && part->pages == 1)
        marks = paper_marks_join(a, marks, MARK_ONE_PAGE);
    if (part->locked)
        marks = paper_marks_join(a, marks, MARK_LOCKED);
    if (part->closed)
        marks = paper_marks_join(a, marks, MARK_CLOSED);
    return part->macros ? paper_marks_join(a, marks, MARK_MACROS) : marks;
}

const char *paper_marks_filed(struct arena *a, const char *of_message, const char *of_paper)
{
    const char *marks = of_message;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (has_word(of_paper, own[i]))
            marks = paper_marks_join(a, marks, own[i]);
    return marks;
}

bool paper_marked(const struct paper_row *p, const char *mark)
{
    return has_word(p->marks, mark);
}
