/* What a file's bytes tell: each reader is asked and knows its own kind. Here are the small ones: pictures and their
 * pages, mail that is encrypted. */
#include "parse/document.h"
#include <gsf/gsf.h>
#include <string.h>

#define TIFF_PAGES_MAX 2000

/* libgsf complains of broken files through GLib, whose writer asks the system what its stderr is: the sandbox would end
 * it for that. Nobody reads these words. */
static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
    (void)level;
    (void)fields;
    (void)n;
    (void)data;
    return G_LOG_WRITER_HANDLED;
}

void document_prepare(void)
{
    static bool prepared;
    if (prepared)
        return;
    prepared = true;
    g_log_set_writer_func(say_nothing, NULL, NULL);
    gsf_init();
}

static unsigned long tiff_number(const unsigned char *at, size_t n, bool big)
{
    unsigned long value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (unsigned long)at[i] << 8 * (big ? n - 1 - i : i);
    return value;
}

/* TIFF 6.0: "II*\0" or "MM\0*", the first directory's offset; a directory is a count, entries of 12 bytes, the next
 * one's offset. 0 where the chain is broken or goes on for ever. */
static int tiff_pages(struct octets file)
{
    bool big = file.n >= 8 && memcmp(file.at, "MM\0*", 4) == 0;
    if (file.n < 8 || (!big && memcmp(file.at, "II*\0", 4) != 0))
        return 0;
    unsigned long at = tiff_number(file.at + 4, 4, big);
    int pages = 0;
    while (at != 0) {
        if (at > file.n - 2 || ++pages > TIFF_PAGES_MAX)
            return 0;
        unsigned long next = at + 2 + 12 * tiff_number(file.at + at, 2, big);
        if (next > file.n - 4)
            return 0;
        at = tiff_number(file.at + next, 4, big);
    }
    return pages;
}

static void image_look(struct octets file, struct fact_part *p)
{
    if (strncmp(p->type, "image/", 6) != 0 || strncmp(p->type, "image/svg", 9) == 0)
        return;
    p->scan = true;
    p->pages = strcmp(p->type, "image/tiff") == 0 ? tiff_pages(file) : 1;
}

/* OpenPGP's armour (RFC 9580 6.2), or what libmagic knows by the packets. */
static void pgp_look(struct octets file, struct fact_part *p)
{
    static const char armour[] = "-----BEGIN PGP MESSAGE-----";
    if (strcmp(p->type, "application/pgp-encrypted") == 0 ||
        (file.n >= sizeof armour - 1 && memcmp(file.at, armour, sizeof armour - 1) == 0))
        p->locked = true;
}

void document_look(struct octets file, struct fact_part *p)
{
    image_look(file, p);
    packed_look(file, p);
    pgp_look(file, p);
    compound_look(file, p);
    pdf_look(file, p);
}
