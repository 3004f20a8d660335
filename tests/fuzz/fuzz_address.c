/* Addresses, Message-IDs and file names: what comes out is fit to leave, and stays the same when it goes in again. */
#include "fuzz.h"
#include "mail/address.h"
#include "mail/msgid.h"
#include "mail/names.h"

static void check_address(struct arena *a, const char *text)
{
    struct err e = {0};
    char *wire = address_wire(a, text, &e);
    promise(wire || *e.text);
    if (wire) {
        promise(!strpbrk(wire, "\r\n <>\t") && strlen(wire) <= ADDRESS_MAX);
        char *again = address_wire(a, wire, &e);
        promise(again && strcmp(again, wire) == 0);
        promise(address_same(text, wire) && address_in_domain(wire, strrchr(wire, '@') + 1));
    }
    address_detail(a, text, "secretariat@arcp.example", "+");
    address_in_domain("a@b.example", text);
}

static void check_name(struct arena *a, const char *text)
{
    char *name = name_clean(a, text), *numbered = name_numbered(a, name, "v", 12);
    promise(*name && *name != '.' && !strchr(name, '/') && strlen(name) <= NAME_MAX_BYTES);
    promise(*numbered && *numbered != '.' && !strchr(numbered, '/') && strlen(numbered) <= NAME_MAX_BYTES);
    text_width(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_of(data, size), token[TOKEN_LEN + 1];
    struct arena *a = arena_new();
    check_address(a, text);
    check_name(a, text);
    msgid_token(text, token);
    detail_token(text, token);
    arena_free(a);
    free(text);
    return 0;
}
