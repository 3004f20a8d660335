/* party.c - `taamim party`: the register, as it stands, and merging a list into it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/table.h"

static const char *weekend_of(struct arena *a, const struct contact *c)
{
    return weekend_format(a, c->weekend);
}

static json_t *names_json(const char *const *names, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *party_json(struct arena *a, const struct party *p)
{
    json_t *contacts = json_array(), *name = json_object();
    for (int l = 0; l < LANG_COUNT; l++)
        json_object_set_new(name, lang_names[l], json_string(party_name(p, (enum lang)l)));
    for (size_t i = 0; i < p->n_contacts; i++) {
        const struct contact *c = &p->contacts[i];
        json_array_append_new(contacts, json_pack("{s:s, s:s, s:s*, s:s, s:s}", "role", contact_role_names[c->role],
                                                  "address", c->address, "name", c->name, "language",
                                                  langs_format(a, c->langs), "weekend", weekend_of(a, c)));
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "code", p->code, "kind", party_kind_names[p->kind], "name", name,
                     "groups", names_json(p->groups, p->n_groups), "domains", names_json(p->domains, p->n_domains),
                     "contacts", contacts);
}

static enum exit_code list_json(const struct desk *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->parties->n_parties; i++)
        json_array_append_new(list, party_json(d->a, &d->parties->parties[i]));
    return cli_print_json(list);
}

static enum exit_code list_run(const struct args *args)
{
    static const char *const heads[] = {"CODE", "KIND", "NAME", "", ">CONTACTS", "LANGUAGES", NULL};
    DESK_SCOPED d = {0};
    if (!desk_open(&d, args, false))
        return CLI_FAILED;
    if (args->option[OPT_JSON])
        return list_json(&d);
    struct table *t = table_new(d.a, heads);
    for (size_t i = 0; i < d.parties->n_parties; i++) {
        const struct party *p = &d.parties->parties[i];
        unsigned langs = 0;
        for (size_t k = 0; k < p->n_contacts; k++)
            langs |= p->contacts[k].langs;
        const char *cells[] = {p->code,
                               party_kind_names[p->kind],
                               party_name(p, LANG_EN),
                               party_name(p, LANG_AR),
                               arena_printf(d.a, "%zu", p->n_contacts),
                               langs_format(d.a, langs)};
        table_row(t, cells);
    }
    table_show(t);
    return d.parties->n_parties ? CLI_OK : CLI_FAILED;
}

static const char *joined(struct arena *a, const char *const *items, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = arena_printf(a, "%s%s%s", text, i ? ", " : "", items[i]);
    return text;
}

static void print_party(struct arena *a, const struct party *p, const char *path)
{
    static const char *const heads[] = {"ROLE", "ADDRESS", "NAME", "LANGUAGE", "WEEKEND", NULL};
    struct table *t = table_new(a, heads);
    printf("%s  (%s)\n", p->code, party_kind_names[p->kind]);
    for (int l = 0; l < LANG_COUNT; l++)
        printf("  %s  %s\n", lang_names[l], table_cell(a, party_full(p, (enum lang)l), 0));
    if (p->n_groups)
        printf("  groups   %s\n", joined(a, p->groups, p->n_groups));
    if (p->n_domains)
        printf("  domains  %s\n", joined(a, p->domains, p->n_domains));
    printf("  in       %s, line %d\n\n", path, p->line);
    for (size_t i = 0; i < p->n_contacts; i++) {
        const struct contact *c = &p->contacts[i];
        const char *cells[] = {contact_role_names[c->role], c->address, c->name, langs_format(a, c->langs),
                               weekend_of(a, c)};
        table_row(t, cells);
    }
    table_show(t);
}

static enum exit_code show_run(const struct args *args)
{
    DESK_SCOPED d = {0};
    if (!desk_open(&d, args, false) || !desk_party(&d, args->words[0]))
        return CLI_FAILED;
    const struct party *p = register_find(d.parties, args->words[0]);
    if (args->option[OPT_JSON])
        return cli_print_json(party_json(d.a, p));
    print_party(d.a, p, d.parties->path);
    return CLI_OK;
}

static enum exit_code import_run(const struct args *args)
{
    DESK_SCOPED d = {0};
    if (!desk_open(&d, args, false))
        return CLI_FAILED;
    struct problems p = {0};
    if (!register_import(d.a, d.parties, args->words[0],
                         &p)) { /* problems name the officer's file, not the daemon's copy */
        fprintf(stderr, "%s\n", buf_text(&p.text));
        buf_free(&p.text);
        return cli_fail("the register is as it was; mend %s", args->words[0]);
    }
    buf_free(&p.text);
    return client_act(d.config, &(struct client_file){args->words[0], args->words[0]}, 1,
                      json_pack("{s:s}", "act", "import"));
}

static const struct verb party_verbs[] = {
    {"list", "list", "All parties of the register, in its order.", 0, 0, OPTION_BIT(OPT_JSON), 0, list_run},
    {"show", "show CODE", "One party: names, groups, domains, contacts.", 1, 1, OPTION_BIT(OPT_JSON), 0, show_run},
    {"import", "import FILE.csv", "Merges a list into the register and prints what changed.", 1, 1, 0, 0, import_run},
};
const struct noun party_noun = {"party", "the register: delegations and their contacts", party_verbs,
                                sizeof party_verbs / sizeof *party_verbs};
