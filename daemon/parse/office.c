/* Documents that are ZIPs: Office's (ECMA-376), OpenDocument (ISO/IEC 26300), EPUB, JAR; told from an archive by the
 * member that each must have. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "parse/archive.h"
#include "parse/document.h"

#define TEXT_LOOKED ((size_t)1 << 20)

static bool has(zip_t *z, const char *name)
{
    return zip_name_locate(z, name, ZIP_FL_NOCASE | ZIP_FL_ENC_RAW) >= 0;
}

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcasecmp(name + n - m, end) == 0;
}

/* OpenDocument keeps empty lists of macros beside the modules themselves. */
static bool is_basic_module(const char *name)
{
    return strncmp(name, "Basic/", 6) == 0 && ends_in(name, ".xml") && !ends_in(name, "/script-lc.xml") &&
           !ends_in(name, "/script-lb.xml") && !ends_in(name, "/dialog-lc.xml") && !ends_in(name, "/dialog-lb.xml");
}

static bool is_program(const char *name)
{
    bool script = strncmp(name, "Scripts/", 8) == 0 && !ends_in(name, "/");
    return ends_in(name, "vbaProject.bin") || is_basic_module(name) || script;
}

static bool has_programs(zip_t *z)
{
    zip_int64_t n = zip_get_num_entries(z, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (name && is_program(name))
            return true;
    }
    return false;
}

/* libmagic knows these only where the members stand in Microsoft's own order. */
static const struct {
    const char *member, *type;
} kinds[] = {
    {"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

static void name_type(zip_t *z, struct fact_part *p)
{
    bool vague = strcmp(p->type, "application/zip") == 0 || strcmp(p->type, "application/octet-stream") == 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && vague; i++)
        if (has(z, kinds[i].member))
            p->type = kinds[i].type;
}

/* <Pages>3</Pages> of docProps/app.xml, as the program that saved it counted. */
static int pages_of(struct arena *a, zip_t *z)
{
    const char *text = archive_text(a, z, "docProps/app.xml", TEXT_LOOKED);
    const char *at = text ? strstr(text, "<Pages>") : NULL;
    long pages = at ? strtol(at + 7, NULL, 10) : 0;
    return pages > 0 && pages <= FACTS_PAGES_MAX ? (int)pages : 0;
}

bool office_look(zip_t *z, struct fact_part *p)
{
    bool microsoft = has(z, "[Content_Types].xml"), open = has(z, "META-INF/manifest.xml");
    if (!microsoft && !open && !has(z, "META-INF/container.xml") && !has(z, "META-INF/MANIFEST.MF"))
        return false;
    ARENA_SCOPED a = arena_new();
    p->macros = has_programs(z);
    if (microsoft) {
        name_type(z, p);
        p->pages = pages_of(a, z);
    }
    const char *manifest = open ? archive_text(a, z, "META-INF/manifest.xml", TEXT_LOOKED) : NULL;
    p->locked |= manifest && (strstr(manifest, ":encryption-data") || strstr(manifest, "<encryption-data"));
    return true;
}
