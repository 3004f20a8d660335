/* Decides what becomes of a delivery after an attempt. It never fails an address for what is not about that
 * address: only an answer to RCPT, DATA or the final dot, or five days of trying, does that. */
#include "round/retry.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"

const char *const delivery_state_names[DELIVERY_STATE_COUNT] = {
    "queued", "sending", "sent", "deferred", "failed", "uncertain", "cancelled", "bounced",
};

static int64_t backoff_s(int attempts)
{
    int64_t wait = RETRY_FIRST_S;

    for (int i = 1; i < attempts && wait < RETRY_LONGEST_S; i++)
        wait *= 2;
    return wait < RETRY_LONGEST_S ? wait : RETRY_LONGEST_S;
}

int64_t retry_wait_s(int attempts)
{
    return attempts > 0 ? backoff_s(attempts) : 0;
}

static struct retry later(const struct attempt *a, enum delivery_state state)
{
    if (a->now_at - a->created_at > RETRY_GIVE_UP_S)
        return (struct retry){.state = DELIVERY_FAILED, .lasting = true};
    return (struct retry){.state = state, .next_at = a->now_at + backoff_s(a->attempts)};
}

struct retry retry_after(const struct attempt *a)
{
    switch (a->end) {
    case END_ACCEPTED: return (struct retry){.state = DELIVERY_SENT};
    case END_UNKNOWN: return later(a, DELIVERY_UNCERTAIN);
    case END_ABOUT_US:
        if (a->code >= 500 || a->code == 0)
            return (struct retry){.state = DELIVERY_QUEUED, .next_at = a->now_at, .stop_queue = true};
        return later(a, DELIVERY_DEFERRED);
    case END_RECIPIENT:
        if (a->code >= 500)
            return (struct retry){.state = DELIVERY_FAILED, .lasting = true};
        return later(a, DELIVERY_DEFERRED);
    case END_LOCAL: return (struct retry){.state = DELIVERY_FAILED, .lasting = true};
    case END_NO_CONNECTION: break;
    }
    return later(a, DELIVERY_DEFERRED);
}

/* "550 5.1.1 no such user", "550-5.1.1 ...", "5.1.1 ...":
 *   status-code = class "." subject "." detail      RFC 3463 section 2: one digit, then one to three each */
enum refusal_subject refusal_subject(const char *words)
{
    const char *subject, *detail;
    size_t n;

    if (strspn(words, DIGITS) == 3 && words[3] && strchr(" -", words[3]))
        words += 4;
    if (words[0] != '5' || words[1] != '.')
        return REFUSAL_OF_UNKNOWN;
    subject = words + 2;
    n = strspn(subject, DIGITS);
    detail = subject + n + 1;
    if (n < 1 || n > 3 || subject[n] != '.' || !strchr(DIGITS, *detail) || !*detail || subject[0] == '0')
        return REFUSAL_OF_UNKNOWN;
    return n == 1 && strchr("12", subject[0]) ? REFUSAL_OF_MAILBOX : REFUSAL_OF_MAIL;
}

static bool knows_domain(const struct refusals *r, const char *domain)
{
    for (int i = 0; i < r->n; i++)
        if (strcasecmp(r->domains[i], domain) == 0)
            return true;
    return false;
}

bool refusals_note(struct refusals *r, int code, const char *domain, int64_t delivery)
{
    if (code < 500) {
        *r = (struct refusals){0};
        return false;
    }
    if (r->code != code)
        *r = (struct refusals){.code = code};
    if (r->n_deliveries < REFUSALS_MAX)
        r->deliveries[r->n_deliveries++] = delivery;
    if (r->n < 3 && !knows_domain(r, domain))
        snprintf(r->domains[r->n++], sizeof r->domains[0], "%s", domain);
    return r->n == 3;
}
