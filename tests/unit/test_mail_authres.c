/* Whose word on the sender counts: how servers write it, a table; then what ARC and Microsoft's own mark add. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "mail/facts.h"

#define OURS "mx.league.example"
static void test_auth(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *id;
        enum auth_result result;
    } rows[] = {
        {OURS "; dmarc=pass header.from=jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc=fail (p=none) header.from=jo.example", NULL, OURS, AUTH_FAIL},
        {OURS "; dmarc=none header.from=jo.example; spf=pass smtp.mailfrom=o@jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc=fail; dkim=pass header.d=jo.example", NULL, OURS, AUTH_FAIL},
        {OURS " 1; dkim=pass header.d=jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dkim=pass (good signature) header.i=@jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dkim=pass reason=\"a; dmarc=pass\" header.i=@other.example", NULL, OURS, AUTH_NONE},
        {OURS "; dkim=pass header.d=other.example", NULL, OURS, AUTH_NONE},
        /* the same domain, not one above it or below */
        {OURS "; dkim=pass header.d=JO.Example", NULL, OURS, AUTH_PASS},
        {OURS "; dkim=pass header.d=example", NULL, OURS, AUTH_NONE},
        {OURS "; dkim=pass header.i=@example", NULL, OURS, AUTH_NONE},
        {OURS "; dkim=pass header.d=mail.jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; spf=pass smtp.mailfrom=o@example", NULL, OURS, AUTH_NONE},
        {OURS "; spf=softfail smtp.mailfrom=o@jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; none", NULL, OURS, AUTH_NONE},
        {OURS, NULL, OURS, AUTH_NONE},
        {"MX.League.Example; dmarc=pass", NULL, OURS, AUTH_PASS},
        {"(comment; dmarc=pass) " OURS "; (dmarc=pass) dmarc=fail", NULL, OURS, AUTH_FAIL},
        {OURS "; (dmarc=pass; ) spf=none", NULL, OURS, AUTH_NONE},
        /* other servers' headers are ignored; the topmost of ours counts */
        {"mx.evil.example; dmarc=pass", NULL, OURS, AUTH_NONE},
        {"mx.evil.example; dmarc=pass", OURS "; dmarc=fail", OURS, AUTH_FAIL},
        {OURS "; dmarc=fail", OURS "; dmarc=pass", OURS, AUTH_FAIL},
        {OURS ".evil.example; dmarc=pass", NULL, OURS, AUTH_NONE},
        {OURS "; x-dmarc=pass", NULL, OURS, AUTH_NONE},
        {OURS "; dmarc=\"pass\"", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc/1=pass", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc = pass", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc=temperror; dkim=pass header.d=jo.example", NULL, OURS, AUTH_PASS},
        {"(open " OURS "; dmarc=pass", NULL, OURS, AUTH_NONE},
        {"", NULL, OURS, AUTH_NONE},
        {NULL, NULL, OURS, AUTH_NONE},
        {OURS "; dmarc=pass", NULL, "", AUTH_NONE},
        {OURS "; dmarc=pass", NULL, NULL, AUTH_NONE},
        {OURS "; dmarc=pass; dmarc=pass", NULL, OURS, AUTH_PASS},
        {OURS
         "; dmarc=fail (p=none) header.from=jo.example; spf=pass smtp.mailfrom==?u?Q?=3Bdmarc=3Dpass_?=@evil.example",
         NULL, OURS, AUTH_FAIL},
        {OURS "; spf=pass smtp.mailfrom=x\u037edmarc=pass\u037e@evil.example", NULL, OURS, AUTH_NONE},
        {OURS "; spf=pass (a \\( b) smtp.mailfrom=jo.example", NULL, OURS, AUTH_PASS},
        /* servers that leave the id out */
        {"spf=pass smtp.mailfrom=jo.example; dkim=none; dmarc=pass action=none header.from=jo.example", NULL,
         "topmost-unnamed", AUTH_PASS},
        {"dmarc=fail; spf=pass smtp.mailfrom=jo.example", NULL, "topmost-unnamed", AUTH_FAIL},
        {"mx.evil.example; dmarc=pass", "dmarc=pass", "topmost-unnamed", AUTH_NONE},
        {"dmarc=none", "dmarc=pass", "topmost-unnamed", AUTH_NONE},
        {"spf=pass smtp.mailfrom=o@jo.example", NULL, "topmost-unnamed", AUTH_PASS},
        /* versions, folding, quoted names, and what stands between them */
        {"\"" OURS "\"; dmarc=pass", NULL, OURS, AUTH_PASS},
        {"\r\n\t" OURS " (by\r\n us) 1;\r\n\tdmarc=pass (p=none)\r\n\theader.from=jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc=pass (p=reject dis=none) d=jo.example", NULL, OURS, AUTH_PASS},
        {OURS "; dmarc=bestguesspass header.from=jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; auth=pass smtp.auth=o@jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; sender-id=pass header.from=jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; iprev=pass policy.iprev=192.0.2.1; spf=fail smtp.mailfrom=jo.example", NULL, OURS, AUTH_NONE},
        {OURS "; compauth=pass reason=100", NULL, OURS, AUTH_NONE},
        /* Google Workspace */
        {"mx.google.com; dkim=pass header.i=@jo.example header.s=s1 header.b=AbC/d=; spf=pass (google.com: domain of "
         "o@jo.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=o@jo.example; dmarc=pass (p=QUARANTINE "
         "sp=QUARANTINE dis=NONE) header.from=jo.example",
         NULL, "mx.google.com", AUTH_PASS},
        {"mx.google.com; spf=softfail (google.com: domain of transitioning o@jo.example does not designate 192.0.2.1 "
         "as permitted sender) smtp.mailfrom=o@jo.example; dmarc=fail (p=NONE sp=NONE dis=NONE) "
         "header.from=jo.example",
         NULL, "mx.google.com", AUTH_FAIL},
        {"mx.google.com; dkim=pass header.i=@jo-example.20230601.gappssmtp.com; spf=pass smtp.mailfrom=o@jo.example",
         NULL, "mx.google.com", AUTH_PASS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth headers[2] = {{.value = rows[i].first ? strdup(rows[i].first) : NULL},
                                       {.value = rows[i].second ? strdup(rows[i].second) : NULL}};
        const char *why;
        struct facts f = {.from = {"Office", "o@jo.example"}, .auth_results = headers};
        f.n_auth_results = (size_t)(rows[i].first != NULL) + (size_t)(rows[i].second != NULL);
        enum auth_result result = auth_of(&f, &(struct auth_trust){.authserv_id = rows[i].id}, &why);
        free((void *)(uintptr_t)headers[0].value);
        free((void *)(uintptr_t)headers[1].value);
        if (result != rows[i].result || why)
            fail_msg("%s: %d", rows[i].first ? rows[i].first : "none", (int)result);
    }
}

