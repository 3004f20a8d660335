/* The page of a round: right-to-left Arabic, one file, no script, nothing loaded from anywhere. Every text that came
 * from outside is escaped; the parts of a path are percent-encoded, so that a file name can neither end an attribute
 * nor lead elsewhere. A paper without a path is named but not linked. */
#include "app/portal.h"

#include <string.h>

#include "app/marks.h"
#include "app/portal_private.h"
#include "base/clock.h"
#include "mail/lang.h"
#include "mail/names.h"
#include "mail/template.h"

#define NOTE_BYTES ((size_t)400)

struct page {
    struct arena *a;
    const struct config *config;
    const struct matrix *m;
    const struct paper_row *papers;
    size_t n_papers;
    const char *href;
    struct buf out;
};

const char *row_name(const struct matrix_row *row)
{
    return row->who ? party_name(row->who, LANG_AR) : row->party;
}

static void add(struct page *p, const char *html)
{
    buf_adds(&p->out, html);
}

static void add_text(struct page *p, const char *text)
{
    buf_adds(&p->out, html_escape(p->a, text ? text : ""));
}

/* One element with text in it; `tag` is the opening tag without its brackets. */
static void add_element(struct page *p, const char *tag, const char *text)
{
    buf_addf(&p->out, "<%s>", tag);
    add_text(p, text);
    buf_addf(&p->out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static void add_path(struct page *p, const char *path)
{
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("-._~/", *c) != NULL;

        buf_addf(&p->out, plain ? "%c" : "%%%02X", *c);
    }
}

static const char *title_of(const struct matrix *m)
{
    const char *title = text_in(m->spec->title, LANG_AR);

    return *title ? title : m->round.ref;
}

/* ---- above the table */

static void add_head(struct page *p)
{
    add(p, "<!DOCTYPE html>\n<html lang=\"ar\" dir=\"rtl\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n<title>");
    add_text(p, p->m->round.ref);
    add(p, " – ");
    add_text(p, title_of(p->m));
    add(p, "</title>\n<style>");
    add(p, portal_style);
    add(p, "</style>\n</head>\n<body>\n<main>\n");
}

static const char *state_words(const char *state)
{
    if (strcmp(state, round_state_names[ROUND_OPEN]) == 0)
        return "الجولة مفتوحة";
    return strcmp(state, round_state_names[ROUND_CLOSED]) == 0 ? "أُغلقت الجولة" : "أُلغيت الجولة";
}

static void add_header(struct page *p)
{
    const struct round_spec *spec = p->m->spec;

    add(p, "<header>\n");
    add_element(p, "p class=\"house\"", text_in(p->config->short_name, LANG_AR));
    add_element(p, "h1", title_of(p->m));
    add(p, "<p>المرجع: ");
    add_element(p, "bdi dir=\"ltr\"", p->m->round.ref);
    if (spec->note_number) {
        add(p, " · مذكرة رقم ");
        add_element(p, "bdi dir=\"ltr\"", spec->note_number);
    }
    if (spec->note_number && spec->note_date.year) {
        add(p, " بتاريخ ");
        add_text(p, date_without_weekday(p->a, LANG_AR, spec->note_date));
    }
    add(p, " · ");
    add(p, state_words(p->m->round.state));
    add(p, "</p>\n</header>\n");
}

static void add_deadline(struct page *p)
{
    add(p, "<p class=\"until\">الموعد النهائي: ");
    add_element(p, "strong", instant_in_words(p->a, LANG_AR, p->config->zone, p->m->round.deadline_at));
    add(p, "</p>\n");
}

static void add_figure(struct page *p, long n, const char *what)
{
    buf_addf(&p->out, "<li><b>%ld</b><span>%s</span></li>\n", n, what);
}

static void add_figures(struct page *p)
{
    const struct matrix *m = p->m;

    add(p, "<ul class=\"figures\">\n");
    add_figure(p, (long)m->n, "الجهات المدعوّة");
    add_figure(p, m->complete, "ردّت ردّاً كاملاً");
    add_figure(p, m->partial, "ردّت ردّاً جزئياً");
    if (m->wrote)
        add_figure(p, m->wrote, "ردّت، ولم تصل أوراقها بعد");
    add_figure(p, m->silent, "لم تردّ بعد");
    add_figure(p, m->papers, "الأوراق الواردة");
    if (m->held)
        add_figure(p, m->held, "لديها ردود قيد المراجعة");
    if (m->bounced)
        add_figure(p, m->bounced, "لديها رسائل مرتدّة");
    add(p, "</ul>\n");
}

static void add_items(struct page *p)
{
    const struct round_spec *spec = p->m->spec;

    if (spec->n_items == 0)
        return;
    add(p, "<h2>البنود المطلوبة</h2>\n<ol class=\"items\">\n");
    for (size_t i = 0; i < spec->n_items; i++) {
        add(p, "<li>");
        add_text(p, text_in(spec->items[i].title, LANG_AR));
        add(p, spec->items[i].required ? "</li>\n" : " <span class=\"small\">(اختياري)</span></li>\n");
    }
    add(p, "</ol>\n");
}

/* ---- the cells of a row; the label is what a phone shows before the cell */

static void open_cell(struct page *p, const char *label, bool blank)
{
    buf_addf(&p->out, "<td%s data-label=\"%s\"><div>", blank ? " class=\"blank\"" : "", label);
    if (blank)
        add(p, "<span class=\"empty\">–</span>");
}

static void close_cell(struct page *p)
{
    add(p, "</div></td>\n");
}

static void add_sent(struct page *p, const struct matrix_row *row)
{
    open_cell(p, "الإرسال", row->addresses == 0);
    if (row->addresses)
        buf_addf(&p->out, "<p class=\"line\">أُرسل إلى %d من %d</p>", row->sent, row->addresses);
    if (row->waiting)
        buf_addf(&p->out, "<p class=\"small\">بانتظار الإرسال: %d</p>", row->waiting);
    if (row->failed)
        buf_addf(&p->out, "<p><span class=\"mark\">تعذّر الإرسال: %d</span></p>", row->failed);
    if (row->bounced)
        buf_addf(&p->out, "<p><span class=\"mark\">رسائل مرتدّة: %d</span></p>", row->bounced);
    close_cell(p);
}

static void add_answer(struct page *p, const struct matrix_row *row)
{
    open_cell(p, "الردّ", false);
    add(p, "<p class=\"state\"><span aria-hidden=\"true\">");
    if (!row->answered)
        add(p, row->wrote ? "○</span> ردّت، ولم تصل ورقتها بعد" : "○</span> لم تردّ بعد");
    else
        add(p, row->complete ? "●</span> ردّ كامل" : "◐</span> ردّ جزئي");
    add(p, "</p>");
    if (row->answered_at)
        add_element(p, "p class=\"small\"",
                    date_without_weekday(p->a, LANG_AR, zone_civil(p->config->zone, row->answered_at)));
    if (row->late)
        add(p, "<p><span class=\"mark\">ورد بعد الموعد</span></p>");
    close_cell(p);
}

static void add_paper_name(struct page *p, const struct paper_row *paper)
{
    const char *slash = strrchr(paper->path, '/');

    if (!*paper->path) {
        add_element(p, "bdi", paper->name);
        add(p, " <span class=\"mark\">لا يطابق ما وردنا، ولم يُدرج</span>");
        return;
    }
    add(p, "<a href=\"");
    add(p, html_escape(p->a, p->href));
    add_path(p, paper->path);
    add(p, "\">");
    add_element(p, "bdi", slash ? slash + 1 : paper->path);
    add(p, "</a>");
}

static void add_paper(struct page *p, const struct paper_row *paper)
{
    add(p, paper->current ? "<li>" : "<li class=\"old\">");
    add_paper_name(p, paper);
    add(p, " <span class=\"small\">");
    add_text(p, size_in_words(p->a, LANG_AR, paper->size));
    if (paper->item == ITEM_COVER)
        add(p, " · كتاب تغطية");
    if (paper->item >= 0 && p->m->spec->n_items > 1)
        buf_addf(&p->out, " · البند %d", paper->item + 1);
    if (mark_has(paper->marks, MARK_LOCKED))
        add(p, " · محمي بكلمة مرور");
    if (mark_has(paper->marks, MARK_CLOSED))
        add(p, " · تعذّر الاطلاع على محتواه");
    if (!paper->current)
        add(p, " · صيغة سابقة");
    else if (paper->version > 1)
        buf_addf(&p->out, " · الصيغة %d", paper->version);
    add(p, "</span></li>\n");
}

static bool is_of(const struct paper_row *paper, const struct matrix_row *row)
{
    return strcasecmp(paper->party, row->party) == 0;
}

/* Current ones first, then what they replaced. */
static void add_papers(struct page *p, const struct matrix_row *row)
{
    int more = row->papers;
    size_t n = 0;

    for (size_t i = 0; i < p->n_papers; i++)
        if (is_of(&p->papers[i], row)) {
            n++;
            more -= p->papers[i].current && !mark_has(p->papers[i].marks, MARK_ARCHIVE);
        }
    open_cell(p, "الأوراق", n == 0);
    if (n)
        add(p, "<ul class=\"papers\">\n");
    for (int current = 1; current >= 0; current--)
        for (size_t i = 0; n && i < p->n_papers; i++)
            if (p->papers[i].current == (current == 1) && is_of(&p->papers[i], row))
                add_paper(p, &p->papers[i]);
    if (n)
        add(p, "</ul>");
    if (more > 0)
        buf_addf(&p->out, "<p class=\"small\">وأوراق أخرى عددها %d</p>", more);
    close_cell(p);
}

static void add_missing(struct page *p, const struct matrix_row *row)
{
    const struct round_spec *spec = p->m->spec;
    /* Of who is silent everything is missing, and the column before says so. */
    unsigned missing = row->answered ? row->missing : 0;

    open_cell(p, "الناقص", missing == 0);
    for (size_t i = 0; i < spec->n_items; i++)
        if (missing & (1u << i)) {
            buf_addf(&p->out, "<p>%zu. ", i + 1);
            add_text(p, text_in(spec->items[i].title, LANG_AR));
            add(p, "</p>");
        }
    close_cell(p);
}

static void add_reminded(struct page *p, const struct matrix_row *row)
{
    open_cell(p, "التذكير", row->reminded == 0);
    if (row->reminded)
        buf_addf(&p->out, "<p>%d</p>", row->reminded);
    close_cell(p);
}

/* What the latest answer without a paper says: the beginning, as text. */
static void add_note(struct page *p, const char *note, bool unverified)
{
    bool more = strlen(note) > NOTE_BYTES;

    if (unverified)
        add(p, "<p><span class=\"mark\">غير موثّق</span></p>");
    add_element(p, "blockquote class=\"small\" dir=\"auto\"",
                arena_printf(p->a, "%s%s", text_clean(p->a, note, strnlen(note, NOTE_BYTES)), more ? "…" : ""));
}

static void add_notes(struct page *p, const struct matrix_row *row)
{
    open_cell(p, "ملاحظات", !row->held && !row->extended && !row->notes && !row->away);
    if (row->held)
        buf_addf(&p->out, "<p><span class=\"mark\">قيد المراجعة: %d</span></p>", row->held);
    if (row->extended) {
        add(p, "<p><span class=\"mark\">تمديد</span> <span class=\"small\">حتى ");
        add_text(p, instant_in_words(p->a, LANG_AR, p->config->zone, row->deadline_at));
        add(p, "</span></p>");
    }
    if (row->away) {
        add(p, row->away_unverified ? "<p class=\"small\">غائب (غير موثّق): «<bdi>" : "<p class=\"small\">غائب: «<bdi>");
        add_text(p, row->away);
        add(p, "</bdi>»</p>");
    }
    if (row->notes)
        buf_addf(&p->out, "<p class=\"small\">ردود آلية أو بلا أوراق: %d</p>", row->notes);
    if (row->note)
        add_note(p, row->note, row->note_unverified);
    close_cell(p);
}

static void add_row(struct page *p, size_t i)
{
    const struct matrix_row *row = &p->m->rows[i];

    buf_addf(&p->out, "<tr class=\"%s\">\n<td class=\"n\">%zu</td>\n",
             !row->answered  ? "none"
             : row->complete ? "done"
                             : "part",
             i + 1);
    add_element(p, "th scope=\"row\"", row_name(row));
    add(p, "\n");
    add_sent(p, row);
    add_answer(p, row);
    add_papers(p, row);
    if (p->m->spec->n_items)
        add_missing(p, row);
    add_reminded(p, row);
    add_notes(p, row);
    add(p, "</tr>\n");
}

static void add_table(struct page *p)
{
    add(p, "<h2>موقف الجهات</h2>\n<div class=\"wide\">\n<table>\n"
           "<thead><tr><th scope=\"col\">م</th><th scope=\"col\">الجهة</th>"
           "<th scope=\"col\">الإرسال</th><th scope=\"col\">الردّ</th><th scope=\"col\">الأوراق</th>");
    if (p->m->spec->n_items)
        add(p, "<th scope=\"col\">الناقص</th>");
    add(p, "<th scope=\"col\">التذكير</th><th scope=\"col\">ملاحظات</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->m->n; i++)
        add_row(p, i);
    add(p, "</tbody>\n</table>\n</div>\n");
}

static void add_footer(struct page *p)
{
    add(p, "<footer>\n<p>آخر تحديث: ");
    add_text(p, instant_in_words(p->a, LANG_AR, p->config->zone, clock_now()));
    add(p, "</p>\n<p>الجدول نفسه لبرامج الجداول: "
           "<a href=\"matrix.csv\"><bdi dir=\"ltr\">matrix.csv</bdi></a></p>\n</footer>\n"
           "</main>\n</body>\n</html>\n");
}

char *portal_page(struct arena *a, const struct config *c, const struct matrix *m, const struct paper_row *papers,
                  size_t n_papers, const char *papers_href)
{
    struct page p = {.a = a, .config = c, .m = m, .papers = papers, .n_papers = n_papers, .href = papers_href};
    char *html;

    add_head(&p);
    add_header(&p);
    add_deadline(&p);
    add_figures(&p);
    add_items(&p);
    add_table(&p);
    add_footer(&p);
    html = p.out.overflow ? NULL : arena_strdup(a, buf_text(&p.out));
    buf_free(&p.out);
    return html;
}
