/* Read receipts without the part of RFC 8098: Exchange's and Domino's own, as they reach the world through gateways.
 *
 * Exchange marks them in Content-Class. Else both must say so: the subject begins with the word that such a program puts
 * before the original one, and the text tells of the original being read. A person's acknowledgement ("accusé de
 * réception") is an answer, and whoever attaches or forwards anything is a person. */
#include <glib.h>
#include <string.h>
#include "parse/fold.h"
#include "parse/header.h"
#include "parse/tree.h"

static const char *const subjects[] = {
    "read:",
    "not read:",
    "read receipt",
    "return receipt",
    "lu :",
    "lu:",
    "non lu :",
    "non lu:",
    "accusé de lecture",
    "confirmation de lecture",
    "تمت القراءة:",
    "تمت قراءة:",
    "مقروء:",
    "مقروءة:",
    "لم تتم القراءة:",
    "غير مقروء:",
    "غير مقروءة:",
    "ايصال قراءة",
    "اشعار القراءة",
    "gelesen:",
    "ungelesen:",
    "leído:",
    "no leído:",
    "letto:",
    "lida:",
    "lido:",
    "gelezen:",
    "okundu:",
    "прочитано:",
    "已读:",
    "開封済み:",
    "נקרא:",
};

static const char *const words[] = {
    "was read on",
    "was read at",
    "was displayed on",
    "was opened on",
    "has been read",
    "was deleted without being read",
    "was received by:",
    "this is a return receipt",
    "this is a receipt for the mail",
    "a été lu",
    "a été affiché",
    "a été supprimé sans",
    "تمت قراءت",
    "تم عرض",
    "تم حذف",
    "قرئت",
    "تم حذفها دون قراءتها",
    "wurde gelesen",
    "wurde ungelesen gelöscht",
    "se leyó",
    "fue leído",
    "è stato letto",
    "foi lida",
    "is gelezen",
    "tarihinde okundu",
    "было прочитано",
    "已被阅读",
    "נקראה",
};

static bool nothing_attached(struct tree *t)
{
    for (size_t i = 0; i < t->n_leaves; i++)
        if (leaf_is_attached(t, &t->leaves[i]))
            return false;
    return true;
}

static bool says_receipt(struct tree *t)
{
    const char *subject = fold_words(t->a, t->facts->subject);
    bool begins = false;
    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
        begins |= g_str_has_prefix(subject, subjects[i]);
    return begins && holds_any(fold_words(t->a, text_cut(t->a, t->facts->text, 2000)), words, G_N_ELEMENTS(words));
}

bool is_own_receipt(struct tree *t)
{
    GMimeObject *whole = g_mime_message_get_mime_part(t->message); /* what begins with Content- is there */
    bool marked =
        whole && strcmp(header_word(t->a, header_raw(whole, "Content-Class")), "urn:content-classes:mdn") == 0;
    if (!nothing_attached(t))
        return false;
    t->facts->signs.mdn_in_words = !marked && says_receipt(t);
    return marked || t->facts->signs.mdn_in_words;
}