/* Of another sender, of two minds, or with an end that is hidden: a failure that says why. */
static void test_auth_that_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *value, *why;
    } rows[] = {
        {OURS "; dmarc=pass header.from=evil.example", "another sender"},
        {OURS "; dmarc=none header.from=evil.example", "another sender"},
        {OURS "; dmarc=none header.from=evil.example; dkim=pass header.d=jo.example", "another sender"},
        {OURS "; dmarc=pass; dmarc=fail", "contradicts"},
        {OURS "; dmarc=fail; dmarc=pass", "contradicts"},
        {OURS "; dmarc=none; spf=pass (x);dmarc=pass ()", "contradicts"},
        {OURS "; spf=pass (a ( b) smtp.mailfrom=x@evil.example; dmarc=fail", "cannot be read"},
        {OURS "; spf=pass smtp.mailfrom=\"x@evil.example; dmarc=fail", "cannot be read"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth header = {.value = rows[i].value};
        struct facts f = {.from = {"", "o@jo.example"}, .auth_results = &header, .n_auth_results = 1};
        const char *why = NULL;
        enum auth_result result = auth_of(&f, &(struct auth_trust){.authserv_id = OURS}, &why);
        if (result != AUTH_FAIL || !why || !strstr(why, rows[i].why))
            fail_msg("%s: %d %s", rows[i].value, (int)result, why);
    }
}

