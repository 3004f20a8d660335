/* lang_words.c - the small words of tables, pages and mails to officers, by their English key.
 *
 * One table, sorted by sense; a key that is not in it is shown as it is, so that nothing is ever blank. */
#include <string.h>

#include "mail/lang.h"

static const struct {
    const char *key;
    const char *words[LANG_COUNT];
} words[] = {
    /* columns and counts */
    {"party", {"الجهة", "Party", "Délégation"}},
    {"round", {"الجولة", "Round", "Consultation"}},
    {"state", {"الحالة", "Status", "État"}},
    {"sent", {"أُرسل", "Sent", "Envoyé"}},
    {"waiting", {"قيد الإرسال", "Waiting", "En attente"}},
    {"failed", {"تعذّر الإرسال", "Failed", "Échec"}},
    {"bounced", {"مرتدّة", "Bounced", "Non distribué"}},
    {"answered", {"تم الردّ", "Answered", "Répondu"}},
    {"papers", {"الأوراق", "Papers", "Contributions"}},
    {"paper", {"الورقة", "Paper", "Contribution"}},
    {"reminded", {"التذكيرات", "Reminded", "Rappels"}},
    {"held", {"قيد المراجعة", "Held", "En examen"}},
    {"extended", {"مُدّد", "Extended", "Prorogé"}},
    {"deadline", {"الموعد النهائي", "Deadline", "Échéance"}},
    {"missing", {"ما ينقص", "Missing", "Manquant"}},
    {"late", {"متأخر", "Late", "Tardif"}},
    {"notes", {"ملاحظات", "Notes", "Remarques"}},
    {"item", {"البند", "Item", "Point"}},
    {"items", {"البنود", "Items", "Points"}},
    {"documents", {"الوثائق", "Documents", "Documents"}},
    {"date", {"التاريخ", "Date", "Date"}},
    {"time", {"الوقت", "Time", "Heure"}},
    {"size", {"الحجم", "Size", "Taille"}},
    {"version", {"الصيغة", "Version", "Version"}},
    {"sender", {"المرسِل", "Sender", "Expéditeur"}},
    {"total", {"المجموع", "Total", "Total"}},
    {"yes", {"نعم", "Yes", "Oui"}},
    {"no", {"لا", "No", "Non"}},
    {"required", {"مطلوب", "Required", "Obligatoire"}},
    {"optional", {"اختياري", "Optional", "Facultatif"}},
    {"unassigned", {"غير مصنّفة", "Unassigned", "Non attribuée"}},
    {"unverified", {"المرسِل غير موثّق", "Sender not verified", "Expéditeur non vérifié"}},
    /* where a round stands */
    {"open", {"جارية", "Open", "En cours"}},
    {"closed", {"مختتمة", "Closed", "Clôturée"}},
    {"cancelled", {"ملغاة", "Cancelled", "Annulée"}},
    /* where a party stands */
    {"complete", {"مكتمل", "Complete", "Complet"}},
    {"partial", {"جزئي", "Partial", "Partiel"}},
    {"silent", {"لم يرد بعد", "No answer yet", "Sans réponse"}},
    {"unreachable", {"تعذّر الوصول", "Unreachable", "Injoignable"}},
    {"not sent yet", {"لم يُرسل بعد", "Not sent yet", "Pas encore envoyé"}},
    /* roles and kinds of parties */
    {"mission", {"المندوبية", "Mission", "Mission"}},
    {"focal_point", {"نقطة الاتصال", "Focal point", "Point focal"}},
    {"alternate", {"نقطة الاتصال المناوبة", "Alternate", "Suppléant"}},
    {"other", {"جهة أخرى", "Other", "Autre"}},
    {"organisation", {"منظمة", "Organisation", "Organisation"}},
    {"expert", {"خبير", "Expert", "Expert"}},
    {"stakeholder", {"من أصحاب المصلحة", "Stakeholder", "Partie prenante"}},
    /* what an alert tells */
    {"alert.filed", {"ورد ردّ وحُفظت أوراقه", "Reply filed", "Réponse classée"}},
    {"alert.held", {"ردّ قيد المراجعة ينتظر قراركم", "Reply held for your decision", "Réponse en attente de décision"}},
    {"alert.no_paper", {"ردّ بلا ورقة مرفقة", "Reply without a paper", "Réponse sans pièce jointe"}},
    {"alert.not_taken", {"ملف مرفق لم يُؤخذ", "Attachment not taken", "Pièce jointe non retenue"}},
    {"alert.bounced", {"رسالة مرتدّة", "Mail bounced", "Courriel non distribué"}},
    {"alert.failed", {"تعذّر إرسال رسالة", "Mail could not be sent", "Envoi impossible"}},
    {"alert.queue_stopped", {"توقّف الإرسال", "Sending has stopped", "Envois interrompus"}},
    {"alert.queue_resumed", {"استؤنف الإرسال", "Sending has resumed", "Envois repris"}},
    {"alert.server_away", {"خادم البريد غير متاح", "Mail server unreachable", "Serveur de courrier injoignable"}},
    {"alert.server_back", {"عاد خادم البريد إلى العمل", "Mail server is back", "Serveur de courrier rétabli"}},
    {"alert.clock", {"تغيّرت ساعة الخادم فجأة", "The server’s clock has jumped", "Saut de l’horloge du serveur"}},
    {"alert.trouble", {"خلل يحتاج إلى متابعة", "Trouble", "Anomalie"}},
    {"alert.new_address",
     {"ردّ من عنوان جديد لجهة معروفة", "Reply from a new address", "Réponse d’une adresse nouvelle"}},
    {"alert.unverified",
     {"ردّ محفوظ من مرسِل غير موثّق", "Filed, sender not verified", "Classée, expéditeur non vérifié"}},
};

const char *word_of(enum lang lang, const char *english_key)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].key, english_key) == 0)
            return words[i].words[lang];
    return english_key;
}
