/* msgid.c - the token of a notice, in Message-IDs and in address details.
 *
 * Mail systems on the way change letters to upper case, so tokens are read in any case and given back in lower case.
 * What is not exactly of our shape is refused: a token looked for anywhere in a text would be found in strangers'
 * mail. */
#include "mail/msgid.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define TAG_MAX 32

static const char detail_mark[] = "t-";

/* Copies a token's 16 characters in lower case. False, and token_out as it was, where s does not start with one. */
static bool take_token(const char *s, char token_out[TOKEN_LEN + 1])
{
    char token[TOKEN_LEN + 1] = {0};
    for (size_t i = 0; i < TOKEN_LEN; i++) {
        char c = (char)tolower((unsigned char)s[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '7'))
            return false;
        token[i] = c;
    }
    memcpy(token_out, token, sizeof token);
    return true;
}

bool msgid_usable(const char *msgid)
{
    size_t n = strlen(msgid);
    for (size_t i = 0; i < n; i++)
        if (msgid[i] <= ' ' || msgid[i] > '~' || msgid[i] == '<' || msgid[i] == '>')
            return false;
    return n > 0 && n <= 250 && strchr(msgid, '@');
}

char *msgid_make(struct arena *a, const char *token, const char *tag, const char *domain)
{
    return arena_printf(a, "<t.%s.%s@%s>", token, tag, domain);
}

bool msgid_token(const char *msgid, char token_out[TOKEN_LEN + 1])
{
    if (!msgid)
        return false;
    msgid += strspn(msgid, " \t<");
    char token[TOKEN_LEN + 1];
    if (strncasecmp(msgid, "t.", 2) != 0 || !take_token(msgid + 2, token))
        return false;
    const char *tag = msgid + 2 + TOKEN_LEN;
    if (*tag++ != '.')
        return false;
    size_t n = 0;
    while (n <= TAG_MAX && (isalnum((unsigned char)tag[n]) || tag[n] == '-'))
        n++;
    if (n == 0 || n > TAG_MAX || tag[n] != '@')
        return false;
    memcpy(token_out, token, sizeof token);
    return true;
}

char *detail_make(struct arena *a, const char *token)
{
    return arena_printf(a, "%s%s", detail_mark, token);
}

bool detail_token(const char *detail, char token_out[TOKEN_LEN + 1])
{
    size_t mark = strlen(detail_mark);
    if (!detail || strncasecmp(detail, detail_mark, mark) != 0 || strlen(detail) != mark + TOKEN_LEN)
        return false;
    return take_token(detail + mark, token_out);
}
