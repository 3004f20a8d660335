/* words.c - text folded and split for comparing.
 *
 * What people type and mail programs send differs in digits, marks that cannot be seen, accents and the hamza of alef;
 * none of these changes what is meant. Nothing is refused here: invalid UTF-8 is copied as it is, and a text that is
 * too long is cut and says so. */
#include "round/words.h"
#include <limits.h>
#include <stdint.h>
#include <string.h>

#define TEXT_MAX 2048

/* One code point, and how many bytes it took; an invalid byte is a code point of its own above Unicode. */
static size_t next_point(const char *s, uint32_t *out)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : u[0] >= 0xC2 ? 2 : 0;
    *out = 0x110000u + u[0];
    if (n == 0 || u[0] > 0xF4)
        return 1;
    uint32_t point = n == 1 ? u[0] : u[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 1;
        point = point << 6 | (u[i] & 0x3F);
    }
    *out = point;
    return n;
}

struct range {
    uint32_t from, to;
};

static bool in_ranges(uint32_t point, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (point >= ranges[i].from && point <= ranges[i].to)
            return true;
    return false;
}

/* Soft hyphen, harakat and Quranic marks, tatweel, zero-width, bidi and variation marks. */
static const struct range unseen[] = {
    {0xAD, 0xAD},     {0x610, 0x61A},   {0x61C, 0x61C},   {0x640, 0x640},   {0x64B, 0x65F},
    {0x670, 0x670},   {0x6D6, 0x6DC},   {0x6DF, 0x6E4},   {0x6E7, 0x6E8},   {0x6EA, 0x6ED},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2069}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},
};

/* The ASCII character that a code point is folded to, or 0 to keep it. */
static char folded(uint32_t point)
{
    if (point >= 'A' && point <= 'Z')
        return (char)(point - 'A' + 'a');
    if (point >= 0x660 && point <= 0x669)
        return (char)(point - 0x660 + '0');
    if (point >= 0x6F0 && point <= 0x6F9)
        return (char)(point - 0x6F0 + '0');
    return 0;
}

size_t fold_text(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (uint32_t point; *text;) {
        size_t n = next_point(text, &point);
        char c = folded(point);
        size_t keep = in_ranges(point, unseen, sizeof unseen / sizeof *unseen) ? 0 : c ? 1 : n;
        if (len + keep >= size)
            break;
        if (keep)
            memcpy(out + len, c ? &c : text, keep);
        len += keep;
        text += n;
    }
    if (size > 0)
        out[len] = '\0';
    return len;
}

/* Punctuation and letters that a person would call the same. */
static const struct {
    uint32_t from, to;
    const char *as;
} same[] = {
    {0xC0, 0xC5, "a"},     {0xE0, 0xE5, "a"},     {0xC7, 0xC7, "c"},     {0xE7, 0xE7, "c"},     {0xCC, 0xCF, "i"},
    {0xEC, 0xEF, "i"},     {0xD2, 0xD6, "o"},     {0xF2, 0xF6, "o"},     {0xA0, 0xA0, " "},     {0xAB, 0xAB, "\""},
    {0xBB, 0xBB, "\""},    {0xC8, 0xCB, "e"},     {0xE8, 0xEB, "e"},     {0xD9, 0xDC, "u"},     {0xF9, 0xFC, "u"},
    {0x300, 0x36F, ""},    {0x60C, 0x60C, ","},   {0x61B, 0x61B, ";"},   {0x622, 0x623, "ا"},   {0x625, 0x625, "ا"},
    {0x671, 0x671, "ا"},   {0x2000, 0x200A, " "}, {0x2010, 0x2015, "-"}, {0x2018, 0x2019, "'"}, {0x201C, 0x201F, "\""},
    {0x202F, 0x202F, " "}, {0x2044, 0x2044, "/"}, {0x2212, 0x2212, "-"}, {0x2215, 0x2215, "/"}, {0x3000, 0x3000, " "},
    {0x06D4, 0x06D4, "."},
};

