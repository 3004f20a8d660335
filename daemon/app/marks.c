/* Marks, word by word. A message that is filed anew, for another party or another round, has other marks by then: a
 * paper's own are told from them by one list alone. */
#include "app/marks.h"

#include <string.h>

static const char *const own[] = {MARK_FORWARDED, MARK_LOCKED, MARK_CLOSED,  MARK_MACROS,
                                  MARK_ARCHIVE,   MARK_MEMBER, MARK_ONE_PAGE};

bool mark_has(const char *marks, const char *mark)
{
    size_t n = strlen(mark);

    for (const char *at = marks; (at = strstr(at, mark)); at += n)
        if ((at == marks || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

const char *mark_add(struct arena *a, const char *marks, const char *mark)
{
    if (mark_has(marks, mark))
        return marks;
    return *marks ? arena_printf(a, "%s %s", marks, mark) : mark;
}

const char *mark_drop(struct arena *a, const char *marks, const char *mark)
{
    char *rest = arena_strdup(a, marks), *word;
    const char *kept = "";

    while ((word = strsep(&rest, " ")))
        if (*word && strcmp(word, mark) != 0)
            kept = mark_add(a, kept, word);
    return kept;
}

const char *marks_of_part(struct arena *a, const struct fact_part *part)
{
    const char *marks = part->forwarded ? MARK_FORWARDED : "";

    if (part->scan && part->pages == 1)
        marks = mark_add(a, marks, MARK_ONE_PAGE);
    if (part->locked)
        marks = mark_add(a, marks, MARK_LOCKED);
    if (part->closed)
        marks = mark_add(a, marks, MARK_CLOSED);
    return part->macros ? mark_add(a, marks, MARK_MACROS) : marks;
}

const char *marks_filed(struct arena *a, const char *of_message, const char *of_paper)
{
    const char *marks = of_message;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (mark_has(of_paper, own[i]))
            marks = mark_add(a, marks, own[i]);
    return marks;
}
