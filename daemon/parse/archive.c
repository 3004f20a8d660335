/* A ZIP's directory: who is in it, under which name, and whether that is within bounds.
 *
 * libzip reads it over the bytes in memory. What the directory claims is checked before anything is unpacked; whoever
 * unpacks counts again. Only stored and deflated members are taken: what mail programs and desktops make, and what
 * costs a known time. */
#include "parse/archive.h"
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "base/buf.h"
#include "base/mem.h"
#include "parse/header.h"
#include "parse/message.h"

#define NAME_BYTES ((size_t)600)

/* PKWARE's APPNOTE 4.3.16: the end of the directory says how many files there are, within the last 64 KB. libzip
 * makes room for as many as are claimed before it looks. */
static bool sane_end(struct octets file)
{
    size_t from = file.n > 65557 ? file.n - 65557 : 0;
    for (size_t i = file.n < 22 ? 0 : file.n - 21; i-- > from;)
        if (memcmp(file.at + i, "PK\5\6", 4) == 0) {
            unsigned n = file.at[i + 10] | (unsigned)file.at[i + 11] << 8;
            return n <= ARCHIVE_DIRECTORY_MAX || n == 0xFFFF; /* ZIP64 has the number elsewhere */
        }
    return false;
}

zip_t *archive_open(struct octets file)
{
    zip_error_t why;
    if (file.n < 22 || file.at[0] != 'P' || file.at[1] != 'K' || !sane_end(file))
        return NULL;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(file.at, file.n, 0, &why);
    zip_t *z = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (source && !z)
        zip_source_free(source);
    zip_error_fini(&why);
    return z;
}

static bool is_special(zip_t *z, zip_uint64_t i)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    bool unix_like = zip_file_get_external_attributes(z, i, 0, &system, &attributes) == 0 &&
                     (system == ZIP_OPSYS_UNIX || system == ZIP_OPSYS_OS_X);
    mode_t kind = (mode_t)(attributes >> 16) & S_IFMT;
    return unix_like && kind != 0 && kind != S_IFREG;
}

static bool is_left_behind(const char *path)
{
    static const char *const names[] = {".DS_Store", "Thumbs.db", "desktop.ini"};
    const char *last = strrchr(path, '/');
    last = last ? last + 1 : path;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(last, names[i]) == 0)
            return true;
    return strncmp(path, "__MACOSX/", 9) == 0 || strstr(path, "/__MACOSX/");
}

/* The member's path with '/' between; NULL where it is none of a file that a person put in. */
static char *path_of(struct arena *a, zip_t *z, zip_uint64_t i)
{
    const char *raw = zip_get_name(z, i, ZIP_FL_ENC_RAW);
    if (!raw || is_special(z, i))
        return NULL;
    char *path = archive_name(a, raw);
    for (char *c = path; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    size_t n = strlen(path);
    return (n > 0 && path[n - 1] == '/') || is_left_behind(path) ? NULL : path;
}

bool archive_locked(zip_t *z)
{
    zip_int64_t n = zip_get_num_entries(z, 0);
    for (zip_int64_t i = 0; i < n && i < ARCHIVE_ENTRIES_MAX; i++) {
        zip_stat_t st;
        if (zip_stat_index(z, (zip_uint64_t)i, 0, &st) == 0 && (st.valid & ZIP_STAT_ENCRYPTION_METHOD) &&
            st.encryption_method != ZIP_EM_NONE)
            return true;
    }
    return false;
}

/* "../a//b.pdf" -> "a - b.pdf": only what names something. */
static char *joined(struct arena *a, const char *path)
{
    BUF_SCOPED name = {0};
    while (*path) {
        size_t n = strcspn(path, "/");
        bool names = n > 0 && !(n == 1 && *path == '.') && !(n == 2 && memcmp(path, "..", 2) == 0) &&
                     !(n == 2 && path[1] == ':');
        if (names) {
            buf_adds(&name, name.len > 0 ? " - " : "");
            buf_add(&name, path, n);
        }
        path += n + (path[n] == '/');
    }
    return arena_strndup(a, buf_text(&name), name.len);
}

static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The last component alone, where no other file has the same; members hold paths until then. */
static void shorten(struct arena *a, struct archive_list *list)
{
    const char *names[ARCHIVE_MEMBERS_MAX];
    for (size_t i = 0; i < list->n; i++) {
        bool alone = true;
        const char *last = last_of(list->members[i].name);
        for (size_t k = 0; k < list->n && alone; k++)
            alone = k == i || strcasecmp(last, last_of(list->members[k].name)) != 0;
        names[i] = text_cut(a, alone ? last : joined(a, list->members[i].name), NAME_BYTES);
    }
    for (size_t i = 0; i < list->n; i++)
        list->members[i].name = names[i];
}

static const char *add_member(struct arena *a, zip_t *z, zip_uint64_t i, struct archive_list *list)
{
    zip_stat_t st;
    char *path = path_of(a, z, i);
    if (!path)
        return NULL;
    if (zip_stat_index(z, i, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || !(st.valid & ZIP_STAT_COMP_METHOD))
        return "its directory is damaged";
    if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE)
        return "it is packed by a method that is not read here";
    if (st.size > (zip_uint64_t)PARSE_PART_MAX)
        return "its files are too large";
    if (list->n == ARCHIVE_MEMBERS_MAX)
        return arena_printf(a, "it holds more than %d files", ARCHIVE_MEMBERS_MAX);
    struct archive_member m = {.name = path, .index = i, .size = (int64_t)st.size};
    ARENA_PUSH(a, list->members, list->n, m);
    return NULL;
}

const char *archive_list(struct arena *a, zip_t *z, int64_t packed, int64_t room, struct archive_list *out)
{
    struct archive_list list = {.n = 0};
    zip_int64_t n = zip_get_num_entries(z, 0);
    if (n > ARCHIVE_ENTRIES_MAX)
        return "its directory is too long";
    int64_t all = 0;
    for (zip_int64_t i = 0; i < n; i++) {
        const char *why = add_member(a, z, (zip_uint64_t)i, &list);
        if (why)
            return why;
    }
    for (size_t i = 0; i < list.n; i++)
        all += list.members[i].size;
    if (all > PARSE_PART_MAX || all > room)
        return "its files are too large";
    if (all > ARCHIVE_RATIO_FROM && all / ARCHIVE_RATIO_MAX > packed)
        return arena_printf(a, "its files would be more than %d times its size", ARCHIVE_RATIO_MAX);
    shorten(a, &list);
    *out = list;
    return NULL;
}

char *archive_text(struct arena *a, zip_t *z, const char *name, size_t max)
{
    zip_file_t *f = zip_fopen(z, name, 0);
    if (!f)
        return NULL;
    char *text = arena_alloc(a, max + 1);
    zip_int64_t got = zip_fread(f, text, max);
    zip_fclose(f);
    text[got > 0 ? got : 0] = '\0';
    return text;
}
