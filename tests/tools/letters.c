/* letters DIR: every message in every language, and the notice in several together, as a person would see it:
 * DIR/<kind>.<langs>.html and .txt. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "unit/letter_sample.h"

static bool keep(struct arena *a, const char *folder, const char *name, const struct letter_text *t, struct err *e)
{
    const char *text = arena_printf(a, "Subject: %s\n\n%s", t->subject, t->text);
    return file_write(arena_printf(a, "%s/%s.txt", folder, name), text, strlen(text), 0644, e) &&
           file_write(arena_printf(a, "%s/%s.html", folder, name), t->html, strlen(t->html), 0644, e);
}

static bool show(const struct templates *t, const struct letter *l, const char *folder, const char *name)
{
    ARENA_SCOPED a = arena_new();
    struct letter_text text;
    struct err e = {0};
    bool good = letter_render(a, t, l, &text, &e) && keep(a, folder, name, &text, &e);
    if (!good)
        fprintf(stderr, "%s: %s\n", name, e.text);
    return good;
}

static bool show_variants(const struct templates *t, const char *folder)
{
    struct letter both = sample_letter(LETTER_NOTICE, LANG_BIT(LANG_AR) | LANG_BIT(LANG_FR));
    struct letter last = sample_letter(LETTER_REMINDER, 7u), after = last, person = both,
                  alone = sample_letter(LETTER_RECEIPT, 7u);
    last.last_before_deadline = true;
    last.days_left = 1;
    after.days_left = -1;
    after.now_at = after.deadline_at + 86400;
    person.party = &sample_expert;
    person.to = (const struct contact *const[]){&sample_expert.contacts[0]};
    person.n_to = 1;
    person.langs = 7u;
    alone.spec = &sample_round_without_note;
    alone.n_papers = 1;
    alone.missing = 0;
    alone.complete = alone.unverified = true;
    alone.sender = "archive@jo.example";
    return show(t, &both, folder, "notice.ar+fr") && show(t, &last, folder, "reminder-last") &&
           show(t, &after, folder, "reminder-after") && show(t, &person, folder, "notice-letter") &&
           show(t, &alone, folder, "receipt-letter");
}

int main(int argc, char **argv)
{
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    const struct templates *t = argc > 1 ? templates_load(a, sample_templates_dir(), NULL, 0, &p) : NULL;
    bool good = t && file_mkdirs(argv[1], 0755, NULL);
    if (!t)
        fprintf(stderr, "%s\n", argc > 1 ? buf_text(&p.text) : "usage: letters DIR");
    for (int kind = 0; good && kind < LETTER_KIND_COUNT; kind++)
        for (int lang = 0; good && lang < LANG_COUNT; lang++) {
            struct letter l = sample_letter((enum letter_kind)kind, LANG_BIT(lang));
            good = show(t, &l, argv[1], arena_printf(a, "%s.%s", letter_kind_names[kind], lang_names[lang]));
        }
    good = good && show_variants(t, argv[1]);
    buf_free(&p.text);
    return good ? 0 : 1;
}
