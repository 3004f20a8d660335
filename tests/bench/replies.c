/* replies CONFIG FOLDER BYTES [BIG]: one reply to each notice of the round launched last, as FOLDER/1.eml and so
 * on. Each comes from the address that was written to, in the thread and with its token, vouched for by mail.test,
 * with a paper of its own; the whole message has BYTES, the middle one BIG where that is given. */
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "bench/bench.h"

#define LINE_BYTES 57 /* in 76 characters of base64 */

struct reply {
    const char *from, *to, *message_id, *code, *ref;
    int64_t size;
    unsigned number;
};

static void base64_line(const unsigned char *in, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (int i = 0; i < LINE_BYTES; i += 3, out += 4) {
        out[0] = letters[in[i] >> 2];
        out[1] = letters[(in[i] & 3) << 4 | in[i + 1] >> 4];
        out[2] = letters[(in[i + 1] & 15) << 2 | in[i + 2] >> 6];
        out[3] = letters[in[i + 2] & 63];
    }
}

/* A paper that begins as a PDF does and goes on with bytes that do not compress and come nowhere else. */
static void write_paper(FILE *f, const struct reply *r)
{
    uint64_t state = 0x9e3779b97f4a7c15u * (r->number + 1);
    unsigned char bytes[LINE_BYTES] = "%PDF-1.4\n";
    char line[78] = {0};

    memcpy(line + 76, "\r\n", 2);
    for (int64_t size = 1024; size < r->size; size += 78) {
        for (int i = size == 1024 ? 9 : 0; i < LINE_BYTES; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (unsigned char)(state >> 56);
        }
        base64_line(bytes, line);
        fwrite(line, 1, sizeof line, f);
    }
}

static void write_head(FILE *f, const struct reply *r)
{
    char date[64];
    time_t now = clock_now();
    struct tm tm;

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &tm));
    fprintf(
        f,
        "Authentication-Results: mail.test; dmarc=pass header.from=%s\r\n"
        "From: <%s>\r\nTo: <%s>\r\nDate: %s\r\nMessage-ID: <reply.%u@%s>\r\nIn-Reply-To: <%s>\r\nReferences: <%s>\r\n"
        "Subject: Re: %s (%s)\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=-reply\"\r\n\r\n"
        "--=-reply\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nPlease find our paper attached.\r\n"
        "--=-reply\r\nContent-Type: application/pdf; name=\"paper.pdf\"\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=\"paper.pdf\"\r\n\r\n",
        strchr(r->from, '@') + 1, r->from, r->to, date, r->number, strchr(r->from, '@') + 1, r->message_id,
        r->message_id, r->ref, r->code);
}

static void write_reply(struct arena *a, const char *folder, const struct reply *r)
{
    const char *path = arena_printf(a, "%s/%u.eml", folder, r->number);
    FILE *f = fopen(path, "w");

    if (!f)
        give_up(path, "cannot be written");
    write_head(f, r);
    write_paper(f, r);
    fputs("--=-reply--\r\n", f);
    if (fclose(f) != 0)
        give_up(path, "cannot be written");
}

static const char *written_to(struct store *s, struct arena *a, int64_t notice)
{
    struct delivery_row *rows;
    size_t n;
    struct err e = {0};

    if (!store_deliveries_of(s, a, notice, &rows, &n, &e) || n == 0)
        give_up("deliveries", n == 0 ? "a notice has none" : e.text);
    return rows[0].address;
}

static const char *with_token(struct arena *a, const struct config *c, const char *token)
{
    const char *at = strchr(c->address, '@');

    return arena_printf(a, "%.*s%s%s%s", (int)(at - c->address), c->address, c->token_delimiter, token, at);
}

int main(int argc, char **argv)
{
    static struct daemon d;
    ARENA_SCOPED a = arena_new();
    struct notice_row *rows;
    size_t n;
    struct err e = {0};

    if (argc < 4 || argc > 5)
        give_up("usage", "replies CONFIG FOLDER BYTES [BIG]");
    open_office(&d, argv[1]);
    if (!store_notices(d.store, a, newest_round(d.store, a).ref, NULL, &rows, &n, &e))
        give_up("notices", e.text);
    for (size_t i = 0; i < n; i++)
        write_reply(a, argv[2],
                    &(struct reply){.from = written_to(d.store, a, rows[i].id),
                                    .to = with_token(a, d.orders.config, rows[i].token),
                                    .message_id = rows[i].message_id,
                                    .code = rows[i].party,
                                    .ref = rows[i].round,
                                    .number = (unsigned)i + 1,
                                    .size = number(argc == 5 && i == n / 2 ? argv[4] : argv[3])});
    printf("%zu\n", n);
    close_office(&d);
    return EXIT_SUCCESS;
}
