/* The families of words that bounces use, as tables: a new system is a row. Lower case throughout. */
#include <string.h>
#include "parse/prose.h"

#define HOLDS(text, list) holds_any((text), (list), sizeof(list) / sizeof *(list))

bool bounce_subject(const char *subject) {
    static const char *const phrases[] = {
        "undeliver", "delivery failure", "delivery status", "delivery notification", "delivery failed", "failure notice", "returned mail", "mail delivery",
        "delivery error", "could not be delivered", "couldn't be delivered", "non-delivery", "nondeliverable", "nondelivery", "not delivered", "mail failure", "message delivery", "delivery report",
        "delivery problem", "unable to deliver", "mail system error", "mail error", "returned to sender", "warning: could not send", "warning: message", "delayed", "failed mail",
        "message not deliver", "mail could not", "message could not", "user unknown", "failed delivery", "delivery has failed", "delivery incomplete", "rejected", "bounce", "address not found",
        "non remis", "échec de la remise", "echec de la remise", "notification d'état de remise", "non distribu", "échec de remise", "avis de non-remise", "message refusé",
        "تعذر التسليم", "تعذر تسليم", "لم يتم التسليم", "لم يتم تسليم", "فشل التسليم", "فشل تسليم", "إشعار حالة التسليم", "غير قابل للتسليم", "رسالة مرتجعة", "رسالة مرتدة", "تعذّر التسليم", "تعذّر تسليم", "فشل في التسليم",
        "unzustellbar", "rücksendung", "no se puede entregar", "no entregado", "devuelto", "mancata consegna", "não entregue", "onbestelbaar", "недостав", "не доставлен", "メールエラー", "配信不能", "配信エラー", "退信", "can not be delivered", "cannot be delivered", "delivery delayed", "processing error", "delivery has been",
    };
    return HOLDS(subject, phrases);
}

bool bounce_words(const char *text) {
    static const char *const phrases[] = {
        "could not be delivered", "couldn't be delivered", "cannot be delivered", "can not be delivered", "was not delivered", "wasn't delivered", "not be delivered", "unable to deliver", "undeliverable", "not able to deliver", "delivery failed",
        "delivery to the following", "did not reach the following", "following addresses had", "following address(es) failed", "delivery errors", "permanent error", "permanent fatal errors", "failed permanently", "returned to you",
        "has been rejected", "was rejected", "were rejected", "user unknown", "unknown user", "no such user", "mailbox is full", "mailbox unavailable", "over quota", "unknown recipient", "recipient unknown", "does not exist", "doesn't exist", "failed recipient",
        "failed to deliver", "delivery failure", "following recipient", "not deliver", "not yet been delivered", "has been delayed", "was delayed", "invalid recipient", "account has been disabled", "unrouteable", "host unknown", "mail delivery", "returned mail",
        "encountered an error", "able to deliver", "error delivering", "was undeliverable", "no valid recipients", "n'a pas pu être", "n'a pas été remis", "n’a pas pu être", "impossible de remettre", "impossible de distribuer", "destinataire inconnu", "boîte pleine",
        "لم يتم تسليم", "تعذر تسليم", "تعذّر تسليم", "لم يتم التسليم", "فشل تسليم", "لم يصل", "صندوق البريد ممتلئ", "العنوان غير موجود", "غير موجود", "не может быть доставлено", "konnte nicht zugestellt", "送信できませんでした", "no pudo ser entregado", "non è stato possibile",
    };
    return HOLDS(text, phrases);
}

bool still_trying(const char *text) {
    static const char *const phrases[] = {
        "will continue to be", "will be retried", "will keep trying", "continue trying", "still trying", "will retry", "not yet been delivered", "do not need to resend", "don't need to resend", "you do not need to", "warning message only",
        "warning only", "delivery attempts will continue", "will be attempted again", "will try again", "has been delayed", "is being delayed", "was delayed", "no action is required", "retry for", "will be reattempted", "has not yet been", "in the queue for", "remains in the queue", "held in the queue",
        "de nouvelles tentatives", "nous réessaierons", "a été retardé", "سنحاول", "ستستمر المحاولة", "سيستمر الخادم", "تأخر تسليم", "werden weiter",
    };
    static const char *const over[] = {"gave up", "giving up", "given up", "failed permanently", "permanent failure", "permanent fatal", "i've given up"};
    return HOLDS(text, phrases) && !HOLDS(text, over);
}

bool returned_begins(const char *line) {
    static const char *const phrases[] = {
        "below this line is a copy", "this is a copy of the message", "original message follows", "original message header", "original message headers", "returned message follows", "message header follows", "unsent message", "start of returned", "original mail",
        "unsent message below", "text of your message", "message headers follow", "header of the original", "headers of the original", "original headers", "rest of the message", "the following is a copy", "message text follows", "message contents follow", "here is your message", "copy of the original message",
        "original message ---", "--- original message", "-----original message", "original message:", "undelivered message follows", "the header of the message follows", "your message reads", "headers follow", "a copy of the message", "message body follows", "message d'origine", "الرسالة الأصلية", "returned mail follows", "- message follows", "[message header]", "beginning of the original",
        "included message", "--- forwarded message", "unsent text", "returned message",
    };
    return HOLDS(line, phrases);
}

const char *status_by_sense(const char *text) {
    static const struct {
        const char *words, *status;
    } senses[] = {
        {"user unknown", "5.1.1"},        {"unknown user", "5.1.1"},       {"no such user", "5.1.1"},          {"unknown recipient", "5.1.1"}, {"recipient unknown", "5.1.1"},
        {"no such recipient", "5.1.1"},   {"not listed in", "5.1.1"},      {"user doesn't exist", "5.1.1"},    {"user does not exist", "5.1.1"}, {"address not found", "5.1.1"},
        {"no mailbox here", "5.1.1"},     {"invalid recipient", "5.1.1"},  {"doesn't have a", "5.1.1"},        {"destinataire inconnu", "5.1.1"}, {"العنوان غير موجود", "5.1.1"},
        {"over quota", "5.2.2"},          {"mailbox is full", "5.2.2"},    {"mailbox full", "5.2.2"},          {"quota exceeded", "5.2.2"},     {"exceeded its quota", "5.2.2"},
        {"boîte pleine", "5.2.2"},        {"ممتلئ", "5.2.2"},              {"host unknown", "5.1.2"},          {"host not found", "5.1.2"},     {"unrouteable", "5.1.2"},
        {"domain not found", "5.1.2"},    {"no such domain", "5.1.2"},     {"couldn't find any host", "5.1.2"}, {"disabled", "5.2.1"},          {"too large", "5.3.4"},
        {"connection timed out", "4.4.1"}, {"connection refused", "4.4.1"}, {"too long", "4.4.7"},             {"retry timeout", "4.4.7"},
    };
    for (size_t i = 0; i < sizeof senses / sizeof *senses; i++)
        if (strstr(text, senses[i].words))
            return senses[i].status;
    return "";
}
