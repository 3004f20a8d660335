/* A meeting in TNEF: what Exchange says by the class of the message and a binary identifier, said as iCalendar says it
 * (MS-OXCICAL 2.1.3.1.1.20.26 for the identifier), in a part of that kind. Requests and cancellations are said too;
 * other classes are no meetings, and give nothing. */
#include <strings.h>
#include <string.h>
#include <unistd.h>
#include "parse/tree.h"

#define ID_MAX  ((size_t)500)
#define DAY_AT  16 /* of one meeting in a series: four bytes that are not of the series' name */
#define DATA_AT 40 /* behind the fixed part and the length of the data */

static const struct meeting {
    const char *class, *method, *answer;
} meetings[] = {
    {"IPM.Microsoft Schedule.MtgRespP", "REPLY", "ACCEPTED"},  {"IPM.Schedule.Meeting.Resp.Pos", "REPLY", "ACCEPTED"},
    {"IPM.Microsoft Schedule.MtgRespN", "REPLY", "DECLINED"},  {"IPM.Schedule.Meeting.Resp.Neg", "REPLY", "DECLINED"},
    {"IPM.Microsoft Schedule.MtgRespA", "REPLY", "TENTATIVE"}, {"IPM.Schedule.Meeting.Resp.Tent", "REPLY", "TENTATIVE"},
    {"IPM.Microsoft Schedule.MtgReq", "REQUEST", NULL},        {"IPM.Schedule.Meeting.Request", "REQUEST", NULL},
    {"IPM.Microsoft Schedule.MtgCncl", "CANCEL", NULL},        {"IPM.Schedule.Meeting.Canceled", "CANCEL", NULL},
};

static const struct meeting *meeting_of(const char *class)
{
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++)
        if (strcasecmp(meetings[i].class, class) == 0)
            return &meetings[i];
    return NULL;
}

/* A meeting that another program called has its own name inside; one of Outlook is named by all bytes. */
static void add_uid(struct buf *out, const unsigned char *id, size_t n)
{
    static const char inside[] = "vCal-Uid\1\0\0";
    if (n > DATA_AT + sizeof inside && memcmp(id + DATA_AT, inside, sizeof inside) == 0) {
        for (size_t i = DATA_AT + sizeof inside; i < n && id[i] >= ' '; i++)
            buf_addc(out, (char)id[i]);
        return;
    }
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%02X", i >= DAY_AT && i < DAY_AT + 4 ? 0U : (unsigned)id[i]);
}

GMimePart *tnef_meeting(struct tree *t, const char *class, struct slice id)
{
    const struct meeting *meeting = meeting_of(class);
    unsigned char bytes[ID_MAX];
    size_t n = id.size < (int64_t)sizeof bytes ? (size_t)id.size : 0;
    if (!meeting || (n > 0 && pread(t->scratch_fd, bytes, n, id.offset) != (ssize_t)n))
        return NULL;
    BUF_SCOPED text = {0};
    buf_addf(&text, "BEGIN:VCALENDAR\nMETHOD:%s\nBEGIN:VEVENT\n", meeting->method);
    if (n > 0) {
        buf_adds(&text, "UID:");
        add_uid(&text, bytes, n);
        buf_addc(&text, '\n');
    }
    if (meeting->answer)
        buf_addf(&text, "ATTENDEE;PARTSTAT=%s:\n", meeting->answer);
    buf_adds(&text, "END:VEVENT\nEND:VCALENDAR\n");
    struct slice written = {t->scratch_used, (int64_t)text.len};
    return scratch_write(t, text.data, text.len) ? scratch_part(t, "text/calendar; charset=utf-8", written) : NULL;
}
