/* check_list.c - what `taamim check` says, line by line, and how it ends.
 *
 * Whoever reads only the end knows all: "ready", or what is wrong, where, and what to write or to call for it. */
#include "cli/check.h"

#include <string.h>

/* ---- a line each */

static void line(const char *mark, const char *text)
{
    printf("%-5s %s\n", mark, text);
    fflush(stdout);
}

static void said(const char *mark, const char *format, va_list args)
{
    ARENA_SCOPED a = arena_new();
    line(mark, arena_vprintf(a, format, args));
}

void check_good(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    said("ok", format, args);
    va_end(args);
}

void check_hint(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    said("note", format, args);
    va_end(args);
}

static void add(struct check *c, struct todo todo)
{
    line("TO DO", todo.what);
    ARENA_PUSH(c->a, c->todo, c->n_todo, todo);
}

void check_todo(struct check *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(c, (struct todo){.what = arena_vprintf(c->a, format, args)});
    va_end(args);
}

void check_todo_at(struct check *c, const char *where, const char *how, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(c, (struct todo){arena_vprintf(c->a, format, args), where, how});
    va_end(args);
}

const char *check_setting(const struct check *c, const char *group)
{
    return arena_printf(c->a, "%s in %s", group, c->o->config->path);
}

/* ---- files that cannot be used: a line for each problem, as "/etc/FILE:LINE: what" or "/etc/FILE: what" */

static void add_problem(struct check *c, const char *problem)
{
    const char *end = *problem == '/' ? strstr(problem, ": ") : NULL;
    if (!end) {
        add(c, (struct todo){.what = problem});
        return;
    }
    const char *where = arena_strndup(c->a, problem, (size_t)(end - problem)), *colon = strrchr(where, ':');
    size_t path = colon && colon[1 + strspn(colon + 1, "0123456789")] == '\0' ? (size_t)(colon - where) : strlen(where);
    add(c, (struct todo){end + 2, where, arena_printf(c->a, "sudoedit %.*s", (int)path, where)});
}

void check_problems(struct check *c, const struct problems *p)
{
    for (const char *text = buf_text(&p->text); *text;) {
        size_t n = strcspn(text, "\n");
        if (n)
            add_problem(c, arena_strndup(c->a, text, n));
        text += n + (text[n] == '\n');
    }
}

/* ---- the end */

enum exit_code check_conclude(const struct check *c)
{
    if (c->n_todo == 0) {
        printf("\nready\n");
        return CLI_OK;
    }
    printf("\nTo do:\n");
    for (size_t i = 0; i < c->n_todo; i++) {
        printf("%3zu. %s\n", i + 1, c->todo[i].what);
        if (c->todo[i].where)
            printf("       where  %s\n", c->todo[i].where);
        if (c->todo[i].how)
            printf("       do     %s\n", c->todo[i].how);
    }
    return CLI_FAILED;
}