/* `text` is folded already. */
static bool plain_text(const char *text, char *out, size_t size)
{
    size_t len = 0;
    for (uint32_t point; *text;) {
        size_t n = next_point(text, &point), keep = n;
        const char *as = text;
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            if (point >= same[i].from && point <= same[i].to) {
                as = same[i].as;
                keep = strlen(as);
            }
        if (len + keep >= size)
            break;
        memcpy(out + len, as, keep);
        len += keep;
        text += n;
    }
    out[len] = '\0';
    return *text == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

static const char *read_separators(const char *p, char *out, size_t size)
{
    size_t len = 0;
    bool space = false;
    for (; *p && !is_digit(*p) && !is_letter(*p); p++) {
        if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
            space = true;
        else if (len + 1 < size)
            out[len++] = *p;
    }
    if (len == 0 && space)
        out[len++] = ' ';
    out[len] = '\0';
    return p;
}

static const char *read_run(const char *p, struct word *w)
{
    size_t len = 0;
    bool digits = is_digit(*p);
    for (; *p && (digits ? is_digit(*p) : is_letter(*p)); p++) {
        bool starts = ((unsigned char)*p & 0xC0) != 0x80;
        if (starts && len + 5 > sizeof w->text)
            break;
        if (len + 1 == sizeof w->text)
            break;
        w->text[len++] = *p;
        if (!digits)
            continue;
        w->digits++;
        w->number = w->number > (INT_MAX - 9) / 10 ? INT_MAX : w->number * 10 + (*p - '0');
    }
    w->text[len] = '\0';
    return p;
}

void words_of(const char *text, struct words *out)
{
    char folded_text[TEXT_MAX], plain[TEXT_MAX];
    memset(out, 0, sizeof *out);
    out->whole = fold_text(text, folded_text, sizeof folded_text) < sizeof folded_text - 8;
    if (!plain_text(folded_text, plain, sizeof plain))
        out->whole = false;
    const char *p = plain;
    for (;;) {
        struct word *w = &out->word[out->n];
        p = read_separators(p, w->before, sizeof w->before);
        if (*p == '\0')
            return;
        if (out->n == WORDS_MAX) {
            out->whole = false;
            return;
        }
        p = read_run(p, w);
        out->n++;
    }
}

bool word_is(const struct word *w, const char *text)
{
    return strcmp(w->text, text) == 0;
}

bool word_in(const struct word *w, const char *const *list)
{
    for (; *list; list++)
        if (word_is(w, *list))
            return true;
    return false;
}

/* Plain spelling: no accents, no hamza on alef. Two-word names have their second word in `then`. */
static const struct {
    const char *word, *then;
    int month;
} months[] = {
    {"يناير", NULL, 1},     {"كانون", "الثاني", 1},  {"جانفي", NULL, 1},     {"فبراير", NULL, 2},
    {"شباط", NULL, 2},      {"فيفري", NULL, 2},      {"مارس", NULL, 3},      {"اذار", NULL, 3},
    {"ابريل", NULL, 4},     {"نيسان", NULL, 4},      {"افريل", NULL, 4},     {"مايو", NULL, 5},
    {"ايار", NULL, 5},      {"ماي", NULL, 5},        {"يونيو", NULL, 6},     {"يونيه", NULL, 6},
    {"حزيران", NULL, 6},    {"جوان", NULL, 6},       {"يوليو", NULL, 7},     {"يوليه", NULL, 7},
    {"تموز", NULL, 7},      {"جويلية", NULL, 7},     {"يوليوز", NULL, 7},    {"اغسطس", NULL, 8},
    {"اب", NULL, 8},        {"اوت", NULL, 8},        {"غشت", NULL, 8},       {"سبتمبر", NULL, 9},
    {"ايلول", NULL, 9},     {"شتنبر", NULL, 9},      {"اكتوبر", NULL, 10},   {"تشرين", "الاول", 10},
    {"نوفمبر", NULL, 11},   {"تشرين", "الثاني", 11}, {"نونبر", NULL, 11},    {"ديسمبر", NULL, 12},
    {"كانون", "الاول", 12}, {"دجنبر", NULL, 12},     {"january", NULL, 1},   {"jan", NULL, 1},
    {"janvier", NULL, 1},   {"february", NULL, 2},   {"feb", NULL, 2},       {"fevrier", NULL, 2},
    {"march", NULL, 3},     {"mar", NULL, 3},        {"mars", NULL, 3},      {"april", NULL, 4},
    {"apr", NULL, 4},       {"avril", NULL, 4},      {"may", NULL, 5},       {"mai", NULL, 5},
    {"june", NULL, 6},      {"jun", NULL, 6},        {"juin", NULL, 6},      {"july", NULL, 7},
    {"jul", NULL, 7},       {"juillet", NULL, 7},    {"august", NULL, 8},    {"aug", NULL, 8},
    {"aout", NULL, 8},      {"september", NULL, 9},  {"sep", NULL, 9},       {"sept", NULL, 9},
    {"septembre", NULL, 9}, {"october", NULL, 10},   {"oct", NULL, 10},      {"octobre", NULL, 10},
    {"november", NULL, 11}, {"nov", NULL, 11},       {"novembre", NULL, 11}, {"december", NULL, 12},
    {"dec", NULL, 12},      {"decembre", NULL, 12},
};

int words_month(const struct word *w, size_t *used_out)
{
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        if (!word_is(w, months[i].word))
            continue;
        if (months[i].then && (strcmp(w[1].before, " ") != 0 || !word_is(w + 1, months[i].then)))
            continue;
        *used_out = months[i].then ? 2 : 1;
        return months[i].month;
    }
    return 0;
}
