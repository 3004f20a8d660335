/* The matrix for spreadsheets: RFC 4180, UTF-8 with a byte order mark. A name may come from anywhere (registers are
 * imported), so a cell that a spreadsheet would take for a formula gets an apostrophe before it. */
#include "app/portal.h"

#include <string.h>

#include "app/portal_private.h"

static void add_cell(struct buf *out, const char *text)
{
    bool formula = *text && strchr("=+-@\t\r", *text);
    bool quoted = formula || strpbrk(text, ",\"\r\n") || *text == ' ';

    if (out->len && out->data[out->len - 1] != '\n')
        buf_addc(out, ',');
    if (quoted)
        buf_addc(out, '"');
    if (formula)
        buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
    if (quoted)
        buf_addc(out, '"');
}

static void add_number(struct buf *out, int n)
{
    buf_addf(out, ",%d", n);
}

static void add_instant(struct buf *out, const struct config *c, int64_t at)
{
    struct civil t;

    buf_addc(out, ',');
    if (at == 0)
        return;
    t = zone_civil(c->zone, at);
    buf_addf(out, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

static void add_yes(struct buf *out, bool yes)
{
    buf_adds(out, yes ? ",نعم" : ",لا");
}

static const char *missing_of(struct arena *a, const struct matrix *m, const struct matrix_row *row)
{
    const char *text = "";

    for (size_t i = 0; i < m->spec->n_items; i++) {
        const struct round_item *item = &m->spec->items[i];

        if (row->missing & (1u << i))
            text = arena_printf(a, "%s%s%zu. %s", text, *text ? "؛ " : "", i + 1,
                                item->title[LANG_AR] ? item->title[LANG_AR] : item->key);
    }
    return text;
}

static const char *answer_of(const struct matrix_row *row)
{
    if (row->answered)
        return row->complete ? "كامل" : "جزئي";
    return row->wrote ? "ردّت، ولم تصل ورقتها بعد" : "لم تردّ بعد";
}

static void add_row(struct buf *out, struct arena *a, const struct config *c, const struct matrix *m, size_t i)
{
    const struct matrix_row *row = &m->rows[i];

    buf_addf(out, "%zu", i + 1);
    add_cell(out, row->party);
    add_cell(out, row_name(row));
    add_number(out, row->addresses);
    add_number(out, row->sent);
    add_number(out, row->waiting);
    add_number(out, row->failed);
    add_number(out, row->bounced);
    add_cell(out, answer_of(row));
    add_instant(out, c, row->answered_at);
    add_yes(out, row->late);
    add_number(out, row->papers);
    add_cell(out, missing_of(a, m, row));
    add_number(out, row->reminded);
    add_number(out, row->held);
    add_number(out, row->notes);
    add_instant(out, c, row->deadline_at);
    add_yes(out, row->extended);
    buf_adds(out, "\r\n");
}

char *portal_csv(struct arena *a, const struct config *c, const struct matrix *m)
{
    BUF_SCOPED out = {0};

    buf_adds(&out, "\xef\xbb\xbf"
                   "م,الرمز,الجهة,العناوين,أُرسل,بانتظار الإرسال,تعذّر الإرسال,مرتدّ,الردّ,"
                   "تاريخ الردّ,بعد الموعد,الأوراق,الناقص,"
                   "التذكير,قيد المراجعة,ردود آلية أو بلا أوراق,الموعد النهائي,تمديد\r\n");
    for (size_t i = 0; i < m->n; i++)
        add_row(&out, a, c, m, i);
    return out.overflow ? NULL : arena_strdup(a, buf_text(&out));
}
