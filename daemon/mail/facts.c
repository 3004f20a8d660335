/* Facts to JSON and back.
 *
 * The writing side keeps to the caps of facts.h; the reading side checks them again, since the child that wrote may
 * have been taken over by what
 * it read: counts, lengths, offsets within the scratch file, valid UTF-8. A field that is missing reads as absent; one
 * of a wrong type or
 * beyond its bound is an error, and the message is held. */
#include "mail/facts.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/wire.h"
#include "mail/names.h"

#define LONG_TEXT   ((size_t)64 << 10)
#define SHORT_TEXT  ((size_t)4096)
#define STATUS_TEXT ((size_t)16)
#define HASH_TEXT   ((size_t)64)

static const struct {
    const char *name;
    size_t offset;
} sign_rows[] = {
#define SIGN(field)                                                                                                    \
    {                                                                                                                  \
#field, offsetof(struct mail_signs, field)                                                                     \
    }
    SIGN(unreadable),      SIGN(report_dsn),
    SIGN(report_mdn),      SIGN(report_feedback),
    SIGN(prose_bounce),    SIGN(null_return_path),
    SIGN(from_daemon),     SIGN(precedence_auto),
    SIGN(precedence_bulk), SIGN(list),
    SIGN(subject_auto),    SIGN(challenge),
    SIGN(calendar_reply),  SIGN(loop),
    SIGN(has_papers),      SIGN(mdn_in_words),
#undef SIGN
};
#define N_SIGNS (sizeof sign_rows / sizeof *sign_rows)

/* At most what the other side takes, cut at a character: one long word must not make a mail unreadable. What is not
 * UTF-8 is left out by jansson. */
static void set_capped(json_t *o, const char *key, const char *value, size_t max)
{
    size_t n = value ? strlen(value) : 0;
    if (n > max)
        for (n = max; n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80;)
            n--;
    if (n > 0)
        json_object_set_new(o, key, json_stringn(value, n));
}

static void set_text(json_t *o, const char *key, const char *value)
{
    set_capped(o, key, value, SHORT_TEXT);
}

static json_t *signs_to_json(const struct mail_signs *s)
{
    json_t *o = json_object();
    for (size_t i = 0; i < N_SIGNS; i++)
        if (*(const bool *)((const char *)s + sign_rows[i].offset))
            json_object_set_new(o, sign_rows[i].name, json_true());
    json_object_set_new(o, "action", json_integer(s->action));
    json_object_set_new(o, "auto_submitted", json_integer(s->auto_submitted));
    return o;
}

static json_t *address_to_json(const struct fact_address *x)
{
    json_t *o = json_object();
    set_text(o, "name", x->name);
    set_text(o, "address", x->address);
    return o;
}

static json_t *failure_to_json(const struct fact_failure *x)
{
    json_t *o = json_object();
    json_object_set_new(o, "action", json_integer(x->action));
    set_text(o, "address", x->address);
    set_capped(o, "status", x->status, STATUS_TEXT);
    set_text(o, "text", x->text);
    set_text(o, "original", x->original);
    return o;
}

static void set_flag(json_t *o, const char *key, bool value)
{
    if (value)
        json_object_set_new(o, key, json_true());
}

static json_t *auth_to_json(const struct fact_auth *x)
{
    json_t *o = json_object();
    set_capped(o, "value", x->value, FACTS_AUTH_TEXT);
    set_flag(o, "cut", x->cut);
    return o;
}

static json_t *part_to_json(const struct fact_part *x)
{
    json_t *o = json_object();
    set_text(o, "name", x->name);
    set_text(o, "claimed", x->claimed);
    set_text(o, "type", x->type);
    json_object_set_new(o, "offset", json_integer(x->offset));
    json_object_set_new(o, "size", json_integer(x->size));
    set_flag(o, "inline_shown", x->inline_shown);
    set_flag(o, "forwarded", x->forwarded);
    set_flag(o, "cut", x->cut);
    set_flag(o, "no_paper", x->no_paper);
    set_flag(o, "locked", x->locked);
    set_flag(o, "closed", x->closed);
    set_flag(o, "macros", x->macros);
    set_flag(o, "scan", x->scan);
    json_object_set_new(o, "pages", json_integer(x->pages));
    json_object_set_new(o, "member_of", json_integer(x->member_of));
    set_capped(o, "utf8_sha256", x->utf8_sha256, HASH_TEXT);
    return o;
}