static void test_several_senders_never_pass(void **state)
{
    (void)state;
    static const char *const ids[] = {OURS, "topmost-unnamed", "", NULL};
    for (size_t i = 0; i < 4; i++) {
        struct fact_auth header = {.value = OURS "; dmarc=pass"};
        struct facts f = {.from = {"", "o@jo.example"}, .several_senders = true, .auth_results = &header};
        const char *why;
        f.n_auth_results = i < 3;
        assert_int_equal(auth_of(&f, &(struct auth_trust){.authserv_id = ids[i]}, &why), AUTH_FAIL);
    }
}

/* A header that went on may have said anything. */
static void test_cut_header(void **state)
{
    (void)state;
    static const struct {
        const char *value, *id;
        enum auth_result result;
    } rows[] = {
        {OURS "; dmarc=pass", OURS, AUTH_FAIL},
        {OURS "; spf=none", OURS, AUTH_FAIL},
        {"dmarc=pass", "topmost-unnamed", AUTH_FAIL},
        {"mx.evil.example; dmarc=pass", OURS, AUTH_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth header = {.value = rows[i].value, .cut = true};
        struct facts f = {.from = {"", "o@jo.example"}, .auth_results = &header, .n_auth_results = 1};
        const char *why;
        assert_int_equal(auth_of(&f, &(struct auth_trust){.authserv_id = rows[i].id}, &why), rows[i].result);
        assert_true((why != NULL) == (rows[i].result == AUTH_FAIL));
    }
}

/* ---- Microsoft 365: the topmost header, without a name; within the organisation a mark instead of DMARC */

#define M365(dmarc, more)                                                                                              \
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=relay.example; dkim=none (message not signed) "                   \
    "header.d=none;dmarc=" dmarc " action=none header.from=jo.example;" more
#define WITHIN "dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=jo.example;"

static void test_microsoft(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *as;
        enum auth_result there, elsewhere; /* in Microsoft's dialect; where another server leaves the name out */
    } rows[] = {
        {M365("pass", "compauth=pass reason=100"), NULL, "", AUTH_PASS, AUTH_PASS},
        {M365("fail", "compauth=fail reason=000"), NULL, "", AUTH_FAIL, AUTH_FAIL},
        {M365("none", "compauth=fail reason=001"), NULL, "", AUTH_NONE, AUTH_NONE},
        {M365("none", "compauth=pass reason=703"), NULL, "", AUTH_NONE, AUTH_NONE},
        {M365("bestguesspass", "compauth=pass reason=109"), NULL, "", AUTH_NONE, AUTH_NONE},
        {M365("pass", "compauth=pass reason=100"), NULL, "Anonymous", AUTH_PASS, AUTH_PASS},
        /* within the organisation */
        {WITHIN, NULL, "Internal", AUTH_PASS, AUTH_NONE},
        {WITHIN, NULL, "internal", AUTH_PASS, AUTH_NONE},
        {NULL, NULL, "Internal", AUTH_PASS, AUTH_NONE},
        {WITHIN, NULL, "", AUTH_NONE, AUTH_NONE},
        {WITHIN, NULL, "Anonymous", AUTH_NONE, AUTH_NONE},
        {WITHIN, NULL, "several", AUTH_NONE, AUTH_NONE},
        {M365("fail", "compauth=fail reason=000"), NULL, "Internal", AUTH_FAIL, AUTH_FAIL},
        /* under another server's header nothing of ours is known */
        {"relay.example; dmarc=none", WITHIN, "Internal", AUTH_NONE, AUTH_NONE},
        {"relay.example; dmarc=pass", M365("pass", ""), "", AUTH_NONE, AUTH_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth headers[2] = {{.value = rows[i].first}, {.value = rows[i].second}};
        struct facts f = {.from = {"", "o@jo.example"}, .auth_results = headers, .auth_as = rows[i].as};
        f.n_auth_results = (size_t)(rows[i].first != NULL) + (size_t)(rows[i].second != NULL);
        const char *why;
        struct auth_trust trust = {.authserv_id = "microsoft-365", .own_address = "circulars@JO.example"};
        enum auth_result there = auth_of(&f, &trust, &why);
        enum auth_result elsewhere = auth_of(&f, &(struct auth_trust){.authserv_id = "topmost-unnamed"}, &why);
        if (there != rows[i].there || elsewhere != rows[i].elsewhere)
            fail_msg("%s, %s: %d, %d", rows[i].first ? rows[i].first : "none", rows[i].as, (int)there, (int)elsewhere);
        assert_int_equal(auth_of(&f, &(struct auth_trust){.authserv_id = OURS}, &why), AUTH_NONE);
        if (there == AUTH_PASS && rows[i].elsewhere != AUTH_PASS) { /* a colleague's mark vouches for no state */
            static const char *const others[] = {NULL, "", "o@arcp.example", "o@example", "o@a.jo.example"};
            for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
                trust.own_address = others[k];
                if (auth_of(&f, &trust, &why) != AUTH_NONE)
                    fail_msg("%s vouches for jo.example", others[k] ? others[k] : "nobody");
            }
        }
    }
}

