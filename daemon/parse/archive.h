/* archive.h - a ZIP's directory, and what of it is filed.
 *
 * All or nothing: a half unpacked archive would look whole to who opens its folder. Folders, links and what systems
 * leave behind (__MACOSX, .DS_Store, Thumbs.db, desktop.ini) are passed over. */
#ifndef TAAMIM_PARSE_ARCHIVE_H
#define TAAMIM_PARSE_ARCHIVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zip.h>
#include "base/arena.h"
#include "parse/document.h"

#define ARCHIVE_MEMBERS_MAX   100                 /* files of one archive */
#define ARCHIVE_ENTRIES_MAX   2000                /* with folders and what is passed over */
#define ARCHIVE_DIRECTORY_MAX 4000                /* places of a directory that are counted before libzip reads it */
#define ARCHIVE_RATIO_MAX     200                 /* unpacked to packed */
#define ARCHIVE_RATIO_FROM    ((int64_t)10 << 20) /* below it the ratio does not matter */

struct archive_member {
    const char *name; /* UTF-8, no folders but where two would be the same */
    zip_uint64_t index;
    int64_t size; /* as the directory says */
};
struct archive_list {
    struct archive_member *members;
    size_t n;
};

/* NULL where the bytes are no ZIP or its directory cannot be read. They must stay; zip_discard() ends it. */
zip_t *archive_open(struct octets file);
/* True where a file in it can be read with a password only. */
bool archive_locked(zip_t *z);
/* packed is the archive's size, room what its content may have. NULL, or in words why it stays closed. */
const char *archive_list(struct arena *a, zip_t *z, int64_t packed, int64_t room, struct archive_list *out);
/* The first max bytes of the member with this name, in the arena; NULL where there is none. */
char *archive_text(struct arena *a, zip_t *z, const char *name, size_t max);
/* A member's name as its bytes stand in the directory: UTF-8, else the code page that makes the most sense. */
char *archive_name(struct arena *a, const char *raw);

#endif