static json_t *strings_to_json(const char *const *list, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static void set_auth(json_t *o, const char *key, const struct fact_auth *list, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, auth_to_json(&list[i]));
    json_object_set_new(o, key, array);
}

static void set_lists(json_t *o, const struct facts *f)
{
    json_object_set_new(o, "references", strings_to_json(f->references, f->n_references));
    json_object_set_new(o, "returned_ids", strings_to_json(f->returned_ids, f->n_returned_ids));
    json_object_set_new(o, "links", strings_to_json(f->links, f->n_links));
    json_t *recipients = json_array(), *failures = json_array(), *parts = json_array();
    for (size_t i = 0; i < f->n_recipients; i++)
        json_array_append_new(recipients, address_to_json(&f->recipients[i]));
    for (size_t i = 0; i < f->n_failures; i++)
        json_array_append_new(failures, failure_to_json(&f->failures[i]));
    for (size_t i = 0; i < f->n_parts; i++)
        json_array_append_new(parts, part_to_json(&f->parts[i]));
    set_auth(o, "auth_results", f->auth_results, f->n_auth_results);
    set_auth(o, "arc_seals", f->arc_seals, f->n_arc_seals);
    set_auth(o, "arc_results", f->arc_results, f->n_arc_results);
    json_object_set_new(o, "recipients", recipients);
    json_object_set_new(o, "failures", failures);
    json_object_set_new(o, "parts", parts);
}

json_t *facts_to_json(const struct facts *f)
{
    json_t *o = json_object();
    json_object_set_new(o, "signs", signs_to_json(&f->signs));
    json_object_set_new(o, "from", address_to_json(&f->from));
    set_flag(o, "several_senders", f->several_senders);
    set_flag(o, "incomplete", f->incomplete);
    set_text(o, "subject", f->subject);
    set_text(o, "message_id", f->message_id);
    set_text(o, "in_reply_to", f->in_reply_to);
    json_object_set_new(o, "date_at", json_integer(f->date_at));
    set_lists(o, f);
    set_capped(o, "text", f->text, LONG_TEXT);
    set_capped(o, "reply_text", f->reply_text, LONG_TEXT);
    set_text(o, "auth_as", f->auth_as);
    set_text(o, "away_until", f->away_until);
    set_text(o, "calendar_method", f->calendar_method);
    set_text(o, "calendar_uid", f->calendar_uid);
    set_text(o, "calendar_partstat", f->calendar_partstat);
    set_text(o, "trouble", f->trouble);
    return o;
}

/* Reading: one struct carries what every step needs; the first fault stays. */
struct reading {
    struct arena *a;
    int64_t scratch_size;
    struct err *e;
    bool failed;
};

static void fault(struct reading *r, const char *key, const char *what)
{
    if (!r->failed)
        err_perm(r->e, "the parser's record: \"%s\" %s", key, what);
    r->failed = true;
}

/* The string under a key, checked for its length; NULL where it is missing. */
static const json_t *get_string(struct reading *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        return NULL;
    if (!json_is_string(v) || json_string_length(v) > max) {
        fault(r, key, json_is_string(v) ? "is too long" : "is no text");
        return NULL;
    }
    return v;
}

static const char *get_text(struct reading *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = get_string(r, o, key, max);
    return v ? text_clean(r->a, json_string_value(v), json_string_length(v)) : "";
}

static const char *get_line(struct reading *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = get_string(r, o, key, max);
    return v ? text_line(r->a, json_string_value(v), SIZE_MAX) : "";
}

/* What has a structure: letter for letter. */
static const char *get_exact(struct reading *r, const json_t *o, const char *key, size_t max)
{
    const json_t *v = get_string(r, o, key, max);
    return v ? text_valid(r->a, json_string_value(v), json_string_length(v)) : "";
}

static int64_t get_number(struct reading *r, const json_t *o, const char *key, int64_t least, int64_t most)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        return least > 0 ? least : 0;
    if (!json_is_integer(v) || json_integer_value(v) < least || json_integer_value(v) > most) {
        fault(r, key, "is out of range");
        return least;
    }
    return json_integer_value(v);
}

/* The array under a key, checked for its length; NULL where it is missing. */
static const json_t *get_list(struct reading *r, const json_t *o, const char *key, size_t most)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        return NULL;
    if (!json_is_array(v) || json_array_size(v) > most) {
        fault(r, key, json_is_array(v) ? "has too many elements" : "is no list");
        return NULL;
    }
    return v;
}