/* ---- ARC: our server says that the chain is whole, and the last sealers are listed */

#define SEAL(i, d)                                                                                                     \
    {                                                                                                                  \
        "i=" i "; a=rsa-sha256; t=1790000000; cv=none; d=" d "; s=arc; b=d=evil/x==", false                            \
    }
#define SAW(i, text)                                                                                                   \
    {                                                                                                                  \
        "i=" i "; lists.example; " text, false                                                                         \
    }
#define BROKEN OURS "; dmarc=fail header.from=jo.example; arc="

static void put_chain(struct facts *f, struct fact_auth seals[3], struct fact_auth saw[3])
{
    f->arc_seals = seals, f->arc_results = saw;
    while (f->n_arc_seals < 3 && seals[f->n_arc_seals].value)
        f->n_arc_seals++;
    while (f->n_arc_results < 3 && saw[f->n_arc_results].value)
        f->n_arc_results++;
}

static void test_arc(void **state)
{
    (void)state;
    static const char *const listed[] = {"lists.example", "mx.league.example"};
    static const struct {
        const char *about, *ours;
        struct fact_auth seals[3], saw[3];
        enum auth_result result;
    } rows[] = {
        {"a listed sealer saw it pass",
         BROKEN "pass (i=1 spf=pass dkim=pass dmarc=pass fromdomain=jo.example)",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass header.from=jo.example")},
         AUTH_PASS},
        {"spelt in capitals", BROKEN "pass", {SEAL("1", "LISTS.example")}, {SAW("1", "dmarc=pass")}, AUTH_PASS},
        {"an aligned signature",
         BROKEN "pass",
         {SEAL("1", "lists.example")},
         {SAW("1", "dkim=pass header.d=jo.example; arc=none")},
         AUTH_PASS},
        {"DMARC says nothing here",
         OURS "; dmarc=none; arc=pass",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass")},
         AUTH_PASS},
        {"the sealer saw it fail", BROKEN "pass", {SEAL("1", "lists.example")}, {SAW("1", "dmarc=fail")}, AUTH_FAIL},
        {"the sealer saw another sender",
         BROKEN "pass",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass header.from=evil.example")},
         AUTH_FAIL},
        {"our server did not look",
         OURS "; dmarc=fail",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"the chain is broken", BROKEN "fail", {SEAL("1", "lists.example")}, {SAW("1", "dmarc=pass")}, AUTH_FAIL},
        {"of two minds", BROKEN "fail; arc=pass", {SEAL("1", "lists.example")}, {SAW("1", "dmarc=pass")}, AUTH_FAIL},
        {"said in a comment",
         BROKEN "none (arc=pass; arc=pass)",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"a sealer who is not listed", BROKEN "pass", {SEAL("1", "evil.example")}, {SAW("1", "dmarc=pass")}, AUTH_FAIL},
        {"a name below a listed one",
         BROKEN "pass",
         {SEAL("1", "a.lists.example")},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"a stranger sealed last",
         BROKEN "pass",
         {SEAL("2", "evil.example"), SEAL("1", "lists.example")},
         {SAW("2", "dmarc=fail; arc=pass"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"a stranger sealed first",
         BROKEN "pass",
         {SEAL("2", "lists.example"), SEAL("1", "evil.example")},
         {SAW("2", "dmarc=fail; arc=pass"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"both listed",
         BROKEN "pass",
         {SEAL("2", "mx.league.example"), SEAL("1", "lists.example")},
         {SAW("2", "dmarc=fail; arc=pass"), SAW("1", "dmarc=pass")},
         AUTH_PASS},
        {"in another order",
         BROKEN "pass",
         {SEAL("1", "lists.example"), SEAL("2", "mx.league.example")},
         {SAW("1", "dmarc=pass"), SAW("2", "dmarc=fail")},
         AUTH_PASS},
        {"two seals of one number",
         BROKEN "pass",
         {SEAL("1", "evil.example"), SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"two words of one number",
         BROKEN "pass",
         {SEAL("1", "lists.example")},
         {SAW("1", "dmarc=pass"), SAW("1", "dmarc=fail")},
         AUTH_FAIL},
        {"no word", BROKEN "pass", {SEAL("1", "lists.example")}, {{NULL, false}}, AUTH_FAIL},
        {"no seal", BROKEN "pass", {{NULL, false}}, {SAW("1", "dmarc=pass")}, AUTH_FAIL},
        {"a word that is cut",
         BROKEN "pass",
         {SEAL("1", "lists.example")},
         {{"i=1; lists.example; dmarc=pass", true}},
         AUTH_FAIL},
        {"a word left open", BROKEN "pass", {SEAL("1", "lists.example")}, {SAW("1", "dmarc=pass (")}, AUTH_FAIL},
        {"two domains in a seal",
         BROKEN "pass",
         {{"i=1; d=evil.example; d=lists.example", false}},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"two domains, the listed one first",
         BROKEN "pass",
         {{"i=1; d=lists.example; d=evil.example", false}},
         {SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"no number", BROKEN "pass", {{"i=x; d=lists.example", false}}, {SAW("x", "dmarc=pass")}, AUTH_FAIL},
        {"number 51", BROKEN "pass", {SEAL("51", "lists.example")}, {SAW("51", "dmarc=pass")}, AUTH_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth header = {.value = rows[i].ours}, seals[3], saw[3];
        struct facts f = {.from = {"", "o@jo.example"}, .auth_results = &header, .n_auth_results = 1};
        struct auth_trust trust = {.authserv_id = OURS, .arc_sealers = listed, .n_arc_sealers = 2};
        const char *why;
        memcpy(seals, rows[i].seals, sizeof seals);
        memcpy(saw, rows[i].saw, sizeof saw);
        put_chain(&f, seals, saw);
        enum auth_result result = auth_of(&f, &trust, &why);
        if (result != rows[i].result)
            fail_msg("%s: %d", rows[i].about, (int)result);
        trust.n_arc_sealers = 0; /* where none is listed, ARC counts for nothing */
        assert_int_not_equal(auth_of(&f, &trust, &why), AUTH_PASS);
    }
}

/* Where our own border seals all that it takes in, its seal stands last: it is passed over there, and says nothing. */
static void test_own_seal(void **state)
{
    (void)state;
    static const char *const listed[] = {"lists.example"};
    static const struct {
        const char *about;
        struct fact_auth seals[3], saw[3];
        enum auth_result result;
    } rows[] = {
        {"ours stands last",
         {SEAL("2", "border.example"), SEAL("1", "lists.example")},
         {SAW("2", "dmarc=fail; arc=pass"), SAW("1", "dmarc=pass")},
         AUTH_PASS},
        {"in capitals",
         {SEAL("2", "BORDER.example"), SEAL("1", "lists.example")},
         {SAW("2", "dmarc=fail"), SAW("1", "dmarc=pass")},
         AUTH_PASS},
        {"ours did not seal", {SEAL("1", "lists.example")}, {SAW("1", "dmarc=pass")}, AUTH_PASS},
        {"another customer of our provider",
         {SEAL("2", "border.example"), SEAL("1", "border.example")},
         {SAW("2", "dmarc=fail"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"another customer behind a listed one",
         {SEAL("3", "border.example"), SEAL("2", "lists.example"), SEAL("1", "border.example")},
         {SAW("3", "dmarc=fail"), SAW("2", "dmarc=fail"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"another customer before ours",
         {SEAL("3", "border.example"), SEAL("2", "border.example"), SEAL("1", "lists.example")},
         {SAW("3", "dmarc=fail"), SAW("2", "dmarc=fail"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
        {"ours alone, with a pass", {SEAL("1", "border.example")}, {SAW("1", "dmarc=pass")}, AUTH_FAIL},
        {"two that stand last",
         {SEAL("2", "border.example"), SEAL("2", "evil.example"), SEAL("1", "lists.example")},
         {SAW("2", "dmarc=fail"), SAW("1", "dmarc=pass")},
         AUTH_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth header = {.value = BROKEN "pass"}, seals[3], saw[3];
        struct facts f = {.from = {"", "o@jo.example"}, .auth_results = &header, .n_auth_results = 1};
        struct auth_trust trust = {
            .authserv_id = OURS, .own_seal = "border.example", .arc_sealers = listed, .n_arc_sealers = 1};
        const char *why;
        memcpy(seals, rows[i].seals, sizeof seals);
        memcpy(saw, rows[i].saw, sizeof saw);
        put_chain(&f, seals, saw);
        if (auth_of(&f, &trust, &why) != rows[i].result)
            fail_msg("%s", rows[i].about);
    }
}

/* Microsoft says it in a word of its own. */
static void test_arc_at_microsoft(void **state)
{
    (void)state;
    static const char *const listed[] = {"lists.example"};
    static const struct {
        const char *ours, *id;
        enum auth_result result;
    } rows[] = {
        {M365("fail", "compauth=pass reason=130"), "microsoft-365", AUTH_PASS},
        {M365("fail", "compauth=none reason=452"), "microsoft-365", AUTH_FAIL},
        {M365("fail", "compauth=fail reason=130"), "microsoft-365", AUTH_FAIL},
        {M365("fail", "compauth=pass reason=1300"), "microsoft-365", AUTH_FAIL},
        {M365("fail", "compauth=pass (reason=130) reason=100"), "microsoft-365", AUTH_FAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fact_auth header = {.value = rows[i].ours};
        struct fact_auth seals[] = {SEAL("2", "microsoft.com"), SEAL("1", "lists.example")};
        struct fact_auth saw[] = {SAW("2", "dmarc=fail; arc=pass (0 oda=1 ltdi=1)"), SAW("1", "dmarc=pass")};
        struct facts f = {.from = {"", "o@jo.example"},
                          .auth_results = &header,
                          .n_auth_results = 1,
                          .arc_seals = seals,
                          .n_arc_seals = 2,
                          .arc_results = saw,
                          .n_arc_results = 2};
        struct auth_trust trust = {
            .authserv_id = rows[i].id, .own_seal = "microsoft.com", .arc_sealers = listed, .n_arc_sealers = 1};
        const char *why;
        if (auth_of(&f, &trust, &why) != rows[i].result)
            fail_msg("%s", rows[i].ours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auth),
        cmocka_unit_test(test_auth_that_says_why),
        cmocka_unit_test(test_several_senders_never_pass),
        cmocka_unit_test(test_cut_header),
        cmocka_unit_test(test_microsoft),
        cmocka_unit_test(test_arc),
        cmocka_unit_test(test_own_seal),
        cmocka_unit_test(test_arc_at_microsoft),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
