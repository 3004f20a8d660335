/* round_note.c - the file of a corrigendum, as an officer writes it in an editor.
 *
 * Without sections the one text goes to all. A line [ar], [en] or [fr] begins the text of that language, up to the next
 * such line. Refused is what no reader could read: bytes that are not UTF-8, a NUL, nothing at all, more than 64 KB;
 * and sections that leave a doubt: text before the first, one language twice, one without text, one unknown. */
#include <string.h>

#include "base/file.h"
#include "cli/round.h"
#include "mail/names.h"

#define NOTE_MAX ((size_t)64 << 10)

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

/* "[ar]" alone in its line: its language; LANG_COUNT for two letters that are none; -1 for a line of text. */
static int section_of(const char *line, size_t n)
{
    while (n && strchr(" \t\r", line[n - 1]))
        n--;
    if (n != 4 || line[0] != '[' || line[3] != ']' || strspn(line + 1, "abcdefghijklmnopqrstuvwxyz") != 2)
        return -1;
    for (int i = 0; i < LANG_COUNT; i++)
        if (strncmp(line + 1, lang_names[i], 2) == 0)
            return i;
    return LANG_COUNT;
}

/* The line that begins the next section, or the end of the text. */
static const char *next_section(const char *text, int *section_out)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        *section_out = section_of(text, n);
        if (*section_out >= 0)
            return text;
        text += n + (text[n] == '\n');
    }
    *section_out = -1;
    return text;
}

static bool take_section(struct arena *a, struct note *out, int lang, const char *from, const char *to, struct err *e)
{
    const char *text = arena_strndup(a, from, (size_t)(to - from));
    if (out->by_language[lang])
        return err_perm(e, "there are two sections [%s]", lang_names[lang]);
    if (is_blank(text))
        return err_perm(e, "the section [%s] is empty", lang_names[lang]);
    out->by_language[lang] = text;
    return true;
}

static bool take_sections(struct arena *a, struct note *out, struct err *e)
{
    int section, next;
    const char *at = next_section(out->whole, &section);
    if (section < 0)
        return true;
    if (!is_blank(arena_strndup(a, out->whole, (size_t)(at - out->whole))))
        return err_perm(e, "there is text before the first section");
    while (section >= 0) {
        if (section == LANG_COUNT)
            return err_perm(e, "%.4s is no section: they are [ar], [en] and [fr]", at);
        const char *text = at + strcspn(at, "\n");
        at = next_section(text + (*text == '\n'), &next);
        if (!take_section(a, out, section, text + (*text == '\n'), at, e))
            return false;
        section = next;
    }
    return true;
}

bool note_read(struct arena *a, const char *path, struct note *out, struct err *e)
{
    size_t n = 0;
    char *text = file_read(a, path, NOTE_MAX, &n, e);
    struct note note = {0};
    if (!text)
        return false;
    note.whole = text_clean(a, text, n);
    if (strlen(text) != n || strstr(note.whole, "\xef\xbf\xbd"))
        return err_perm(e, "%s is not UTF-8 text; save it as plain text in UTF-8", path);
    if (strncmp(note.whole, "\xef\xbb\xbf", 3) == 0) /* some editors begin a file so */
        note.whole += 3;
    if (is_blank(note.whole))
        return err_perm(e, "%s is empty", path);
    if (!take_sections(a, &note, e))
        return err_prefix(e, "%s", path);
    *out = note;
    return true;
}
