/* lang_words.c - the small words of the mails to officers, by their key.
 *
 * One table, sorted by sense; a key that is not in it is shown as it is, so that nothing is ever blank. */
#include <string.h>

#include "mail/lang.h"

static const struct {
    const char *key;
    const char *words[LANG_COUNT];
} words[] = {
    /* where a party stands: cells of a table */
    {"complete", {"مكتمل", "Complete", "Complet"}},
    {"partial", {"جزئي", "Partial", "Partiel"}},
    {"held", {"قيد المراجعة", "Held", "À examiner"}},
    {"no paper yet", {"ردّت، ولم تصل ورقتها بعد", "Wrote, no paper yet", "Réponse sans document"}},
    {"unreachable", {"تعذّر الوصول إليها", "Unreachable", "Injoignable"}},
    {"not sent yet", {"لم يُرسل إليها بعد", "Not sent yet", "Pas encore envoyé"}},
    {"silent", {"لم تردّ بعد", "No answer yet", "Sans réponse"}},
    /* remarks on it, which stand one after the other */
    {"remark.late", {"الردّ متأخر", "late", "réponse tardive"}},
    {"remark.held", {"ردود قيد المراجعة", "held", "à examiner"}},
    {"remark.bounced", {"رسائل مرتدّة", "bounced", "non distribués"}},
    {"remark.failed", {"رسائل تعذّر إرسالها", "failed", "échecs d’envoi"}},
    {"remark.locked", {"أوراق محمية بكلمة مرور", "locked by a password", "protégés par mot de passe"}},
    {"remark.closed", {"ملفات مضغوطة تعذّر الاطلاع عليها", "archives not looked into", "archives non examinées"}},
    {"remark.covers", {"كتب تغطية", "covering letters", "lettres d’accompagnement"}},
    {"remark.note", {"ردّ بلا ورقة", "note", "note"}},
    {"remark.note_unverified", {"ردّ بلا ورقة (غير موثّق)", "note (unverified)", "note (non vérifiée)"}},
    {"remark.away", {"غائب", "away", "absent"}},
    {"remark.away_unverified", {"غائب (غير موثّق)", "away (unverified)", "absent (non vérifié)"}},
    {"remark.extended", {"مُدّد الموعد حتى", "extended to", "échéance reportée au"}},
    /* what an officer asks for by mail, and the keys of its lines */
    {"request.help", {"مساعدة", "help", "aide"}},
    {"request.status", {"حالة الجولات", "where the rounds stand", "situation des consultations"}},
    {"request.extend", {"تمديد الموعد", "extend the deadline", "prolonger l’échéance"}},
    {"request.remind", {"تذكير", "send a reminder", "envoyer un rappel"}},
    {"request.resend", {"إعادة إرسال التعميم", "send the notice again", "renvoyer la note"}},
    {"request.note", {"استدراك", "send a corrigendum", "envoyer un rectificatif"}},
    {"request.close", {"اختتام الجولة", "close the round", "clore la consultation"}},
    {"request.cancel", {"إلغاء الجولة", "cancel the round", "annuler la consultation"}},
    {"request.accept", {"قبول ردّ", "accept a reply", "accepter une réponse"}},
    {"request.reject", {"رفض ردّ", "reject a reply", "rejeter une réponse"}},
    {"request.move", {"نقل ردّ إلى جهة أخرى", "move a reply", "déplacer une réponse"}},
    {"request.item",
     {"تحديد البند الذي تجيب عنه ورقة", "say which item a paper answers", "rattacher un document à un point"}},
    {"request.cover",
     {"اعتبار ورقة كتابَ تغطية", "take a paper for a covering letter",
      "tenir un document pour une lettre d’accompagnement"}},
    {"key.round", {"الجولة", "round", "consultation"}},
    {"key.party", {"الجهة", "party", "délégation"}},
    {"key.deadline", {"الموعد", "deadline", "échéance"}},
    {"key.address", {"العنوان", "address", "adresse"}},
    {"key.reply", {"رقم الردّ", "reply", "réponse"}},
    {"key.paper", {"الورقة", "paper", "document"}},
    {"key.item number", {"رقم البند", "item number", "numéro du point"}},
    {"key.reason", {"السبب", "reason", "motif"}},
    {"key.tell", {"إبلاغ المرسِل", "tell the sender", "informer l’expéditeur"}},
    {"key.text", {"النص", "text", "texte"}},
    {"key.arabic", {"النص بالعربية", "text in Arabic", "texte en arabe"}},
    {"key.english", {"النص بالإنجليزية", "text in English", "texte en anglais"}},
    {"key.french", {"النص بالفرنسية", "text in French", "texte en français"}},
    /* what an alert tells */
    {"alert.filed", {"ورد ردّ وحُفظت أوراقه", "Reply filed", "Réponse enregistrée"}},
    {"alert.held", {"ردّ قيد المراجعة ينتظر قراركم", "Reply held for your decision", "Réponse en attente de décision"}},
    {"alert.suspect",
     {"اشتباه في انتحال صفة المرسِل: الردّ ينتظر قراركم", "Possible forgery, held for your decision",
      "Usurpation possible, en attente de décision"}},
    {"alert.no_paper", {"ردّ بلا ورقة مرفقة", "Reply without a paper", "Réponse sans pièce jointe"}},
    {"alert.cover",
     {"ربما ورد كتاب تغطية دون الورقة", "Perhaps a covering letter alone",
      "Peut-être une simple lettre d’accompagnement"}},
    {"alert.not_taken", {"ملف مرفق لم يُقبل", "Attachment not taken", "Pièce jointe non retenue"}},
    {"alert.look", {"ورقة حُفظت وتستدعي الانتباه", "Filed, and wants a look", "Enregistré, à examiner"}},
    {"alert.sealed",
     {"ملف حُفظ وتعذّر الاطلاع على محتواه", "Filed, cannot be looked into", "Enregistré, contenu inaccessible"}},
    {"alert.next_contact",
     {"تعذّر التسليم، وكُتب إلى مسؤول الاتصال التالي", "Not delivered, the next contact is written to",
      "Non distribué, le contact suivant est saisi"}},
    {"alert.bounced", {"رسالة مرتدّة", "Mail bounced", "Courriel non distribué"}},
    {"alert.failed", {"تعذّر إرسال رسالة", "Mail could not be sent", "Envoi impossible"}},
    {"alert.refused",
     {"رفض الخادم رسالة إليكم", "A mail to you was refused", "Un courriel à votre attention a été refusé"}},
    {"alert.queue_stopped", {"توقّف الإرسال", "Sending has stopped", "Envois interrompus"}},
    {"alert.queue_resumed", {"استؤنف الإرسال", "Sending has resumed", "Envois repris"}},
    {"alert.server_away", {"خادم البريد غير متاح", "Mail server unreachable", "Serveur de courrier injoignable"}},
    {"alert.server_back", {"عاد خادم البريد إلى العمل", "Mail server is back", "Serveur de courrier rétabli"}},
    {"alert.scanner_away", {"كاشف الفيروسات غير متاح", "Virus scanner unreachable", "Antivirus injoignable"}},
    {"alert.scanner_back", {"عاد كاشف الفيروسات إلى العمل", "Virus scanner is back", "Antivirus rétabli"}},
    {"alert.clock", {"تغيّرت ساعة الخادم فجأة", "The server’s clock has jumped", "Saut de l’horloge du serveur"}},
    {"alert.trouble", {"خلل يحتاج إلى متابعة", "Trouble", "Anomalie"}},
    {"alert.new_address",
     {"ردّ من عنوان جديد لجهة معروفة", "Reply from a new address", "Réponse d’une adresse nouvelle"}},
    {"alert.unverified",
     {"ورد ردّ وحُفظ، ولم يُتحقق من مرسِله", "Filed, sender not verified", "Réponse enregistrée, expéditeur non vérifié"}},
};

const char *word_of(enum lang lang, const char *english_key)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].key, english_key) == 0)
            return words[i].words[lang];
    return english_key;
}
