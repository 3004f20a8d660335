/* What packs files and is no ZIP is not unpacked: it stays closed. Of RAR and 7z, whether a password is needed: their
 * first entries say it, or the directory itself is encrypted and nothing else can be read.
 *
 * libarchive knows of RAR 4 and 7z, not of RAR 5 (technical note at rarlab.com), which is read here:
 *
 *   signature *( crc32 size type flags [extra-size] [data-size] fields [extra] [data] )    numbers: 7 bits a byte
 *   type 4 = all that follows is encrypted; type 2 = file, encrypted where its extra area holds a record 1
 *   extra = *( size record-type fields ) */
#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include "parse/document.h"

#define ENTRIES_LOOKED 10 /* folders may stand before the first file */
#define BLOCKS_LOOKED  50 /* of RAR 5 */

enum { RAR5_FILE = 2, RAR5_ENCRYPTED = 4, RAR5_HAS_EXTRA = 1, RAR5_HAS_DATA = 2, RAR5_FILE_PASSWORD = 1 };

/* Takes one number off the front. What goes beyond the end, or is no number, is as large as can be. */
static size_t take(struct octets *from)
{
    size_t value = 0;
    for (unsigned i = 0; i < 5 && from->n > 0; i++) {
        unsigned char byte = *from->at;
        from->at++;
        from->n--;
        value |= (size_t)(byte & 0x7F) << 7 * i;
        if (byte < 0x80)
            return value;
    }
    return SIZE_MAX;
}

static struct octets part_of(struct octets all, size_t from, size_t n)
{
    if (from > all.n)
        return (struct octets){all.at, 0};
    return (struct octets){all.at + from, n < all.n - from ? n : all.n - from};
}

static bool extra_says_password(struct octets extra)
{
    while (extra.n > 0) {
        size_t size = take(&extra);
        struct octets record = part_of(extra, 0, size);
        if (take(&record) == RAR5_FILE_PASSWORD)
            return true;
        extra = part_of(extra, size, SIZE_MAX);
    }
    return false;
}

/* One block, whose checksum is passed over; what follows it stays in rest. */
static bool block_says_password(struct octets *rest)
{
    *rest = part_of(*rest, 4, SIZE_MAX);
    size_t size = take(rest);
    struct octets block = part_of(*rest, 0, size), fields = block;
    size_t type = take(&fields), flags = take(&fields);
    size_t extra = flags & RAR5_HAS_EXTRA ? take(&fields) : 0, data = flags & RAR5_HAS_DATA ? take(&fields) : 0;
    *rest = part_of(part_of(*rest, size, SIZE_MAX), data, SIZE_MAX);
    if (type == RAR5_ENCRYPTED)
        return true;
    return type == RAR5_FILE && extra <= block.n && extra_says_password(part_of(block, block.n - extra, extra));
}

static bool rar5_locked(struct octets file)
{
    struct octets rest = part_of(file, 8, SIZE_MAX);
    for (int i = 0; i < BLOCKS_LOOKED && rest.n > 0; i++)
        if (block_says_password(&rest))
            return true;
    return false;
}

static bool entries_locked(struct archive *packed, struct octets file)
{
    archive_read_support_format_rar(packed);
    archive_read_support_format_7zip(packed);
    bool locked = false, looking = archive_read_open_memory(packed, file.at, file.n) == ARCHIVE_OK;
    for (int i = 0; looking && !locked && i < ENTRIES_LOOKED; i++) {
        struct archive_entry *entry = NULL;
        int got = archive_read_next_header(packed, &entry);
        locked = archive_read_has_encrypted_entries(packed) > 0;
        looking = got == ARCHIVE_OK && archive_entry_size(entry) == 0;
    }
    return locked;
}

static bool rar_locked(struct octets file)
{
    if (file.n <= 8 || (memcmp(file.at, "Rar!\x1A\7", 6) != 0 && memcmp(file.at, "7z\xBC\xAF\x27\x1C", 6) != 0))
        return false;
    if (memcmp(file.at, "Rar!\x1A\7\1", 7) == 0)
        return rar5_locked(file);
    struct archive *packed = archive_read_new();
    bool locked = packed && entries_locked(packed, file);
    archive_read_free(packed);
    return locked;
}

void packed_look(struct octets file, struct fact_part *p)
{
    static const char *const types[] = {"application/x-rar",
                                        "application/vnd.rar",
                                        "application/x-7z-compressed",
                                        "application/gzip",
                                        "application/x-gzip",
                                        "application/x-bzip2",
                                        "application/x-xz",
                                        "application/zstd",
                                        "application/x-tar",
                                        "application/x-arj",
                                        "application/x-lzh-compressed",
                                        "application/vnd.ms-cab-compressed",
                                        "application/x-iso9660-image"};
    p->locked |= rar_locked(file);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        p->closed |= !p->locked && strcmp(p->type, types[i]) == 0;
}
