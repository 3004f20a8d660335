/* Charsets, by the C library's iconv.
 *
 * Labels lie: mail marked iso-8859-1 is windows-1252, "us-ascii" holds UTF-8, and names in raw windows-1256 have no
 * label at all. So a label is one candidate among several, and the first that takes the bytes wins. Where none does, the
 * labelled one is used with U+FFFD for what it cannot read. Output is bounded by the input's size; iconv states are
 * closed after each use. */
#include "parse/charset.h"
#include <glib.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "mail/names.h"

static const char *const warm[] = {
    "windows-1256", "iso-8859-6",   "windows-1252", "iso-8859-1",   "iso-8859-15",  "iso-8859-2",    "windows-1250",
    "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1257", "iso-8859-5",    "iso-8859-7",
    "iso-8859-8",   "iso-8859-9",   "iso-8859-3",   "iso-8859-4",   "iso-8859-10",  "iso-8859-13",   "iso-8859-14",
    "koi8-r",       "koi8-u",       "cp720",        "cp864",        "cp437",        "cp850",         "utf-16",
    "utf-16le",     "utf-16be",     "utf-32",       "utf-7",        "ucs-2",        "us-ascii",      "utf-8",
    "gb18030",      "gbk",          "big5",         "big5-hkscs",   "iso-2022-jp",  "iso-2022-jp-2", "iso-2022-kr",
    "iso-2022-cn",  "shift_jis",    "cp932",        "euc-jp",       "euc-kr",       "cp949",         "gb2312",
    "hz",           "tis-620",      "macintosh",    "iso-8859-11",  "windows-1258", "windows-874",
};

static const struct {
    const char *label, *use;
} aliases[] = {
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"us-ascii", "utf-8"},
    {"ascii", "utf-8"},
    {"ansi_x3.4-1968", "utf-8"},
    {"utf8", "utf-8"},
    {"unicode", "utf-16"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"ks_c_5601-1987", "cp949"},
    {"iso-8859-6-i", "iso-8859-6"},
    {"iso-8859-6-e", "iso-8859-6"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"cp1256", "windows-1256"},
    {"x-cp1256", "windows-1256"},
    {"cp1252", "windows-1252"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"x-mac-roman", "macintosh"},
    {"x-sjis", "cp932"},
    {"shift_jis", "cp932"},
    {"unicode-1-1-utf-8", "utf-8"},
    {"asmo-708", "iso-8859-6"},
    {"dos-720", "cp720"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
};

void charset_warm(void)
{
    static iconv_t kept[sizeof warm / sizeof *warm]; /* open for good: the module of a closed one may be unloaded */
    if (kept[0])
        return;
    for (size_t i = 0; i < sizeof warm / sizeof *warm; i++) {
        char in[] = "a", out[8], *from = in, *to = out;
        size_t n_in = 1, n_out = sizeof out;
        kept[i] = iconv_open("UTF-8", warm[i]);
        if (kept[i] != (iconv_t)-1)
            iconv(kept[i], &from, &n_in, &to, &n_out);
    }
}

bool utf8_valid(const char *bytes, size_t n)
{
    while (n > 0) { /* g_utf8_validate refuses NUL, which is no fault here */
        const char *end = NULL;
        if (g_utf8_validate(bytes, (gssize)n, &end))
            return true;
        if (*end != '\0')
            return false;
        n -= (size_t)(end - bytes) + 1;
        bytes = end + 1;
    }
    return true;
}

static const char *alias_of(const char *charset)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcasecmp(aliases[i].label, charset) == 0)
            return aliases[i].use;
    return charset;
}

/* Converts; with `strict` the first byte that does not fit ends it with false. */
static bool convert(const char *charset, const char *bytes, size_t n, bool strict, struct buf *out)
{
    iconv_t converter = iconv_open("UTF-8", charset);
    if (converter == (iconv_t)-1)
        return false;
    char *from = (char *)(size_t)bytes, chunk[4096];
    bool fits = true;
    while (n > 0 && fits) {
        char *to = chunk;
        size_t room = sizeof chunk;
        size_t done = iconv(converter, &from, &n, &to, &room);
        buf_add(out, chunk, sizeof chunk - room);
        if (done != (size_t)-1 || room < 16)
            continue;
        fits = !strict;
        buf_adds(out, "\xEF\xBF\xBD");
        from++;
        n--;
    }
    iconv_close(converter);
    return fits;
}

