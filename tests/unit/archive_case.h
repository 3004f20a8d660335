/* archive_case.h - a mail with one file in it, and the ZIPs that tests make with libzip. */
#ifndef TAAMIM_TESTS_ARCHIVE_CASE_H
#define TAAMIM_TESTS_ARCHIVE_CASE_H
#include "parse_case.h"
#include <glib.h>
#include <zip.h>

struct member {
    const char *name, *text;
};

struct made {
    char *bytes;
    size_t n;
};

static inline zip_t *zip_begin(zip_source_t **source_out)
{
    *source_out = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(*source_out);
    zip_t *z = zip_open_from_source(*source_out, ZIP_TRUNCATE, NULL);
    assert_non_null(z);
    return z;
}

/* Names are taken byte by byte: what is no UTF-8 stays as it is. bytes live until the end. */
static inline zip_int64_t zip_put(zip_t *z, const char *name, const void *bytes, size_t n)
{
    bool utf8 = g_utf8_validate(name, -1, NULL);
    zip_int64_t i =
        zip_file_add(z, name, zip_source_buffer(z, bytes, n, 0), utf8 ? ZIP_FL_ENC_UTF_8 : ZIP_FL_ENC_CP437);
    assert_true(i >= 0);
    return i;
}

static inline struct made zip_end(zip_t *z, zip_source_t *source)
{
    zip_stat_t st;
    struct made made = {0};
    assert_int_equal(zip_close(z), 0);
    assert_int_equal(zip_source_stat(source, &st), 0);
    made.n = (size_t)st.size;
    made.bytes = malloc(made.n);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_read(source, made.bytes, made.n), made.n);
    zip_source_close(source);
    zip_source_free(source);
    return made;
}

static inline struct made zip_of(const struct member *members, size_t n)
{
    zip_source_t *source;
    zip_t *z = zip_begin(&source);
    for (size_t i = 0; i < n; i++)
        zip_put(z, members[i].name, members[i].text, strlen(members[i].text));
    return zip_end(z, source);
}

/* A mail with words, and this file (its bytes are freed); behind it a second one, "last.txt". */
static inline char *mail_of(struct made file, const char *name)
{
    char *coded = g_base64_encode((guchar *)file.bytes, file.n);
    GString *lines = g_string_sized_new(file.n * 7 / 5 + 500);
    for (size_t i = 0; coded[i]; i += strnlen(coded + i, 76))
        g_string_append_printf(lines, "%.76s\n", coded + i);
    char *text = g_strdup_printf(
        "From: Office <office@jo.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nOur papers.\n"
        "--B\nContent-Type: application/octet-stream; name=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n"
        "--B\nContent-Type: text/plain; name=last.txt\n\nlast\n--B--\n",
        name, lines->str);
    g_string_free(lines, TRUE);
    g_free(coded);
    free(file.bytes);
    return text;
}

static inline struct parsed parse_file(struct made file, const char *name)
{
    char *text = mail_of(file, name);
    struct parsed p = parse_text(text);
    g_free(text);
    return p;
}

#endif
