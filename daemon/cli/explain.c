/* explain.c - `taamim explain`: what the daemon would make of a message, one JSON object a line. Stores and sends
 * nothing, and needs no configuration.
 *
 * The same parser child reads the message as in the daemon, with the same limits. Where configuration, register and
 * store can be read, the inbox's own functions judge it by them ("effect_basis": "store and register"). Else nobody
 * knows which rounds there are and who the contacts are ("message alone"): "effect" is what the rules say of a message
 * whose sender is unknown, of a round where it bears one of our tokens. A message that cannot be read gets its line
 * too. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/talk.h"
#include "app/effects.h"
#include "app/explain.h"
#include "mail/msgid.h"

#define ANSWER_S 25 /* the parser's own alarm rings before */

/* ---- what is known without a store */

/* secretariat+t-TOKEN@anywhere */
static bool has_detail(struct arena *a, const char *address)
{
    char token[TOKEN_LEN + 1];
    const char *plus = strrchr(address, '+'), *at = strrchr(address, '@');
    return plus && at && plus < at && detail_token(arena_strndup(a, plus + 1, (size_t)(at - plus - 1)), token);
}

static bool bears_token(struct arena *a, const struct facts *f)
{
    char token[TOKEN_LEN + 1];
    bool found = msgid_token(f->in_reply_to, token);
    for (size_t i = 0; !found && i < f->n_references; i++)
        found = msgid_token(f->references[i], token);
    for (size_t i = 0; !found && i < f->n_recipients; i++)
        found = has_detail(a, f->recipients[i].address);
    return found;
}

static bool speaks_of_us(struct arena *a, const struct facts *f)
{
    char token[TOKEN_LEN + 1];
    bool found = false;
    for (size_t i = 0; !found && i < f->n_returned_ids; i++)
        found = msgid_token(f->returned_ids[i], token);
    for (size_t i = 0; !found && i < f->n_recipients; i++)
        found = has_detail(a, f->recipients[i].address);
    return found;
}

static json_t *effect_alone(struct arena *a, const struct facts *f)
{
    const char *rule = "";
    struct mail_signs unread = {.unreadable = true};
    struct judge_input in = {.kind = judge_kind(f ? &f->signs : &unread, &rule),
                             .match = MATCH_NONE,
                             .sender = SENDER_UNKNOWN,
                             .auth = AUTH_NONE};
    if (f) {
        in.list = f->signs.list;
        in.loop = f->signs.loop;
        in.match = bears_token(a, f) ? MATCH_SURE : MATCH_NONE;
        in.about_our_notice = speaks_of_us(a, f);
    }
    enum verdict v = judge(&in, &rule);
    return json_pack("{s:s, s:s}", "verdict", verdict_names[v], "rule", rule);
}

/* ---- what is known with it */

/* The installation as the inbox sees it, for reading. */
struct installation {
    bool there;
    struct desk desk;
    struct daemon d;
};

/* Without a configuration file there is none, and nothing is said of it; what is wrong with one that is there is. */
static void installation_open(struct installation *i, const struct args *args)
{
    *i = (struct installation){.there = false};
    i->there = access(args->config, R_OK) == 0 && desk_open(&i->desk, args, true);
    i->d = (struct daemon){.store = i->desk.store, .orders = {.config = i->desk.config, .parties = i->desk.parties}};
}

static void installation_close(struct installation *i)
{
    daemon_forget(&i->d);
    desk_close(&i->desk);
}

static json_t *effect_known(struct installation *i, struct arena *a, const struct facts *f, const char *path,
                            int scratch_fd)
{
    struct incoming in = {.a = a, .facts = f, .scratch_fd = scratch_fd, .m = {.marks = "", .why = ""}};
    char sha256[65];
    struct err e = {0};
    int64_t size;
    if (!file_sha256(path, sha256, &size, &e))
        return json_pack("{s:s}", "trouble", e.text);
    in.m.sha256 = sha256;
    if (!inbox_judge(&i->d, &in, &e))
        return json_pack("{s:s}", "trouble", e.text);
    return json_pack("{s:s, s:s, s:s, s:s}", "verdict", in.m.verdict, "rule", in.m.rule, "round", in.m.round, "party",
                     in.m.party);
}

/* ---- one message at the parser */

struct reading {
    int message_fd, scratch_fd, answer_fd;
    struct buf answer;
};

