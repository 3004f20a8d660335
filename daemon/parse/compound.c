/* Compound files (MS-CFB), read by libgsf: Office up to 2003, and what Office encrypts since.
 *
 * An encrypted document is a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4.4); Word's header has a bit (MS-DOC 2.5.2),
 * Excel's workbook a FilePass record near its start (MS-XLS 2.4.117), PowerPoint's "Current User" a token (MS-PPT
 * 2.3.2). Macros are a storage with a stream _VBA_PROJECT in it (MS-OVBA 2.2.1). */
#include <gsf/gsf.h>
#include <string.h>
#include "parse/document.h"

#define DEPTH_MAX    4
#define CHILDREN_MAX 500 /* of all storages */
#define RECORDS_MAX  64  /* of a workbook, until FilePass */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInput, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GsfInfile, g_object_unref)

static unsigned number(const guint8 *at, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (unsigned)at[i] << 8 * i;
    return value;
}

/* The first n bytes of a stream of the root; false where there are not so many. */
static bool head_of(GsfInfile *root, const char *name, guint8 *bytes, size_t n)
{
    g_autoptr(GsfInput) stream = gsf_infile_child_by_name(root, name);
    return stream && gsf_input_size(stream) >= (gsf_off_t)n && gsf_input_read(stream, n, bytes);
}

static bool word_locked(GsfInfile *root)
{
    guint8 head[12];
    return head_of(root, "WordDocument", head, sizeof head) && number(head, 2) == 0xA5EC &&
           (number(head + 10, 2) & 0x0100);
}

static bool slides_locked(GsfInfile *root)
{
    guint8 head[16];
    return head_of(root, "Current User", head, sizeof head) && number(head + 12, 4) == 0xF3D1C4DF;
}

/* Records are type, length, content; the first is BOF. */
static bool workbook_locked(GsfInfile *root, const char *name)
{
    g_autoptr(GsfInput) stream = gsf_infile_child_by_name(root, name);
    guint8 head[4];
    for (int i = 0; stream && i < RECORDS_MAX && gsf_input_read(stream, sizeof head, head); i++) {
        unsigned type = number(head, 2), length = number(head + 2, 2);
        if (i == 0 ? type != 0x0809 : type == 0x000A)
            return false;
        if (type == 0x002F)
            return true;
        if (gsf_input_seek(stream, length, G_SEEK_CUR))
            return false;
    }
    return false;
}

static bool has_macros(GsfInfile *storage, int depth, int *left)
{
    int n = gsf_infile_num_children(storage);
    for (int i = 0; i<n && * left> 0; i++) {
        --*left;
        const char *name = gsf_infile_name_by_index(storage, i);
        if (name && strcmp(name, "_VBA_PROJECT") == 0)
            return true;
        g_autoptr(GsfInput) child = gsf_infile_child_by_index(storage, i);
        if (depth < DEPTH_MAX && GSF_IS_INFILE(child) && has_macros(GSF_INFILE(child), depth + 1, left))
            return true;
    }
    return false;
}

void compound_look(struct octets file, struct fact_part *p)
{
    if (file.n < 512 || memcmp(file.at, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) != 0)
        return;
    g_autoptr(GsfInput) bytes = gsf_input_memory_new(file.at, (gsf_off_t)file.n, FALSE);
    g_autoptr(GsfInfile) root = gsf_infile_msole_new(bytes, NULL);
    if (!root)
        return;
    g_autoptr(GsfInput) package = gsf_infile_child_by_name(root, "EncryptedPackage");
    int left = CHILDREN_MAX;
    p->locked |= package || word_locked(root) || slides_locked(root) || workbook_locked(root, "Workbook") ||
                 workbook_locked(root, "Book");
    p->macros = has_macros(root, 0, &left);
}
