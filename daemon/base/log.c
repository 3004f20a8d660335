/* log.c - one line per outcome, to stderr, in one write; or, where stderr is the journal and somebody speaks to that, as
 * fields.
 *
 * Nothing in a value can end the line, forge a field or turn the text's direction: controls (ASCII and C1), bidi
 * controls, line separators and invalid bytes are written as \xNN, byte by byte. A value that is too long is cut, and
 * "..." says so. A line that cannot be written is lost: there is nobody left to tell. */
#include "base/log.h"

#include <ctype.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"

enum { VALUE_MAX = 1500, FIELDS_MAX = 32 };

static const char *program_name = "";
static enum log_level least_level = LOG_LEVEL_INFO;
static bool under_journal;
static log_journal_fn *journal;

/* systemd names there the device and inode that it gave as stderr: what was redirected since is something else. */
static bool stderr_is_the_journal(void)
{
    const char *given = getenv("JOURNAL_STREAM");
    char *colon;
    struct stat st;
    return given && fstat(STDERR_FILENO, &st) == 0 && strtoumax(given, &colon, 10) == st.st_dev && *colon == ':' &&
           strtoumax(colon + 1, NULL, 10) == st.st_ino;
}

void log_open(const char *program, enum log_level least)
{
    program_name = program;
    least_level = least;
    under_journal = stderr_is_the_journal();
}

void log_to_journal(log_journal_fn *send)
{
    journal = send;
}

static bool is_bidi_control(gunichar c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_printed(gunichar c)
{
    if (c == (gunichar)-1 || c == (gunichar)-2)
        return false;
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x2028 && c != 0x2029 && !is_bidi_control(c);
}

static size_t character_size(const char *p, size_t left, gunichar *c_out)
{
    *c_out = g_utf8_get_char_validated(p, (gssize)left);
    bool valid = *c_out != (gunichar)-1 && *c_out != (gunichar)-2;
    return valid ? (size_t)(g_utf8_next_char(p) - p) : 1;
}

static void add_escaped(struct buf *line, const char *value)
{
    size_t len = strlen(value);
    for (size_t at = 0, size; at < len; at += size) {
        gunichar c;
        size = character_size(value + at, len - at, &c);
        if (at + size > VALUE_MAX) {
            buf_adds(line, "...");
            return;
        }
        if (c == '"' || c == '\\')
            buf_addf(line, "\\%c", (int)c);
        else if (is_printed(c))
            buf_add(line, value + at, size);
        else
            for (size_t i = 0; i < size; i++)
                buf_addf(line, "\\x%02x", (unsigned char)value[at + i]);
    }
}

static bool needs_quotes(const char *value)
{
    if (*value == '\0')
        return true;
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("\"\\='", *p))
            return true;
    return false;
}

static void add_field(struct buf *line, const char *name, const char *value)
{
    const char *quote = needs_quotes(value) ? "\"" : "";
    buf_addf(line, " %s=%s", name, quote);
    add_escaped(line, value);
    buf_adds(line, quote);
}

/* "ROUND=ARCP/2026/04" and a NUL. The journal has MESSAGE for the line itself. */
static void add_journal_field(struct buf *fields, const char *name, const char *value)
{
    for (const char *p = strcmp(name, "message") == 0 ? "reply" : name; *p; p++)
        buf_addc(fields, (char)toupper((unsigned char)*p));
    buf_addc(fields, '=');
    add_escaped(fields, value);
    buf_addc(fields, '\0');
}

static bool send_fields(const struct buf *fields)
{
    struct iovec list[FIELDS_MAX];
    int n = 0;
    if (fields->overflow)
        return false;
    for (char *p = fields->data; p < fields->data + fields->len && n < FIELDS_MAX; p += strlen(p) + 1)
        list[n++] = (struct iovec){p, strlen(p)};
    return journal(list, n) >= 0;
}

static void write_line(enum log_level level, const char *text)
{
    BUF_SCOPED line = {0};
    if (under_journal)
        buf_addf(&line, "<%d>", (int)level);
    else if (*program_name)
        buf_addf(&line, "%s: ", program_name);
    buf_adds(&line, text);
    buf_addc(&line, '\n');
    ssize_t written = TEMP_FAILURE_RETRY(write(STDERR_FILENO, line.data, line.len));
    (void)written;
}

void log_event(enum log_level level, const char *event, ...)
{
    if (level > least_level)
        return;
    BUF_SCOPED line = {0};
    BUF_SCOPED fields = {0};
    buf_adds(&line, event);
    buf_addf(&fields, "PRIORITY=%d%cSYSLOG_IDENTIFIER=%s%cEVENT=%s%c", (int)level, 0, program_name, 0, event, 0);
    va_list args;
    va_start(args, event);
    for (const char *name; (name = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (!value)
            continue;
        add_field(&line, name, value);
        add_journal_field(&fields, name, value);
    }
    va_end(args);
    buf_addf(&fields, "MESSAGE=%s%c", buf_text(&line), 0);
    if (!under_journal || !journal || !send_fields(&fields))
        write_line(level, buf_text(&line));
}
