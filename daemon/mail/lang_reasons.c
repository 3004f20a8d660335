/* lang_reasons.c - why a reply waits for an officer, in the officer's language.
 *
 * The keys are the names of the rules of round/judge and the words of round/match, which are English and for
 * people, too; one that has no row is shown as it is. */
#include <string.h>

#include "mail/lang.h"

static const struct {
    const char *english, *arabic, *french;
} reasons[] = {
    {"the message could not be read", "تعذّرت قراءة الرسالة", "le message n’a pu être lu"},
    {"came from the junk folder", "وردت في مجلد البريد غير المرغوب فيه", "vient du dossier des indésirables"},
    {"pretends to be a report", "رسالة تدّعي أنها تقرير تسليم", "se donne pour un rapport de remise"},
    {"an officer's address, but authentication failed", "عنوان أحد موظفي الأمانة، ولم يثبت التحقق من مصدره",
     "adresse d’un fonctionnaire du secrétariat, mais l’authentification a échoué"},
    {"signals disagree on the round or the party", "الدلائل متعارضة بشأن الجولة أو الجهة",
     "les indices se contredisent sur la consultation ou la délégation"},
    {"sender belongs to another party", "المرسِل يتبع جهة أخرى", "l’expéditeur relève d’une autre délégation"},
    {"unknown sender", "مرسِل غير معروف", "expéditeur inconnu"},
    {"mail of a list that names no round", "رسالة من قائمة بريدية لا تذكر جولة",
     "courriel d’une liste qui ne nomme aucune consultation"},
    {"a contact's address, but authentication failed", "عنوان مسؤول اتصال، ولم يثبت التحقق من مصدره",
     "adresse d’un point de contact, mais l’authentification a échoué"},
    {"new address of a listed domain, not authenticated", "عنوان جديد من نطاق معروف، دون تحقق من مصدره",
     "adresse nouvelle d’un domaine connu, non authentifiée"},
    {"sent by a machine, but it brings papers", "رسالة آلية تحمل أوراقاً",
     "envoi automatique, mais avec des pièces jointes"},
    {"no rule fits", "لا تنطبق عليها أي قاعدة", "aucune règle ne s’applique"},
    {"tokens of two parties", "رمزان لجهتين مختلفتين", "jetons de deux délégations"},
    {"thread of two parties", "مراسلة تخص جهتين", "fil de deux délégations"},
    {"subject names two parties", "الموضوع يذكر جهتين", "l’objet nomme deux délégations"},
    {"sender belongs to two parties", "المرسِل يتبع جهتين", "l’expéditeur relève de deux délégations"},
    {"token of one party, thread of another", "رمز جهة، ومراسلة جهة أخرى", "jeton d’une délégation, fil d’une autre"},
    {"token of one party, subject of another", "رمز جهة، وموضوع يخص جهة أخرى",
     "jeton d’une délégation, objet d’une autre"},
    {"token of one party, sender of another", "رمز جهة، ومرسِل من جهة أخرى",
     "jeton d’une délégation, expéditeur d’une autre"},
    {"thread of one party, subject of another", "مراسلة جهة، وموضوع يخص جهة أخرى",
     "fil d’une délégation, objet d’une autre"},
    {"thread of one party, sender of another", "مراسلة جهة، ومرسِل من جهة أخرى",
     "fil d’une délégation, expéditeur d’une autre"},
    {"subject of one party, sender of another", "موضوع يخص جهة، ومرسِل من جهة أخرى",
     "objet d’une délégation, expéditeur d’une autre"},
    {"subject names two rounds", "الموضوع يذكر جولتين", "l’objet nomme deux consultations"},
    {"thread of two rounds", "مراسلة تخص جولتين", "fil de deux consultations"},
    {"thread of one round, subject names another", "مراسلة جولة، والموضوع يذكر جولة أخرى",
     "fil d’une consultation, l’objet en nomme une autre"},
    {"token of a closed round, and not one open round alone", "رمز جولة أُغلقت، وليست للجهة جولة مفتوحة واحدة",
     "jeton d’une consultation close, et pas une seule ouverte"},
    {"tokens of two open rounds", "رمزان لجولتين مفتوحتين", "jetons de deux consultations ouvertes"},
    {"token of one round, thread or subject of another", "رمز جولة، ومراسلة أو موضوع جولة أخرى",
     "jeton d’une consultation, fil ou objet d’une autre"},
    {"sender alone, and more than one round is open for the party", "لا دليل سوى المرسِل، وللجهة أكثر من جولة مفتوحة",
     "l’expéditeur seul, et plusieurs consultations ouvertes"},
    {"the party is not in that round", "الجهة غير مدعوّة إلى تلك الجولة",
     "la délégation ne participe pas à cette consultation"},
    {"the round is named, the sender is of no party", "الجولة مذكورة، والمرسِل لا يتبع أي جهة",
     "la consultation est nommée, l’expéditeur ne relève d’aucune délégation"},
    {"not taken: the file arrived empty", "لم يُؤخذ الملف: وصل فارغاً", "non reçu : le fichier est arrivé vide"},
    {"not taken: the file is too large", "لم يُؤخذ الملف: حجمه أكبر من المسموح",
     "non reçu : le fichier est trop volumineux"},
    {"not taken: a file of a type that is refused", "لم يُؤخذ الملف: نوعه غير مقبول",
     "non reçu : un fichier d’un type refusé"},
    {"brought by hand", "سُلّمت باليد", "remis en main propre"},
};

static const char *reason_of(enum lang lang, const char *english)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].english, english) == 0)
            return lang == LANG_AR ? reasons[i].arabic : lang == LANG_FR ? reasons[i].french : english;
    return english;
}

char *reason_in_words(struct arena *a, enum lang lang, const char *english)
{
    const char *open = strstr(english, " (");
    size_t n = strlen(english);
    const char *rule, *why;

    if (!open || english[n - 1] != ')')
        return arena_strdup(a, reason_of(lang, english));
    rule = reason_of(lang, arena_strndup(a, english, (size_t)(open - english)));
    why = reason_of(lang, arena_strndup(a, open + 2, n - (size_t)(open - english) - 3));
    return arena_printf(a, "%s (%s)", rule, why);
}
