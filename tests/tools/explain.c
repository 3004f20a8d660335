/* explain FILE...: what the parser makes of each message, one JSON object a line, in this process and without a
 * sandbox. Works on paths
 * below the folder it is run in, so that the paths it prints are those of a table of expectations. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/wire.h"
#include "app/explain.h"
#include "parse/message.h"

static void explain(const char *path)
{
    struct err e = {0};
    ARENA_SCOPED a = arena_new();
    struct facts facts;
    char name[] = "/tmp/explain.XXXXXX";
    FD_SCOPED message = open(path, O_RDONLY | O_CLOEXEC);
    FD_SCOPED scratch = mkostemp(name, O_CLOEXEC);
    unlink(name);
    bool ok = message >= 0 && scratch >= 0 && parse_message(a, message, scratch, &facts, &e);
    JSON_SCOPED o = explain_json(path, ok ? &facts : NULL, scratch);
    char *line = json_dumps(o, JSON_COMPACT);
    puts(line ? line : "{}");
    free(line);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        explain(argv[i]);
    return 0;
}