static const char **get_strings(struct reading *r, const json_t *o, const char *key, size_t most, size_t *n_out)
{
    const json_t *list = get_list(r, o, key, most), *v;
    const char **strings = NULL;
    size_t i;
    json_array_foreach(list, i, v)
    {
        if (!json_is_string(v) || json_string_length(v) > SHORT_TEXT) {
            fault(r, key, "holds what is no short text");
            break;
        }
        ARENA_PUSH(r->a, strings, *n_out, text_valid(r->a, json_string_value(v), json_string_length(v)));
    }
    return strings;
}

static struct mail_signs get_signs(struct reading *r, const json_t *o)
{
    struct mail_signs s = {.action = REPORT_NONE};
    for (size_t i = 0; i < N_SIGNS; i++)
        *(bool *)((char *)&s + sign_rows[i].offset) = json_is_true(json_object_get(o, sign_rows[i].name));
    s.action = (enum report_action)get_number(r, o, "action", REPORT_NONE, REPORT_DELIVERED);
    s.auto_submitted = (enum auto_submitted)get_number(r, o, "auto_submitted", AUTO_ABSENT, AUTO_REPLIED);
    return s;
}

static struct fact_address get_address(struct reading *r, const json_t *o)
{
    return (struct fact_address){.name = get_text(r, o, "name", SHORT_TEXT),
                                 .address = get_exact(r, o, "address", SHORT_TEXT)};
}

static struct fact_auth *get_auth(struct reading *r, const json_t *j, const char *key, size_t most, size_t *n_out)
{
    struct fact_auth *list = NULL;
    const json_t *o;
    size_t i;
    *n_out = 0;
    json_array_foreach(get_list(r, j, key, most), i, o)
    {
        struct fact_auth one = {.value = get_exact(r, o, "value", FACTS_AUTH_TEXT),
                                .cut = json_is_true(json_object_get(o, "cut"))};
        ARENA_PUSH(r->a, list, *n_out, one);
    }
    return list;
}

static struct fact_part get_part(struct reading *r, const json_t *o)
{
    struct fact_part p = {
        .name = get_text(r, o, "name", SHORT_TEXT),
        .claimed = get_text(r, o, "claimed", SHORT_TEXT),
        .type = get_text(r, o, "type", SHORT_TEXT),
        .offset = get_number(r, o, "offset", 0, r->scratch_size),
        .size = get_number(r, o, "size", 0, r->scratch_size),
        .inline_shown = json_is_true(json_object_get(o, "inline_shown")),
        .forwarded = json_is_true(json_object_get(o, "forwarded")),
        .cut = json_is_true(json_object_get(o, "cut")),
        .no_paper = json_is_true(json_object_get(o, "no_paper")),
        .locked = json_is_true(json_object_get(o, "locked")),
        .closed = json_is_true(json_object_get(o, "closed")),
        .macros = json_is_true(json_object_get(o, "macros")),
        .scan = json_is_true(json_object_get(o, "scan")),
        .pages = (int)get_number(r, o, "pages", 0, FACTS_PAGES_MAX),
        .member_of = (int)get_number(r, o, "member_of", 0, FACTS_PARTS_MAX),
        .utf8_sha256 = get_text(r, o, "utf8_sha256", HASH_TEXT),
    };
    if (p.size > r->scratch_size - p.offset)
        fault(r, "size", "ends beyond the scratch file");
    return p;
}

static struct fact_failure get_failure(struct reading *r, const json_t *o)
{
    return (struct fact_failure){
        .action = (enum report_action)get_number(r, o, "action", REPORT_NONE, REPORT_DELIVERED),
        .address = get_exact(r, o, "address", SHORT_TEXT),
        .status = get_text(r, o, "status", STATUS_TEXT),
        .text = get_line(r, o, "text", SHORT_TEXT),
        .original = get_exact(r, o, "original", SHORT_TEXT),
    };
}

/* One file is not two papers, and what the child decoded is no more than it wrote. */
static void check_places(struct reading *r, const struct facts *f)
{
    int64_t sum = 0;
    for (size_t i = 0; i < f->n_parts; i++) {
        const struct fact_part *p = &f->parts[i];
        sum += p->size;
        if (p->member_of > (int)i)
            fault(r, "member_of", "names no archive before it");
        for (size_t k = 0; k < i; k++) {
            const struct fact_part *q = &f->parts[k];
            if (p->offset < q->offset + q->size && q->offset < p->offset + p->size)
                fault(r, "offset", "lies within another part");
        }
    }
    if (sum > r->scratch_size)
        fault(r, "size", "is more than the scratch file in all");
}

