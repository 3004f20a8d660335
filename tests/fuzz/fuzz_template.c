/* A template of an administrator's, and a stranger's text in it: the input's first line is the text. */
#include <jansson.h>

#include "fuzz.h"
#include "mail/names.h"
#include "mail/template.h"

static void render(struct arena *a, const char *source, enum template_kind kind, const json_t *values)
{
    struct err e = {0};
    static const char *const names[] = {"text", "list", "yes", "no", "n"};
    struct template *t = template_parse(a, "t", source, kind, &e);
    if (!t)
        return;
    template_check(t, names, 5, &e);
    template_render(a, t, values, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nl = memchr(data, '\n', size);
    size_t first = nl ? (size_t)(nl - data) : 0;
    char *source = text_of(data + (nl ? first + 1 : 0), size - (nl ? first + 1 : 0));
    struct arena *a = arena_new();
    char *clean = text_clean(a, (const char *)data, first);
    json_t *values = json_pack("{s:s, s:[{s:i}, {s:i}], s:b, s:b, s:i}", "text", clean, "list", "n", 1, "n", 2, "yes",
                               1, "no", 0, "n", 7);

    promise(values != NULL);
    render(a, source, TEMPLATE_TEXT, values);
    render(a, source, TEMPLATE_HTML, values);
    promise(!strpbrk(html_escape(a, clean), "<>\"'"));
    json_decref(values);
    arena_free(a);
    free(source);
    return 0;
}
