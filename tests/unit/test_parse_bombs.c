/* The parsing server, in its sandbox, and files made to harm it: each mail is answered, or its copy ends without an
 * answer and the message is held; the next one is read as if nothing had been. Skipped where the server has not been
 * built and under memory checkers, which the sandbox's limits kill. */
#include "archive_case.h"
#include "hostile_case.h"

static json_t *ask_once(struct server *s, const char *mail)
{
    FILE *message = tmpfile(), *scratch = tmpfile();
    BUF_SCOPED answer = {0};
    assert_true(fputs(mail, message) >= 0);
    server_ask(s, message, scratch, &answer);
    fclose(message);
    fclose(scratch);
    return json_loadb(buf_text(&answer), answer.len, 0, NULL);
}

/* What the server says of a mail; how its copy died, where it did: its own clock sees to that. A machine that
 * is too busy to let it make a copy is asked again. */
static json_t *ask(struct server *s, const char *mail)
{
    for (int i = 0; i < 200; i++) {
        json_t *answer = ask_once(s, mail);
        if (!json_object_get(answer, "again"))
            return answer;
        json_decref(answer);
        usleep(50000);
    }
    fail_msg("the server can make no copy of itself");
    return NULL;
}

/* An answer that tells of the file, or, where that may be, that its copy died of it. */
static void harmless(struct made file, const char *name, bool may_die)
{
    struct server s = server_start();
    g_autofree char *mail = mail_of(file, name);
    JSON_SCOPED hostile = ask(&s, mail);
    JSON_SCOPED plain = ask(&s, "From: o@jo.example\nSubject: after it\n\nwords\n");
    assert_string_equal(json_string_value(json_object_get(plain, "subject")), "after it");
    if (!may_die || !json_object_get(hostile, "died"))
        assert_string_equal(
            json_string_value(json_object_get(json_array_get(json_object_get(hostile, "parts"), 0), "name")), name);
    server_stop(&s);
}

static struct made text_made(GString *text)
{
    struct made made = {malloc(text->len), text->len};
    memcpy(made.bytes, text->str, text->len);
    g_string_free(text, TRUE);
    return made;
}

#define CATALOG "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"

/* Every page list holds one: who counts pages goes down as many calls. */
static void test_pages_nested_without_end(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    GString *text = g_string_new(CATALOG);
    for (int i = 2; i < 50000; i++)
        g_string_append_printf(text, "%d 0 obj\n<< /Type /Pages /Count 1 /Kids [%d 0 R] >>\nendobj\n", i, i + 1);
    g_string_append(text, "trailer\n<< /Root 1 0 R >>\n");
    harmless(text_made(text), "deep.pdf", true);
}

static void test_a_list_of_itself(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    harmless(text_made(g_string_new(CATALOG "2 0 obj\n<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R 1 0 R] >>\nendobj\n"
                                            "trailer\n<< /Root 1 0 R >>\n")),
             "loop.pdf", false);
}

static void test_brackets_without_end(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    GString *text = g_string_new(CATALOG "2 0 obj\n<< /Type /Pages /Kids ");
    for (int i = 0; i < 4 << 20; i++)
        g_string_append_c(text, '[');
    harmless(text_made(text), "deep.pdf", true);
}

static void number(struct made *m, size_t at, unsigned value)
{
    for (size_t i = 0; i < 4; i++)
        m->bytes[at + i] = (char)(value >> 8 * i);
}

static void put(struct made *m, size_t at, const void *bytes, size_t n)
{
    memcpy(m->bytes + at, bytes, n);
}

/* A compound file whose one storage holds itself: libgsf complains of it, and is not killed for that. */
static void test_a_storage_in_itself(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    const unsigned none = 0xFFFFFFFF, end = 0xFFFFFFFE, table = 0xFFFFFFFD;
    struct made m = {calloc(1, 2048), 2048};
    put(&m, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put(&m, 24, "\x3E\0\3\0\xFE\xFF\x09\0\6", 9);
    const struct {
        size_t at;
        unsigned value;
    } rows[] = {{44, 1}, {48, 1}, {56, 4096}, {60, end}, {68, end}, {512, table}, {516, end}};
    for (size_t at = 80; at < 1024; at += 4)
        number(&m, at, none);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        number(&m, rows[i].at, rows[i].value);
    put(&m, 1024, "R\0o\0o\0t", 8);
    put(&m, 1024 + 64, "\x0A\0\5\1", 4);
    for (size_t i = 0; i < 3; i++)
        number(&m, 1024 + 68 + 4 * i, i < 2 ? none : 1);
    number(&m, 1024 + 116, end);
    put(&m, 1152, "a\0\0", 4);
    put(&m, 1152 + 64, "\4\0\1\1", 4);
    for (size_t i = 0; i < 3; i++)
        number(&m, 1152 + 68 + 4 * i, 1);
    number(&m, 1152 + 116, end);
    harmless(m, "loop.doc", false);
}

/* ZIP64 says that there are 2^60 files. */
static void test_a_claim(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    static const char zip[] = "PK\3\4aaaaaaaaaaaaaaaaaaaaaaaaaa"
                              "PK\6\6\x2C\0\0\0\0\0\0\0-\0-\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\x10"
                              "\x2E\0\0\0\0\0\0\0\x1E\0\0\0\0\0\0\0PK\6\7\0\0\0\0\x1E\0\0\0\0\0\0\0\1\0\0\0"
                              "PK\5\6\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0";
    struct made made = {malloc(sizeof zip - 1), sizeof zip - 1};
    memcpy(made.bytes, zip, made.n);
    harmless(made, "a.zip", false);
}

/* A ZIP of a ZIP of zeros, each packing a thousand to one. */
static void test_a_bomb_in_a_bomb(void **state)
{
    char path[4096];
    (void)state;
    server_needed(path);
    zip_source_t *source;
    char *zeros = calloc(1, (size_t)90 << 20);
    zip_t *z = zip_begin(&source);
    zip_put(z, "zeros", zeros, (size_t)90 << 20);
    struct made inner = zip_end(z, source);
    z = zip_begin(&source);
    char name[16];
    for (int i = 0; i < 90; i++) {
        snprintf(name, sizeof name, "%d.zip", i);
        zip_put(z, name, inner.bytes, inner.n);
    }
    harmless(zip_end(z, source), "bomb.zip", false);
    free(inner.bytes);
    free(zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_nested_without_end),
        cmocka_unit_test(test_a_list_of_itself),
        cmocka_unit_test(test_brackets_without_end),
        cmocka_unit_test(test_a_storage_in_itself),
        cmocka_unit_test(test_a_claim),
        cmocka_unit_test(test_a_bomb_in_a_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