/* Of ISO-8859-6 some frequent letters (heh, waw, yeh, qaf) lie where windows-1256 has French ones, which stand in no
 * Arabic word; and it leaves many places free that windows-1256 uses all the time. */
static bool like_8859_6(const char *bytes, size_t n)
{
    size_t telling = 0, in_run = 0, run = 0;
    for (size_t i = 0; i <= n; i++) {
        unsigned char c = i < n ? (unsigned char)bytes[i] : ' ';
        if (c < 0x80) {
            telling += run >= 3 ? in_run : 0;
            run = in_run = 0;
            continue;
        }
        if (!strchr("\xA0\xA4\xAC\xAD\xBB\xBF", c) && !(c >= 0xC1 && c <= 0xDA) && !(c >= 0xE0 && c <= 0xF2))
            return false;
        run++;
        in_run += c == 0xE2 || (c >= 0xE7 && c <= 0xEA);
    }
    return telling > 0;
}

/* Arabic letters come in runs, accented Latin ones singly among ASCII. */
static const char *single_byte_guess(const char *bytes, size_t n)
{
    size_t high = 0, in_run = 0;
    for (size_t i = 0; i < n; i++) {
        if (((unsigned char)bytes[i] & 0x80) == 0)
            continue;
        high++;
        if ((i > 0 && (bytes[i - 1] & 0x80)) || (i + 1 < n && (bytes[i + 1] & 0x80)))
            in_run++;
    }
    if (like_8859_6(bytes, n))
        return "iso-8859-6";
    return 2 * in_run >= high ? "windows-1256" : "windows-1252";
}

/* The bytes of a label for western Europe are Arabic where they stand together as words do: single accents never make
 * such runs. Old Outlook wrote windows-1256 under that label. */
static bool arabic_runs(const char *bytes, size_t n)
{
    size_t high = 0, in_words = 0, run = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && (bytes[i] & 0x80)) {
            run++;
            continue;
        }
        high += run;
        in_words += run >= 3 ? run : 0;
        run = 0;
    }
    return in_words >= 4 && 4 * in_words >= 3 * high;
}

/* UTF-16 without a byte order mark: the upper bytes are those of ASCII (0) and Arabic (6) for the most part. */
static const char *utf16_order(const char *bytes, size_t n)
{
    size_t upper[2] = {0, 0};
    for (size_t i = 0; i + 1 < n; i++)
        upper[i % 2] += bytes[i] == 0 || bytes[i] == 6;
    return upper[0] > upper[1] ? "utf-16be" : "utf-16le";
}

static const char *byte_order_mark(const char *bytes, size_t n, size_t *skip_out)
{
    *skip_out = 0;
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return *skip_out = 3, "utf-8";
    if (n >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return *skip_out = 2, "utf-16le";
    if (n >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return *skip_out = 2, "utf-16be";
    return NULL;
}

static bool has_high(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] & 0x80)
            return true;
    return false;
}

char *charset_to_utf8(struct arena *a, const char *charset, const char *bytes, size_t n)
{
    size_t skip;
    const char *mark = byte_order_mark(bytes, n, &skip);
    const char *label = mark ? mark : charset && *charset ? alias_of(charset) : "utf-8";
    bytes += skip;
    n -= skip;
    if (!mark && strcasecmp(label, "utf-16") == 0)
        label = utf16_order(bytes, n);
    if (strcasecmp(label, "windows-1252") == 0 && !utf8_valid(bytes, n) && arabic_runs(bytes, n))
        label = single_byte_guess(bytes, n);
    if (strcasecmp(label, "utf-8") == 0 && utf8_valid(bytes, n))
        return text_clean(a, bytes, n);
    /* Valid UTF-8 beyond ASCII is hardly ever anything else. */
    if (has_high(bytes, n) && strncasecmp(label, "utf-16", 6) != 0 && utf8_valid(bytes, n))
        return text_clean(a, bytes, n);
    const char *candidates[] = {strcasecmp(label, "utf-8") == 0 ? single_byte_guess(bytes, n) : label,
                                single_byte_guess(bytes, n)};
    BUF_SCOPED out = {0};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&out);
        if (convert(candidates[i], bytes, n, true, &out))
            return text_clean(a, buf_text(&out), out.len);
    }
    buf_clear(&out);
    if (!convert(label, bytes, n, false, &out) && out.len == 0)
        return text_clean(a, bytes, n);
    return text_clean(a, buf_text(&out), out.len);
}
