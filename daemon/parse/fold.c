/* Words in one form, for tables to be compared with. */
#include "parse/fold.h"
#include <glib.h>
#include <string.h>

static bool is_mark(gunichar c)
{
    return (c >= 0x064B && c <= 0x0652) || c == 0x0640 || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

char *fold_words(struct arena *a, const char *text)
{
    g_autofree char *lower = g_utf8_strdown(text, -1);
    char *out = arena_alloc(a, strlen(lower) + 1), *to = out;
    for (const char *p = lower, *next; *p; p = next) {
        gunichar c = g_utf8_get_char(p);
        next = g_utf8_next_char(p);
        if (g_unichar_isspace(c) || c < ' ')
            *to = ' ', to += to > out && to[-1] != ' ';
        else if (c == 0x2018 || c == 0x2019)
            *to++ = '\'';
        else if (c == 0x0623 || c == 0x0625 || c == 0x0671)
            to += g_unichar_to_utf8(0x0627, to);
        else if (c == 0x0649)
            to += g_unichar_to_utf8(0x064A, to);
        else if (!is_mark(c))
            to = (char *)memcpy(to, p, (size_t)(next - p)) + (next - p);
    }
    *to = '\0';
    return out;
}

bool holds_any(const char *text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(text, list[i]))
            return true;
    return false;
}
