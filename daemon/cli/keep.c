/* keep.c - `taamim verify` and `taamim backup`: whether everything is there, and a copy of it. Both read what only
 * the daemon's user may read. */
#include "app/audit.h"
#include "app/backup.h"
#include "cli/cli.h"
#include "mail/lang.h"

static json_t *list_json(const char *const *lines, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(lines[i]));
    return list;
}

static void print_lines(const char *head, const char *const *lines, size_t n)
{
    if (n)
        printf("%s\n", head);
    for (size_t i = 0; i < n; i++)
        printf("  %s\n", lines[i]);
}

static enum exit_code tell_audit(struct desk *d, const struct args *args, const struct audit *audit, const char *dir)
{
    enum exit_code code = audit->n_wrong ? CLI_FAILED : CLI_OK;
    if (args->option[OPT_JSON]) {
        cli_print_json(json_pack("{s:s, s:I, s:I, s:o, s:o}", "directory", dir, "files", (json_int_t)audit->n_files,
                                 "bytes", (json_int_t)audit->bytes, "wrong", list_json(audit->wrong, audit->n_wrong),
                                 "unknown", list_json(audit->unknown, audit->n_unknown)));
        return code;
    }
    print_lines("Missing or changed:", audit->wrong, audit->n_wrong);
    print_lines("Files that nobody filed (people may have put them there):", audit->unknown, audit->n_unknown);
    if (audit->n_wrong)
        return cli_fail("%s: %zu of %zu files are not as they should be; the backup has them", dir, audit->n_wrong,
                        audit->n_files);
    printf("%s: whole. %zu files (%s) are as their rows say, and the story's chain holds.\n", dir, audit->n_files,
           size_in_words(d->a, LANG_EN, audit->bytes));
    return CLI_OK;
}

static enum exit_code verify_run(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct audit audit;
    struct err e = {0};
    if (!desk_open(&d, args, args->n_words == 0))
        return CLI_FAILED;
    const char *dir = args->n_words ? args->words[0] : d.config->state_dir;
    if (!d.store)
        d.store = store_open(arena_printf(d.a, "%s/taamim.db", dir), STORE_READ, &e);
    if (!d.store || !audit_run(d.store, d.a, dir, &audit, &e))
        return cli_fail("%s", e.text);
    return tell_audit(&d, args, &audit, dir);
}

static enum exit_code backup_verb(const struct args *args)
{
    DESK_SCOPED d = {0};
    struct backup made;
    struct err e = {0};
    if (!desk_open(&d, args, true))
        return CLI_FAILED;
    if (!backup_run(d.store, d.a, d.config, args->words[0], &made, &e))
        return cli_fail("%s", e.text);
    if (!args->option[OPT_JSON])
        printf("%zu files (%s) copied.\n", made.n_copied, size_in_words(d.a, LANG_EN, made.bytes_copied));
    return tell_audit(&d, args, &made.audit, args->words[0]);
}

static const struct verb verify_verbs[] = {
    {NULL, "[DIR]",
     "Compares every paper and message with its hash, every row with its file, every file with its row, and the "
     "story's chain: of the state directory, or of a backup.",
     0, 1, OPTION_BIT(OPT_JSON), 0, verify_run},
};
const struct noun verify_noun = {"verify", "whether everything is there, as it came", verify_verbs, 1};

static const struct verb backup_verbs[] = {
    {NULL, "DIR",
     "Copies the store as it is now, the files it names, configuration and register to DIR, and verifies the copy. The "
     "daemon goes on. taamimd(8) tells how to restore.",
     1, 1, OPTION_BIT(OPT_JSON), 0, backup_verb},
};
const struct noun backup_noun = {"backup", "a copy from which the daemon can go on", backup_verbs, 1};
