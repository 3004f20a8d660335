/* The name of a ZIP's member, whose bytes say what they are only where the program that packed it wrote UTF-8.
 *
 * Else it wrote its system's code page: Arabic Windows packs in 720, other programs there in 1256, French and other
 * Western ones in 850 or 1252. All of them take nearly any byte, so each is tried, and the one that looks most like
 * words is taken: letters rather than signs, of one script within a word. */
#include <glib.h>
#include <string.h>
#include "base/buf.h"
#include "mail/names.h"
#include "parse/archive.h"
#include "parse/charset.h"

#define RAW_MAX ((size_t)4096)

/* Code page 720, which the C library has not: 0x80 to 0xAF and 0xE0 to 0xFF; between are lines to draw boxes with. */
static const char cp720_low[] = "??éâ?à?çêëèïî????ّْô¤ـûùءآأؤ£إئابةتثجحخدذرزسشص«»";
static const char cp720_high[] = "ضطظعغفµقكلمنهوىي?ًٌٍَُِ?°?·????\u00A0";

static char *from_cp720(struct arena *a, const char *raw, size_t n)
{
    BUF_SCOPED out = {0};
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)raw[i];
        const char *row = c >= 0xE0 ? cp720_high : cp720_low;
        const char *at = g_utf8_offset_to_pointer(row, c >= 0xE0 ? c - 0xE0 : c - 0x80);
        if (c < 0x80)
            buf_addc(&out, (char)c);
        else if (c >= 0xB0 && c < 0xE0)
            buf_addc(&out, '?');
        else
            buf_add(&out, at, (size_t)(g_utf8_next_char(at) - at));
    }
    return text_clean(a, buf_text(&out), out.len);
}

static bool is_arabic(gunichar c)
{
    return c >= 0x600 && c < 0x700;
}

/* How little it looks like words. A '?' can be in no file's name: it stands for what a code page has not. */
static int oddness(const char *text)
{
    int odd = 0;
    gunichar before = ' ';
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool letter = g_unichar_isalpha(c) || g_unichar_ismark(c);
        if (c == '?' || c == 0xFFFD || (c >= 0x80 && !letter))
            odd += 2;
        else if (g_unichar_isalpha(before) && letter && is_arabic(c) != is_arabic(before))
            odd += 2;
        before = c;
    }
    return odd;
}

char *archive_name(struct arena *a, const char *raw)
{
    size_t n = strnlen(raw, RAW_MAX);
    if (utf8_valid(raw, n))
        return text_clean(a, raw, n);
    static const char *const pages[] = {"windows-1256", "cp850", "windows-1252"};
    char *best = from_cp720(a, raw, n);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char *other = charset_to_utf8(a, pages[i], raw, n);
        if (oddness(other) < oddness(best))
            best = other;
    }
    return best;
}