static void reading_end(struct reading *r)
{
    fd_close(&r->message_fd);
    fd_close(&r->scratch_fd);
    fd_close(&r->answer_fd);
    buf_free(&r->answer);
}

/* Three descriptors go to the parser: the message, an unnamed file for what it decodes, a pipe for what it says. */
static bool hand_over(struct talk *parser, struct reading *r, const char *path, struct err *e)
{
    int ends[2];
    r->message_fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (r->message_fd < 0 || fstat(r->message_fd, &st) != 0)
        return err_perm(e, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_perm(e, "%s is not a file", path);
    r->scratch_fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (r->scratch_fd < 0)
        r->scratch_fd = memfd_create("scratch", MFD_CLOEXEC);
    if (r->scratch_fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return err_temp(e, "no file for what is decoded: %s", strerror(errno));
    r->answer_fd = ends[0];
    FD_SCOPED theirs = ends[1];
    return talk_say(parser, json_pack("{s:i}", "parse", 1), r->message_fd, e) &&
           talk_say(parser, json_object(), r->scratch_fd, e) && talk_say(parser, json_object(), theirs, e);
}

static bool read_answer(struct reading *r, struct err *e)
{
    int64_t until = clock_boot() + ANSWER_S;
    char bytes[65536];
    r->answer.max = FACTS_JSON_MAX + 1;
    for (;;) {
        struct pollfd p = {.fd = r->answer_fd, .events = POLLIN};
        if (clock_boot() > until)
            return err_perm(e, "the parser gave no answer in %d s", ANSWER_S);
        if (poll(&p, 1, 500) <= 0)
            continue;
        ssize_t n = read(r->answer_fd, bytes, sizeof bytes);
        if (n == 0)
            return true;
        if (n > 0)
            buf_add(&r->answer, bytes, (size_t)n);
        if (n < 0 || r->answer.overflow)
            return err_perm(e, "the parser said too much");
    }
}

static struct facts *facts_of(struct arena *a, const struct reading *r, struct err *e)
{
    struct stat st = {0};
    struct facts *f = arena_alloc(a, sizeof *f);
    fstat(r->scratch_fd, &st);
    return facts_from_answer(a, &r->answer, st.st_size, f, e) ? f : NULL;
}

/* False where the file itself cannot be read, or the parser's server has gone. */
static bool explain_one(struct talk *parser, struct installation *i, const char *path, struct err *e)
{
    __attribute__((cleanup(reading_end))) struct reading r = {-1, -1, -1, {0}};
    ARENA_SCOPED a = arena_new();
    struct err trouble = {0};
    if (!hand_over(parser, &r, path, e))
        return false;
    struct facts *f = read_answer(&r, &trouble) ? facts_of(a, &r, &trouble) : NULL;
    JSON_SCOPED o = explain_json(path, f, r.scratch_fd);
    if (!f)
        json_object_set_new(o, "trouble", json_string(trouble.text));
    bool known = f && i->there;
    json_object_set_new(o, "effect", known ? effect_known(i, a, f, path, r.scratch_fd) : effect_alone(a, f));
    json_object_set_new(o, "effect_basis", json_string(known ? "store and register" : "message alone"));
    json_dumpf(o, stdout, JSON_COMPACT);
    putchar('\n');
    return true;
}

static enum exit_code explain_run(const struct args *args)
{
    ARENA_SCOPED a = arena_new();
    struct talk parser;
    struct installation installation;
    struct err e = {0};
    enum exit_code code = CLI_OK;
    if (!talk_open(&parser, a, NULL, "parse", &e))
        return cli_fail("%s", e.text);
    installation_open(&installation, args);
    for (int i = 0; i < args->n_words; i++) {
        e = (struct err){0};
        if (explain_one(&parser, &installation, args->words[i], &e))
            continue;
        code = cli_fail("%s", e.text);
    }
    installation_close(&installation);
    talk_close(&parser);
    return code;
}

static const struct verb explain_verbs[] = {
    {NULL, "FILE.eml...", "What the daemon would make of a message, one JSON object a line. Stores and sends nothing.",
     1, WORDS_ANY, OPTION_BIT(OPT_JSON), 0, explain_run},
};
const struct noun explain_noun = {"explain", "what the daemon would make of a message", explain_verbs, 1};
