/* Pictures: a photograph of the signed answer is a paper wherever it stands, a logo is none. */
#include "parse_case.h"

#define HEAD "From: Office <office@jo.example>\nTo: s@league.example\nSubject: Re: call\nMIME-Version: 1.0\n"

static size_t put_big(char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(value >> (24 - 8 * i));
    return 4;
}

/* As much of a PNG as says its sides, and bytes that make its size. */
static size_t put_png(char *to, uint32_t width, uint32_t height, size_t size, char fill)
{
    static const unsigned char begins[16] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n',
                                             0,    0,   0,   13,  'I',  'H',  'D',  'R'},
                               depth[5] = {8, 2, 0, 0, 0};
    memcpy(to, begins, sizeof begins);
    size_t n = sizeof begins + put_big(to + sizeof begins, width);
    n += put_big(to + n, height);
    memcpy(to + n, depth, sizeof depth);
    memset(to + n + 5, fill, size - n - 5);
    return size;
}

struct picture {
    const char *header;
    uint32_t width, height;
    size_t size;
    bool paper;
};

static size_t put_picture(char *to, const struct picture *p, char fill)
{
    size_t n =
        (size_t)sprintf(to, "--B\nContent-Type: image/png\nContent-Transfer-Encoding: binary\n%s\n\n", p->header);
    n += put_png(to + n, p->width, p->height, p->size, fill);
    return n + (size_t)sprintf(to + n, "\n");
}

#define OUTLOOK                                                                                                        \
    "Content-Type: image/png; name=\"image001.png\"\nContent-ID: <image001.png@01DA>\nContent-Description: "           \
    "image001.png"
#define SHOWN "Content-ID: <shown@x>"

static void test_one_picture(void **state)
{
    (void)state;
    static const struct picture rows[] = {
        /* shown by the HTML: a page has to be readable on it */
        {SHOWN, 120, 60, 4000, false},
        {SHOWN, 1200, 300, 60000, false}, /* a banner */
        {SHOWN, 600, 600, 8000, false},   /* a drawing */
        {SHOWN, 1240, 1754, 90000, true}, /* the answer, photographed */
        {SHOWN, 1654, 2339, 9000, true},  /* the same, scanned in black and white */
        {SHOWN "\nContent-Disposition: attachment; filename=image001.png", 120, 60, 4000, false},
        {SHOWN "\nContent-Disposition: inline; filename=image001.png", 1240, 1754, 90000, true},
        {"Content-Location: http://jo.example/logo.png", 120, 60, 4000, false},
        /* inline, and not shown */
        {"Content-Disposition: inline; filename=logo.png", 120, 60, 4000, false},
        {"Content-Disposition: inline; filename=logo.png", 800, 200, 20000, false},
        {"Content-Disposition: inline; filename=IMG_0012.png", 480, 640, 40000, true},
        {"Content-Disposition: inline; filename=scan.png", 1654, 2339, 9000, true},
        {OUTLOOK, 120, 60, 4000, false},
        {OUTLOOK, 1240, 1754, 90000, true},
        /* attached */
        {"Content-Disposition: attachment; filename=scan.png", 120, 60, 4000, true},
        {"Content-Disposition: attachment; filename=scan.png\nContent-ID: <f_abc>\nX-Attachment-Id: f_abc", 120, 60,
         4000, true},
        {"Content-Description: scan", 120, 60, 4000, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static char text[200000];
        size_t n =
            (size_t)sprintf(text, HEAD "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/html\n\n"
                                       "<img src=\"cid:shown@x\"><img src=\"http://jo.example/logo.png\">\n");
        n += put_picture(text + n, &rows[i], 'a');
        n += (size_t)sprintf(text + n, "--B--\n");
        struct parsed p = parse_bytes(text, n);
        assert_int_equal(p.facts.n_parts, 1);
        if (p.facts.signs.has_papers != rows[i].paper || p.facts.parts[0].inline_shown == rows[i].paper)
            fail_msg("row %zu: %s", i, rows[i].header);
        parsed_free(&p);
    }
}

/* What lies beside the HTML in multipart/related is for its looks, whether it names it or not. */
static void test_related(void **state)
{
    (void)state;
    static const struct picture logo = {"Content-ID: <1@x>", 120, 60, 4000, false},
                                page = {"Content-ID: <2@x>", 1240, 1754, 90000, true},
                                file = {"Content-Disposition: attachment; filename=a.png", 120, 61, 4000, true};
    static char text[300000];
    size_t n = (size_t)sprintf(
        text, HEAD "Content-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html\n\n<p>hi\n");
    n += put_picture(text + n, &logo, 'a');
    n += put_picture(text + n, &page, 'b');
    n += put_picture(text + n, &file, 'c');
    n += (size_t)sprintf(text + n, "--B--\n");
    struct parsed p = parse_bytes(text, n);
    assert_int_equal(p.facts.n_parts, 3);
    assert_int_equal(p.facts.parts[0].size, 90000);
    assert_string_equal(p.facts.parts[1].name, "a.png");
    assert_true(p.facts.parts[2].inline_shown);
    assert_false(p.facts.parts[0].inline_shown || p.facts.parts[1].inline_shown);
    parsed_free(&p);
}

/* The same logo once inline and once as a file, as mail programs make of a quoted signature; the same file attached
 * twice is a paper. */
static void test_repeated(void **state)
{
    (void)state;
    static const struct picture once = {"Content-Disposition: inline; filename=logo.png", 120, 60, 4000, false},
                                again = {"Content-Disposition: attachment; filename=logo.png", 120, 60, 4000, true};
    for (int i = 0; i < 2; i++) {
        static char text[100000];
        size_t n = (size_t)sprintf(text, HEAD "Content-Type: multipart/mixed; boundary=B\n\n");
        n += put_picture(text + n, &again, 'a');
        n += put_picture(text + n, i == 0 ? &once : &again, 'a');
        n += (size_t)sprintf(text + n, "--B--\n");
        struct parsed p = parse_bytes(text, n);
        assert_int_equal(p.facts.n_parts, 2);
        assert_int_equal(p.facts.signs.has_papers, i == 1);
        parsed_free(&p);
    }
}

/* A picture by its content, whatever the label says; a document is none, whatever the label says. */
static void test_labels(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(HEAD "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/html\n\n<img "
                        "src=cid:a@x>\n--B\nContent-Type: image/png; name=a.pdf\nContent-ID: "
                        "<a@x>\n\n%PDF-1.4\n--B--\n");
    assert_true(p.facts.signs.has_papers);
    parsed_free(&p);
    p = parse_text(
        HEAD
        "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/html\n\n<img src=cid:a@x>\n--B\n"
        "Content-Type: application/octet-stream; name=a.gif\nContent-ID: <a@x>\n\nGIF89a\x20\x01\x20\x01zz\n--B--\n");
    assert_false(p.facts.signs.has_papers);
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_picture),
        cmocka_unit_test(test_related),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