static void get_lists(struct reading *r, const json_t *j, struct facts *f)
{
    const json_t *v;
    size_t i;
    f->references = get_strings(r, j, "references", FACTS_IDS_MAX, &f->n_references);
    f->returned_ids = get_strings(r, j, "returned_ids", FACTS_IDS_MAX, &f->n_returned_ids);
    f->links = get_strings(r, j, "links", FACTS_LINKS_MAX, &f->n_links);
    for (i = 0; i < f->n_links; i++) /* shown to people, and no more than that */
        f->links[i] = text_line(r->a, f->links[i], SIZE_MAX);
    f->auth_results = get_auth(r, j, "auth_results", FACTS_AUTH_MAX, &f->n_auth_results);
    f->arc_seals = get_auth(r, j, "arc_seals", FACTS_ARC_MAX, &f->n_arc_seals);
    f->arc_results = get_auth(r, j, "arc_results", FACTS_ARC_MAX, &f->n_arc_results);
    json_array_foreach(get_list(r, j, "recipients", FACTS_ADDRESSES_MAX), i, v)
        ARENA_PUSH(r->a, f->recipients, f->n_recipients, get_address(r, v));
    json_array_foreach(get_list(r, j, "failures", FACTS_FAILURES_MAX), i, v)
        ARENA_PUSH(r->a, f->failures, f->n_failures, get_failure(r, v));
    json_array_foreach(get_list(r, j, "parts", FACTS_PARTS_MAX), i, v)
        ARENA_PUSH(r->a, f->parts, f->n_parts, get_part(r, v));
    if (!r->failed)
        check_places(r, f);
}

bool facts_from_json(struct arena *a, const json_t *j, int64_t scratch_size, struct facts *out, struct err *e)
{
    struct reading r = {.a = a, .scratch_size = scratch_size, .e = e};
    if (!json_is_object(j))
        return err_perm(e, "the parser's record is no JSON object");
    struct facts f = {
        .signs = get_signs(&r, json_object_get(j, "signs")),
        .subject = get_text(&r, j, "subject", SHORT_TEXT),
        .from = get_address(&r, json_object_get(j, "from")),
        .several_senders = json_is_true(json_object_get(j, "several_senders")),
        .incomplete = json_is_true(json_object_get(j, "incomplete")),
        .message_id = get_exact(&r, j, "message_id", SHORT_TEXT),
        .in_reply_to = get_exact(&r, j, "in_reply_to", SHORT_TEXT),
        .date_at = get_number(&r, j, "date_at", INT64_C(-62135596800), INT64_C(253402300799)), /* the years 1 to 9999 */
        .text = get_text(&r, j, "text", LONG_TEXT),
        .reply_text = get_text(&r, j, "reply_text", LONG_TEXT),
        .auth_as = get_text(&r, j, "auth_as", SHORT_TEXT),
        .away_until = get_line(&r, j, "away_until", SHORT_TEXT),
        .calendar_method = get_text(&r, j, "calendar_method", SHORT_TEXT),
        .calendar_uid = get_text(&r, j, "calendar_uid", SHORT_TEXT),
        .calendar_partstat = get_text(&r, j, "calendar_partstat", SHORT_TEXT),
        .trouble = get_line(&r, j, "trouble", SHORT_TEXT),
    };
    get_lists(&r, j, &f);
    if (r.failed)
        return false;
    *out = f;
    return true;
}

bool facts_from_answer(struct arena *a, const struct buf *answer, int64_t scratch_size, struct facts *out,
                       struct err *e)
{
    if (answer->overflow)
        return err_perm(e, "the parser said more than %zu bytes", FACTS_JSON_MAX);
    if (answer->len == 0 || answer->data[answer->len - 1] != '\n')
        return err_perm(e, "the parser ended without an answer (the message was too much for it)");
    JSON_SCOPED j = json_loadb(answer->data, answer->len, JSON_REJECT_DUPLICATES, NULL);
    if (!j)
        return err_perm(e, "the parser's answer cannot be read");
    const char *died = wire_string(j, "died", NULL);
    if (died)
        return err_perm(e, "the message was too much for the parser: %s", text_clean(a, died, strnlen(died, 200)));
    struct facts f = {.incomplete = false};
    if (!facts_from_json(a, j, scratch_size, &f, e))
        return false;
    if (f.signs.unreadable)
        return err_perm(e, "%s", f.trouble);
    *out = f;
    return true;
}
