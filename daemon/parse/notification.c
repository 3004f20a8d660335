/* Notifications of a sending service as JSON text (Amazon SES by way of SNS): a mail that bounced, arrived or was
 * complained about.
 *
 * Such a mail is the JSON alone, with a footer that is no JSON. Lines that a mail server broke ("!" and a line end) are
 * joined again. What is no object with a type that we know says nothing. */
#include <jansson.h>
#include <string.h>
#include <strings.h>
#include "parse/report.h"

static char *joined(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) + 1), *to = out;
    for (const char *p = text; *p; p++) {
        if (*p == '\n' || *p == '\r')
            continue;
        if (*p == '!' && (p[1] == '\n' || p[1] == '\r'))
            p += strspn(p + 1, "\r\n") + (p[1 + strspn(p + 1, "\r\n")] == ' ');
        else
            *to++ = *p;
    }
    return out;
}

static const char *text_of(struct arena *a, const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? arena_strdup(a, s) : "";
}

/* An address alone, or an object that has one. */
static void add_recipient(struct tree *t, const json_t *r, enum report_action action, const char *said)
{
    const char *address =
        json_is_string(r) ? arena_strdup(t->a, json_string_value(r)) : text_of(t->a, r, "emailAddress");
    const char *words = *said ? said : text_of(t->a, r, "diagnosticCode"), *status = text_of(t->a, r, "status");
    if (*status_in(t->a, status) == '\0')
        status = words;
    if (strchr(address, '@') && strlen(address) <= 254)
        add_failure(t, (struct fact_failure){.action = action,
                                             .address = address,
                                             .original = "",
                                             .status = status_in(t->a, status),
                                             .text = arena_strndup(t->a, words, strnlen(words, 300))});
}

static void add_headers(struct tree *t, const json_t *mail)
{
    size_t i;
    json_t *h;
    json_array_foreach(json_object_get(mail, "headers"), i, h)
        add_returned_ids(t, arena_printf(t->a, "%s: %s", text_of(t->a, h, "name"), text_of(t->a, h, "value")));
}

static bool read_type(struct tree *t, const json_t *o)
{
    const char *type = text_of(t->a, o, "notificationType");
    const json_t *bounce = json_object_get(o, "bounce"), *delivery = json_object_get(o, "delivery"), *list;
    size_t i;
    json_t *r;
    if (strcmp(type, "Complaint") == 0)
        return t->facts->signs.report_feedback = true;
    if (strcmp(type, "Bounce") != 0 && strcmp(type, "Delivery") != 0)
        return false;
    t->facts->signs.report_dsn = true;
    list = *type == 'B' ? json_object_get(bounce, "bouncedRecipients") : json_object_get(delivery, "recipients");
    const char *said = text_of(t->a, delivery, "smtpResponse");
    json_array_foreach(list, i, r) add_recipient(t, r, *type == 'B' ? REPORT_FAILED : REPORT_DELIVERED, said);
    return true;
}

void collect_notification(struct tree *t)
{
    const char *text = t->facts->text + strspn(t->facts->text, " \t\r\n");
    if (*text != '{' || !strstr(text, "\"notificationType\""))
        return;
    json_t *o = json_loads(joined(t->a, text), JSON_DISABLE_EOF_CHECK, NULL);
    if (json_is_object(o) && read_type(t, o))
        add_headers(t, json_object_get(o, "mail"));
    json_decref(o);
}
