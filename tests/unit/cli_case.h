/* cli_case.h - the command line, run on a desk of its own: a configuration, a register of two parties, and the round
 * of portal_case.h in a store. Each line runs in a process of its own, so that one that dies is a result too. */
#ifndef TAAMIM_TESTS_CLI_CASE_H
#define TAAMIM_TESTS_CLI_CASE_H
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "unit/portal_case.h"

static char desk_dir[40];

static const char desk_conf[] = "secretariat = { name = { ar = \"a\"; en = \"b\"; fr = \"c\"; }; short_name = { ar = "
                                "\"a\"; en = \"b\"; fr = \"c\"; "
                                "};\n  address = \"s@sec.example\"; zone = \"Africa/Cairo\"; };\n"
                                "paths = { state = \".\"; register = \"r.conf\"; templates = \"t\"; };\n"
                                "smtp = { host = \"mail.example\"; user = \"u\"; password_file = \"pw\"; };\n"
                                "imap = { host = \"mail.example\"; user = \"u\"; password_file = \"pw\"; };\n"
                                "officers = ( { address = \"o@sec.example\"; } );\n";
static const char desk_register[] =
    "parties = (\n"
    "  { code = \"JO\"; kind = \"state\"; name = { ar = \"الأردن\"; en = \"Jordan\"; fr = \"Jordanie\"; };\n"
    "    contacts = ( { role = \"mission\"; address = \"mission@jo.example\"; } ); },\n"
    "  { code = \"AE\"; kind = \"state\"; name = { ar = \"الإمارات\"; en = \"Emirates\"; fr = \"Émirats\"; };\n"
    "    contacts = ( { role = \"mission\"; address = \"mission@ae.example\"; } ); }\n);\n";

static inline const char *desk_path(const char *name)
{
    return arena_printf(a, "%s/%s", desk_dir, name);
}

static inline void desk_write(const char *name, const char *text)
{
    GOOD(file_write(desk_path(name), text, strlen(text), 0600, &e));
}

/* The store is open for writing, in a transaction: desk_done() ends it, as a daemon would have. */
static inline int desk_set_up(void **state)
{
    (void)state;
    a = arena_new();
    strcpy(desk_dir, "/tmp/taamim-desk-XXXXXX");
    if (!mkdtemp(desk_dir))
        return -1;
    desk_write("taamim.conf", desk_conf);
    desk_write("r.conf", desk_register);
    s = store_open(desk_path("taamim.db"), STORE_WRITE, &e);
    if (!s || !store_begin(s, &e))
        return -1;
    case_round();
    return 0;
}

static inline void desk_done(void)
{
    if (s)
        GOOD(store_commit(s, &e));
    store_close(s);
    s = NULL;
}

static inline int desk_tear_down(void **state)
{
    (void)state;
    store_close(s);
    s = NULL;
    int status = system(arena_printf(a, "rm -r %s", desk_dir));
    arena_free(a);
    return status;
}

struct said {
    int status;       /* of waitpid() */
    const char *text; /* stdout and stderr */
};

/* Words are parted by spaces; "$" stands for the desk's folder. stdin is no terminal. */
static inline _Noreturn void desk_become(const char *conf, const char *line, int out)
{
    char *argv[24] = {"taamim", "-c", (char *)conf};
    int argc = 3, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char *copy = arena_strdup(a, line);

    for (char *word = strtok(copy, " "); word && argc < 23; word = strtok(NULL, " "))
        argv[argc++] = *word == '$' ? arena_printf(a, "%s%s", desk_dir, word + 1) : word;
    optind = 0;
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* cmocka would go on with the tests here */
    dup2(null, 0), dup2(out, 1), dup2(out, 2);
    size_t n = 0;
    while (cli_nouns[n])
        n++;
    exit((int)cli_run(cli_nouns, n, argc, argv));
}

static inline struct said desk_say(const char *conf, const char *line)
{
    struct said said = {0};
    int out = open(desk_path("said"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_t pid;

    fflush(stdout);
    fflush(stderr);
    pid = fork();
    if (pid == 0)
        desk_become(conf, line, out);
    assert_int_equal(waitpid(pid, &said.status, 0), pid);
    close(out);
    said.text = file_read(a, desk_path("said"), 1 << 20, NULL, &e);
    return said;
}

/* What it prints where all goes well. */
static inline const char *desk_prints(const char *line)
{
    struct said said = desk_say(desk_path("taamim.conf"), line);

    if (said.status != 0)
        fail_msg("%s: status %x\n%s", line, (unsigned)said.status, said.text);
    return said.text;
}

static inline json_t *desk_json(const char *line)
{
    const char *text = desk_prints(line);
    json_t *j = json_loads(text, 0, NULL);

    if (!j)
        fail_msg("%s: no JSON\n%s", line, text);
    return j;
}

#endif
