/* A PDF by qpdf: whether it opens without a password, its pages, and whether they are pictures alone.
 *
 * A page is taken for a picture where neither it nor what it draws names a font; who scans and recognises the words
 * has fonts, and is no bare scan. Only the first pages are looked at. A file whose table of objects is broken is
 * searched through like viewers do, unless it is large. */
#include <qpdf/qpdf-c.h>
#include <string.h>
#include "parse/document.h"

#define HEADER_WITHIN ((size_t)1024)     /* where readers look for "%PDF-" */
#define RECOVERED_MAX ((size_t)24 << 20) /* larger broken ones are not searched */
#define PAGES_LOOKED  20
#define FORMS_MAX     50 /* drawings that one page, or one drawing, may name */
#define DRAWN_DEPTH   3
#define PARENTS_MAX   16

struct pdf {
    qpdf_data q;
    int forms_left; /* of all pages */
};

static bool names_any(struct pdf *pdf, qpdf_oh dictionary)
{
    if (!qpdf_oh_is_dictionary(pdf->q, dictionary))
        return false;
    qpdf_oh_begin_dict_key_iter(pdf->q, dictionary);
    return qpdf_oh_dict_more_keys(pdf->q);
}

static size_t forms_of(struct pdf *pdf, qpdf_oh resources, qpdf_oh forms[FORMS_MAX])
{
    size_t n = 0;
    qpdf_oh drawn = qpdf_oh_get_key_if_dict(pdf->q, resources, "/XObject");
    if (!qpdf_oh_is_dictionary(pdf->q, drawn))
        return 0;
    qpdf_oh_begin_dict_key_iter(pdf->q, drawn);
    while (n < FORMS_MAX && qpdf_oh_dict_more_keys(pdf->q))
        forms[n++] = qpdf_oh_get_key(pdf->q, drawn, qpdf_oh_dict_next_key(pdf->q));
    return n;
}

static bool has_font(struct pdf *pdf, qpdf_oh resources, int depth)
{
    qpdf_oh forms[FORMS_MAX];
    if (names_any(pdf, qpdf_oh_get_key_if_dict(pdf->q, resources, "/Font")))
        return true;
    size_t n = depth < DRAWN_DEPTH ? forms_of(pdf, resources, forms) : 0;
    for (size_t i = 0; i < n && pdf->forms_left > 0; i++) {
        pdf->forms_left--;
        if (!qpdf_oh_is_stream(pdf->q, forms[i]))
            continue;
        qpdf_oh own = qpdf_oh_get_key_if_dict(pdf->q, qpdf_oh_get_dict(pdf->q, forms[i]), "/Resources");
        if (has_font(pdf, own, depth + 1))
            return true;
    }
    return false;
}

/* A page without resources has its parent's. */
static qpdf_oh resources_of(struct pdf *pdf, qpdf_oh page)
{
    qpdf_oh resources = qpdf_oh_get_key_if_dict(pdf->q, page, "/Resources");
    for (int i = 0; i < PARENTS_MAX && !qpdf_oh_is_dictionary(pdf->q, resources); i++) {
        page = qpdf_oh_get_key_if_dict(pdf->q, page, "/Parent");
        resources = qpdf_oh_get_key_if_dict(pdf->q, page, "/Resources");
    }
    return resources;
}

static void look_at_pages(struct pdf *pdf, struct fact_part *p)
{
    int pages = qpdf_get_num_pages(pdf->q);
    if (pages <= 0)
        return;
    bool fonts = false;
    for (int i = 0; i < pages && i < PAGES_LOOKED && !fonts; i++)
        fonts = has_font(pdf, resources_of(pdf, qpdf_get_page_n(pdf->q, (size_t)i)), 0);
    p->pages = pages < FACTS_PAGES_MAX ? pages : FACTS_PAGES_MAX;
    p->scan = !fonts;
}

void pdf_look(struct octets file, struct fact_part *p)
{
    if (!memmem(file.at, file.n < HEADER_WITHIN ? file.n : HEADER_WITHIN, "%PDF-", 5))
        return;
    struct pdf pdf = {.q = qpdf_init(), .forms_left = PAGES_LOOKED * FORMS_MAX};
    qpdf_silence_errors(pdf.q);
    qpdf_set_suppress_warnings(pdf.q, QPDF_TRUE);
    qpdf_set_attempt_recovery(pdf.q, file.n <= RECOVERED_MAX);
    QPDF_ERROR_CODE code = qpdf_read_memory(pdf.q, "", (const char *)file.at, file.n, "");
    if ((code & QPDF_ERRORS) == 0)
        look_at_pages(&pdf, p);
    else
        p->locked |= qpdf_get_error_code(pdf.q, qpdf_get_error(pdf.q)) == qpdf_e_password;
    qpdf_get_error(pdf.q); /* one that nobody asked for is written to stderr */
    qpdf_cleanup(&pdf.q);
}
