/* compose_document.c - one document as a part of a mail, streamed from a descriptor into a file of its own.
 *
 * The part is encoded once per round and shared by all its mails. It begins with its boundary line and ends before
 * the line break that belongs to the next one. Memory stays flat whatever the document's size. A document that
 * changes under the reading, or cannot be read to its end, is an error and leaves no file; a file that is there is
 * whole. */
#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/compose.h"
#include "mail/compose_value.h"

#define LINE_IN       57 /* bytes that make a line of 76 (RFC 2045 6.8) */
#define LINES_AT_ONCE 512

static const struct {
    const char *extension, *type;
} types[] = {
    {"pdf", "application/pdf"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"rtf", "application/rtf"},
    {"zip", "application/zip"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain"},
    {"csv", "text/csv"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ics", "text/calendar"},
};

static const char *type_by_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(dot + 1, types[i].extension) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* type "/" subtype, tokens of RFC 2045 5.1; composite types would make of the document something else than a file. */
static bool type_right(const char *type, struct err *e)
{
    static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&^_.+-";
    size_t n = strspn(type, token);
    size_t m = type[n] == '/' ? strspn(type + n + 1, token) : 0;
    if (n == 0 || m == 0 || type[n + 1 + m] || strlen(type) > 127)
        return err_perm(e, "cannot attach a document: its type is not written as type/subtype");
    if (strncasecmp(type, "multipart/", 10) == 0 || strncasecmp(type, "message/", 8) == 0)
        return err_perm(e, "cannot attach a document: %s is no type of a file", type);
    return true;
}

static void set_parameter(GMimeParamList *list, const char *parameter, const char *value,
                          GMimeParamEncodingMethod method)
{
    g_mime_param_list_set_parameter(list, parameter, value);
    GMimeParam *p = g_mime_param_list_get_parameter(list, parameter);
    g_mime_param_set_charset(p, "UTF-8");
    g_mime_param_set_encoding_method(p, method);
}

/* Boundary line, header and empty line. */
static char *part_head(const char *name, const char *type, const char *boundary)
{
    GMimeFormatOptions *format = compose_crlf();
    g_auto(GStrv) halves = g_strsplit(type, "/", 2);
    GMimePart *part = g_mime_part_new_with_type(halves[0], halves[1]);
    GMimeObject *object = GMIME_OBJECT(part);
    GMimeParamList *type_parameters = g_mime_content_type_get_parameters(g_mime_object_get_content_type(object));
    set_parameter(type_parameters, "name", name, GMIME_PARAM_ENCODING_METHOD_RFC2047);
    g_mime_object_set_disposition(object, GMIME_DISPOSITION_ATTACHMENT);
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    set_parameter(g_mime_content_disposition_get_parameters(disposition), "filename", name,
                  GMIME_PARAM_ENCODING_METHOD_RFC2231);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_autofree char *headers = g_mime_object_get_headers(object, format);
    g_object_unref(part);
    return g_strconcat("\r\n--", boundary, "\r\n", headers, "\r\n", NULL);
}

/* ---- streaming */

/* Fills the block as far as the document goes. */
static ssize_t read_block(int fd, unsigned char *block, size_t size, int64_t offset)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = pread(fd, block + got, size - got, offset + (int64_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

/* Lines of 76, a line break before each but the first. */
static void write_lines(FILE *out, const unsigned char *block, size_t n, bool first)
{
    for (size_t at = 0; at < n; at += LINE_IN) {
        char line[LINE_IN * 2];
        int state = 0, save = 0;
        size_t len = g_base64_encode_step(block + at, n - at < LINE_IN ? n - at : LINE_IN, FALSE, line, &state, &save);
        len += g_base64_encode_close(FALSE, line + len, &state, &save);
        if (!first || at > 0)
            fputs("\r\n", out);
        fwrite(line, 1, len, out);
    }
}

static bool write_content(int fd, FILE *out, const char *name, struct err *e)
{
    struct stat before;
    if (fstat(fd, &before) < 0 || !S_ISREG(before.st_mode))
        return err_perm(e, "cannot attach %s: it is no file", name);
    unsigned char block[LINE_IN * LINES_AT_ONCE];
    int64_t offset = 0;
    for (;;) {
        ssize_t n = read_block(fd, block, sizeof block, offset);
        if (n < 0)
            return err_temp(e, "cannot attach %s: reading it failed: %s", name, strerror(errno));
        if (n == 0)
            break;
        write_lines(out, block, (size_t)n, offset == 0);
        offset += n;
    }
    return offset == before.st_size || err_temp(e, "cannot attach %s: it changed while it was read", name);
}

static bool close_synced(FILE *out)
{
    bool ok = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    return fclose(out) == 0 && ok;
}

static bool sync_folder(const char *path)
{
    g_autofree char *copy = g_strdup(path);
    FD_SCOPED folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 && fsync(folder) == 0;
}

/* The whole part into a temporary file, which is there, synced, where it returns true. */
static bool write_part(int fd, const char *name, const char *head, char *temporary, struct err *e)
{
    int to = mkostemp(temporary, O_CLOEXEC);
    FILE *out = to >= 0 && fchmod(to, 0640) == 0 ? fdopen(to, "w") : NULL;
    if (!out) {
        err_temp(e, "cannot write %s: %s", temporary, strerror(errno));
        if (to >= 0) {
            close(to);
            unlink(temporary);
        }
        return false;
    }
    fputs(head, out);
    bool ok = write_content(fd, out, name, e);
    if (!close_synced(out) && ok)
        ok = err_temp(e, "cannot write %s: %s", temporary, strerror(errno));
    if (!ok)
        unlink(temporary);
    return ok;
}

bool compose_document(int fd, const char *name, const char *type, const char *boundary, const char *path,
                      int64_t *size_out, struct err *e)
{
    if (!compose_value_right("the name of a document", name, e) || !compose_boundary_right(boundary, e))
        return false;
    if (!*name || strlen(name) > 255)
        return err_perm(e, "cannot attach a document: its name is empty or longer than 255 bytes");
    if (!type)
        type = type_by_name(name);
    if (!type_right(type, e))
        return false;
    g_autofree char *head = part_head(name, type, boundary);
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    if (!write_part(fd, name, head, temporary, e))
        return false;
    struct stat written;
    if (stat(temporary, &written) < 0 || rename(temporary, path) < 0 || !sync_folder(path)) {
        err_temp(e, "cannot write %s: %s", path, strerror(errno));
        unlink(temporary);
        return false;
    }
    *size_out = written.st_size;
    return true;
}
