/* err.c - the text of a failure, kept to one line of valid UTF-8.
 *
 * What the other side said goes into it and may hold anything: line ends and other controls become spaces, invalid
 * bytes become question marks, so that the text can stand in a log line, a mail and a JSON string. A text that is
 * too long is cut at a character boundary. */
#include "base/err.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The last character may have been cut in two by snprintf. */
static void cut_at_character(char *text, size_t size)
{
    size_t n = strlen(text);
    const char *end;
    if (n + 1 < size || g_utf8_validate(text, -1, &end))
        return;
    if (n - (size_t)(end - text) < 4 && g_utf8_get_char_validated(end, -1) == (gunichar)-2)
        text[end - text] = '\0';
}

static void tidy(char *text)
{
    const char *end;
    for (char *p = text; !g_utf8_validate(p, -1, &end); p = text + (end - text))
        text[end - text] = '?';
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
        text[n - 1] = '\0';
}

static void finish(struct err *e, const char *text, size_t size)
{
    g_strlcpy(e->text, text, sizeof e->text < size ? sizeof e->text : size);
    cut_at_character(e->text, sizeof e->text);
    tidy(e->text);
}

static void fill(struct err *e, enum err_kind kind, const char *format, va_list args)
{
    if (!e)
        return;
    char text[sizeof e->text]; /* an argument may be e->text itself */
    vsnprintf(text, sizeof text, format, args);
    e->kind = kind;
    finish(e, text, sizeof text);
}

bool err_temp(struct err *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(e, ERR_TEMP, format, args);
    va_end(args);
    return false;
}

bool err_perm(struct err *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(e, ERR_PERM, format, args);
    va_end(args);
    return false;
}

bool err_prefix(struct err *e, const char *format, ...)
{
    if (!e)
        return false;
    char text[2 * sizeof e->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof e->text, format, args);
    va_end(args);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, ": %s", e->text);
    finish(e, text, sizeof text);
    return false;
}
