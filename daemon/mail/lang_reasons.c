/* lang_reasons.c - why a reply waits for an officer, and what else the daemon has to tell, in the officer's language.
 *
 * The keys are what the daemon says in English, which is for people, too: the names of the rules of round/judge, the
 * words of round/match, the sentences of alarms. What has no row is shown as it is, and so are the parts of a
 * sentence that differ (a name, a number, the words of a server); in Arabic these are isolated (Unicode UAX 9). */
#include <string.h>

#include "mail/lang.h"
#include "mail/lang_private.h"
#include "mail/names.h"

static const struct sentence_row reasons[] = {
    {"the message could not be read", "تعذّرت قراءة الرسالة", "le message n’a pu être lu"},
    {"came from the junk folder", "وردت في مجلد البريد غير المرغوب فيه", "vient du dossier des indésirables"},
    {"pretends to be a report", "رسالة تدّعي أنها تقرير تسليم", "se donne pour un rapport de remise"},
    {"an officer's address, but authentication failed", "عنوان أحد موظفي الأمانة، وفشل التحقق من مصدره",
     "adresse d’un fonctionnaire du secrétariat, mais l’authentification a échoué"},
    {"signals disagree on the round or the party", "الدلائل متعارضة بشأن الجولة أو الجهة",
     "les indices se contredisent sur la consultation ou la délégation"},
    {"sender belongs to another party", "المرسِل يتبع جهة أخرى", "l’expéditeur relève d’une autre délégation"},
    {"unknown sender", "مرسِل غير معروف", "expéditeur inconnu"},
    {"mail of a list that names no round", "رسالة من قائمة بريدية لا تذكر جولة",
     "courriel d’une liste qui ne nomme aucune consultation"},
    {"a contact's address, but authentication failed", "عنوان مسؤول اتصال، وفشل التحقق من مصدره",
     "adresse d’un point de contact, mais l’authentification a échoué"},
    {"new address of a listed domain, not authenticated", "عنوان جديد من نطاق معروف، دون تحقق من مصدره",
     "adresse nouvelle d’un domaine connu, non authentifiée"},
    {"sent by a machine, but it brings papers", "رسالة آلية تحمل أوراقاً",
     "envoi automatique, mais avec des pièces jointes"},
    {"names more than one sender", "تذكر أكثر من مرسِل واحد", "nomme plus d’un expéditeur"},
    {"our server's word is about the domain of another sender", "إفادة خادمنا تخص نطاق مرسِل آخر",
     "ce que dit notre serveur concerne le domaine d’un autre expéditeur"},
    {"our server's word on the sender contradicts itself", "إفادة خادمنا عن المرسِل متناقضة",
     "ce que dit notre serveur de l’expéditeur se contredit"},
    {"our server's word on the sender is too long to be read whole", "إفادة خادمنا عن المرسِل أطول من أن تُقرأ كاملة",
     "ce que dit notre serveur de l’expéditeur est trop long pour être lu en entier"},
    {"our server's word on the sender cannot be read", "تعذّرت قراءة إفادة خادمنا عن المرسِل",
     "ce que dit notre serveur de l’expéditeur est illisible"},
    {"a contact's automatic mail of no round, but it brings papers",
     "رسالة آلية من مسؤول اتصال لا تخص جولة، وتحمل أوراقاً",
     "envoi automatique d’un point de contact, hors de toute consultation, mais avec des pièces jointes"},
    {"no rule fits", "لا تنطبق عليها أي قاعدة", "aucune règle ne s’applique"},
    {"tokens of two parties", "رمزان لجهتين مختلفتين", "jetons de deux délégations"},
    {"thread of two parties", "مراسلة تخص جهتين", "fil de deux délégations"},
    {"subject names two parties", "الموضوع يذكر جهتين", "l’objet nomme deux délégations"},
    {"sender belongs to two parties: %", "المرسِل يتبع أكثر من جهة: %",
     "l’expéditeur relève de plusieurs délégations" NBSP ": %"},
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
    {"nothing but the sender's address, not authenticated",
     "لا يدل على الجولة إلا عنوان المرسِل، ولم يثبت التحقق من مصدر الرسالة",
     "seule l’adresse de l’expéditeur désigne la consultation, et elle n’est pas authentifiée"},
    {"the round is named, the sender is of no party", "الجولة مذكورة، والمرسِل لا يتبع أي جهة",
     "la consultation est nommée, l’expéditeur ne relève d’aucune délégation"},
    {"not taken: the file arrived empty", "لم يُقبل الملف: وصل فارغاً", "fichier non retenu" NBSP ": il est arrivé vide"},
    {"not taken: the file is too large", "لم يُقبل الملف: حجمه أكبر من المسموح",
     "fichier non retenu" NBSP ": il est trop volumineux"},
    {"our own document came back", "أُعيدت إلينا وثيقة صادرة عنّا", "un de nos propres documents nous est revenu"},
    {"not taken: a file of a type that is refused", "لم يُقبل الملف: نوعه غير مقبول",
     "fichier non retenu" NBSP ": son type est refusé"},
    {"not taken: it holds a file that is not taken", "لم يُقبل الملف: فيه ملف غير مقبول",
     "fichier non retenu" NBSP ": il contient un fichier qui n’est pas accepté"},
    {"the archive holds a file that is not accepted, and was not taken itself; its other files, where it has any, "
     "are named above.",
     "يحتوي هذا الملف المضغوط على ملف لا يُقبل، فلم يُقبل هو نفسه؛ وما قُبل من ملفاته الأخرى، إن وُجد، مذكور أعلاه.",
     "l’archive contient un fichier qui n’est pas accepté et n’a donc pas été retenue elle-même" NBSP
     "; ses autres fichiers, s’il y en a, figurent ci-dessus."},
    {"it opens with a password only: it answers nothing until `taamim reply item` says so",
     "لا يُفتح إلا بكلمة مرور، فلا يُعدّ ردّاً على أي بند ما لم يُحدَّد ذلك بالأمر taamim reply item",
     "ne s’ouvre qu’avec un mot de passe" NBSP ": ne répond à rien tant que « taamim reply item » ne le dit pas"},
    {"it could not be looked into: it answers nothing until `taamim reply item` says so",
     "تعذّر الاطلاع على محتواه، فلا يُعدّ ردّاً على أي بند ما لم يُحدَّد ذلك بالأمر taamim reply item",
     "n’a pu être examiné" NBSP ": ne répond à rien tant que « taamim reply item » ne le dit pas"},
    {"it carries macros: programs that run when it is opened", "يحتوي على وحدات ماكرو: برامج تعمل عند فتحه",
     "contient des macros" NBSP ": des programmes qui s’exécutent à l’ouverture"},
    {"not taken: a file of a type that is not among the allowed ones", "لم يُقبل الملف: نوعه ليس من الأنواع المسموح بها",
     "fichier non retenu" NBSP ": son type n’est pas de ceux qui sont admis"},
    {"files of this type are not accepted; kindly send it in another format, such as PDF.",
     "هذا النوع من الملفات لا يُقبل؛ فيُرجى إرساله بنسق آخر، مثل PDF.",
     "les fichiers de ce type ne sont pas acceptés" NBSP "; prière de l’envoyer dans un autre format, tel que PDF."},
    {"not taken: a document that carries macros", "لم يُقبل الملف: يحتوي على وحدات ماكرو",
     "fichier non retenu" NBSP ": il contient des macros"},
    {"the document carries macros, which are not accepted; kindly send it again without them, or as PDF.",
     "يحتوي الملف على وحدات ماكرو، وهي لا تُقبل؛ فيُرجى إرساله خالياً منها أو بنسق PDF.",
     "le document contient des macros, qui ne sont pas acceptées" NBSP
     "; prière de le renvoyer sans celles-ci, ou au format PDF."},
    {"not taken: the files of the message are too large together",
     "لم يُقبل الملف: حجم ملفات الرسالة مجتمعةً أكبر من المسموح",
     "fichier non retenu" NBSP ": les fichiers du message sont ensemble trop volumineux"},
    {"the files of the message are larger together than can be received; kindly send this one in a further message.",
     "حجم ملفات الرسالة مجتمعةً أكبر مما يمكن استلامه؛ فيُرجى إرسال هذا الملف في رسالة أخرى.",
     "les fichiers du message dépassent ensemble la taille qui peut être reçue" NBSP
     "; prière d’envoyer celui-ci dans un autre message."},
    {"not taken: only a part of the file could be read", "لم يُقبل الملف: لم يُقرأ إلا جزء منه",
     "fichier non retenu" NBSP ": il n’a pu être lu qu’en partie"},
    {"not taken: the message holds more, or deeper, than can be read",
     "لم يُقبل كل ما في الرسالة: فيها أكثر أو أعمق مما يمكن قراءته",
     "contenu non retenu" NBSP ": le message contient plus, ou plus profond, qu’il n’en peut être lu"},
    {"only a part of the file could be read, since it or the whole message is too large; kindly send it alone, made "
     "smaller or in parts.",
     "لم يُقرأ إلا جزء من الملف، لأنه أو الرسالة كلها أكبر مما يمكن استلامه؛ فيُرجى إرساله وحده مصغَّراً أو مجزَّأً.",
     "le fichier n’a pu être lu qu’en partie, lui-même ou le message entier étant trop volumineux" NBSP
     "; prière de l’envoyer seul, allégé ou en plusieurs parties."},
    {"the message holds more files, or files nested deeper, than can be read; what is not named here as received was "
     "not taken; kindly send it in further messages.",
     "في الرسالة ملفات أكثر عدداً أو أعمق تداخلاً مما يمكن قراءته، ولم يُقبل منها ما لم يُذكر هنا استلامه؛ فيُرجى إرسال "
     "الباقي في رسائل أخرى.",
     "le message contient plus de fichiers, ou des fichiers imbriqués plus profondément, qu’il n’en peut être lu" NBSP
     "; ce qui n’est pas nommé ici comme reçu n’a pas été pris" NBSP "; prière de l’envoyer dans d’autres messages."},
    {"not taken: a link stands in place of the file, and links are not opened",
     "لم يرد الملف نفسه بل رابط إليه، ولا تُفتح الروابط",
     "fichier non reçu" NBSP ": un lien en tient lieu, et les liens ne sont pas ouverts"},
    {"the message holds a link in place of the file; for reasons of security links are not opened; kindly attach the "
     "file itself.",
     "تضمّنت الرسالة رابطاً إلى الملف بدلاً من الملف نفسه، والروابط لا تُفتح حرصاً على أمن المراسلات؛ فيُرجى إرفاق الملف "
     "نفسه.",
     "le message contient un lien à la place du fichier" NBSP "; pour des raisons de sécurité, les liens ne sont pas "
     "ouverts" NBSP "; prière de joindre le fichier lui-même."},
    {"not taken: the virus scanner found % in the file", "لم يُقبل الملف: عثر كاشف الفيروسات فيه على %",
     "fichier non retenu" NBSP ": l’antivirus y a trouvé %"},
    {"too many papers of one delegation in a day", "أوراق كثيرة جداً من جهة واحدة في يوم واحد",
     "trop de documents d’une même délégation en un jour"},
    {"and % more that wait", "وردود أخرى تنتظر، عددها %", "et % autres en attente"},
    {"the digest of this morning cannot be made: %", "تعذّر إعداد الموجز الصباحي لهذا اليوم: %",
     "le bulletin de ce matin n’a pu être établi" NBSP ": %"},
    {"and % more that were not taken", "وملفات أخرى لم تُقبل، عددها %", "et % autres, non retenus"},
    {"there are % more files that were not taken, for reasons such as those above.",
     "وثمّة ملفات أخرى، عددها %، لم تُقبل لأسباب من قبيل ما ذُكر أعلاه.",
     "% autres fichiers n’ont pas été retenus, pour des raisons semblables à celles qui précèdent."},
    {"the papers could not be scanned for viruses", "تعذّر فحص الأوراق بكاشف الفيروسات",
     "les pièces n’ont pu être soumises à l’antivirus"},
    {"nobody vouches for its sender", "لم يُتحقق من هوية المرسِل", "l’identité de l’expéditeur n’a pas été vérifiée"},
    {"its papers were not scanned for viruses", "لم تُفحص أوراقه بكاشف الفيروسات",
     "ses pièces n’ont pas été soumises à l’antivirus"},
    {"% is written to instead, as the next contact", "تُرسل الرسالة بدلاً منه إلى مسؤول الاتصال التالي: %",
     "le message est adressé à la place au contact suivant de la délégation" NBSP ": %"},
    {"no address is left for this mail: the party has not been reached",
     "لم يبقَ لهذه الرسالة عنوان آخر: لم تصل إلى الجهة",
     "plus aucune adresse pour ce message" NBSP ": la délégation n’a pas été jointe"},
    {"anybody who saw this mail can have reported it (envelope_token = false): the address is still written to",
     "يمكن أن يكون هذا البلاغ من أيّ شخص اطّلع على الرسالة (envelope_token = false): تستمرّ المراسلة على هذا العنوان",
     "quiconque a vu ce message peut l’avoir signalé (envelope_token = false)" NBSP
     ": l’adresse continue de recevoir les messages"},
    {"perhaps a covering letter alone: the paper itself seems to be missing",
     "لعل الوارد كتاب تغطية فحسب: يبدو أن الورقة نفسها لم تصل",
     "peut-être une simple lettre d’accompagnement" NBSP ": le document lui-même semble manquer"},
    {"this is a covering letter, and has been filed as such; the paper that it accompanies has not arrived, "
     "and is kindly requested.",
     "هذا كتاب تغطية، وقد حُفظ بهذه الصفة، ولم تصل الورقة المشار إليها فيه؛ فيُرجى التكرم بموافاتنا بها.",
     "il s’agit d’une lettre d’accompagnement, enregistrée comme telle" NBSP
     "; le document qu’elle accompagne n’est pas parvenu" NBSP "; prière de bien vouloir l’envoyer."},
    {"brought by hand", "سُلّمت باليد", "remis en main propre"},
    {"known", "ورد من قبل", "déjà reçu"},
    /* the message could not be read: why */
    {"the parser ended without an answer (the message was too much for it)",
     "انتهى برنامج تحليل الرسائل دون جواب (لم يحتمل هذه الرسالة)",
     "l’analyseur s’est arrêté sans réponse (ce message l’a dépassé)"},
    {"the parser said more than % bytes", "تجاوز جواب برنامج تحليل الرسائل % بايت",
     "la réponse de l’analyseur dépasse % octets"},
    {"the parser's answer cannot be read", "تعذّرت قراءة جواب برنامج تحليل الرسائل",
     "la réponse de l’analyseur est illisible"},
    {"the parser's record is no JSON object", "جواب برنامج تحليل الرسائل غير سليم",
     "la réponse de l’analyseur est incorrecte"},
    {"the parser's record: %", "جواب برنامج تحليل الرسائل غير سليم: %",
     "la réponse de l’analyseur est incorrecte" NBSP ": %"},
    {"no message could be read from the file", "لا تُقرأ في الملف رسالة",
     "le fichier ne contient aucun message lisible"},
    {"writing the scratch file: no room", "لا متسع لكتابة الملف المؤقت",
     "pas assez de place pour le fichier temporaire"},
    /* a message that stays in the mailbox */
    {"a message in % (number %, % bytes) was left in the mailbox: %",
     "تُركت في الصندوق % رسالة (رقم %، حجمها % بايت): %",
     "un message de % (numéro %, % octets) a été laissé dans la boîte" NBSP ": %"},
    {"% bytes: longer than is collected (%)", "% بايت: أطول مما يُجلب (%)",
     "% octets" NBSP ": plus long que ce qui est relevé (%)"},
    {"longer than the server said, and than is collected", "أطول مما ذكره الخادم ومما يُجلب",
     "plus long que ne l’annonçait le serveur et que ce qui est relevé"},
    {"the message is empty", "الرسالة فارغة", "le message est vide"},
    {"the server lists the message but gives no content", "يذكر الخادم الرسالة ولا يعطي محتواها",
     "le serveur annonce le message sans en donner le contenu"},
    {"the mailbox % gave the number % to a second message; it lies in %",
     "أعطى الصندوق % الرقم % لرسالة ثانية؛ وهي محفوظة في %",
     "la boîte % a donné le numéro % à un second message" NBSP "; il se trouve dans %"},
    {"a file in incoming/ is no collected message; it lies in %",
     "وُجد في incoming/ ملف ليس رسالة مجلوبة؛ وهو محفوظ في %",
     "un fichier de incoming/ n’est pas un message relevé" NBSP "; il se trouve dans %"},
    /* servers, clock, disk */
    {"the sending (SMTP) server cannot be reached: %", "تعذّر الاتصال بخادم الإرسال (SMTP): %",
     "le serveur d’envoi (SMTP) est injoignable" NBSP ": %"},
    {"the sending (SMTP) server is back", "عاد الاتصال بخادم الإرسال (SMTP)",
     "le serveur d’envoi (SMTP) répond de nouveau"},
    {"the mailbox (IMAP) server cannot be reached: %", "تعذّر الاتصال بخادم صندوق البريد (IMAP): %",
     "le serveur de la boîte (IMAP) est injoignable" NBSP ": %"},
    {"the mailbox (IMAP) server is back", "عاد الاتصال بخادم صندوق البريد (IMAP)",
     "le serveur de la boîte (IMAP) répond de nouveau"},
    {"the virus scanner cannot be reached; papers wait for it: %",
     "تعذّر الاتصال بكاشف الفيروسات، والأوراق في انتظاره: %",
     "l’antivirus est injoignable, les pièces l’attendent" NBSP ": %"},
    {"the virus scanner is back", "عاد الاتصال بكاشف الفيروسات", "l’antivirus répond de nouveau"},
    {"what listens at % does not answer", "لا جواب من البرنامج الذي عند %", "ce qui écoute à % ne répond pas"},
    {"taamim-scan does not run", "برنامج taamim-scan لا يعمل", "le programme taamim-scan ne fonctionne pas"},
    {"the file is longer than the scanner takes (StreamMaxLength in clamd.conf)",
     "الملف أكبر مما يقبله كاشف الفيروسات (StreamMaxLength في clamd.conf)",
     "le fichier dépasse ce que l’antivirus accepte (StreamMaxLength dans clamd.conf)"},
    {"the file is beyond the scanner's limits: %", "الملف يتجاوز حدود كاشف الفيروسات: %",
     "le fichier dépasse les limites de l’antivirus" NBSP ": %"},
    {"the scanner did not take the file in time", "لم يأخذ كاشف الفيروسات الملف في الوقت المحدد",
     "l’antivirus n’a pas pris le fichier à temps"},
    {"the scanner did not answer in time", "لم يُجب كاشف الفيروسات في الوقت المحدد",
     "l’antivirus n’a pas répondu à temps"},
    {"the scanner closed the connection without an answer", "أغلق كاشف الفيروسات الاتصال دون جواب",
     "l’antivirus a coupé la connexion sans réponse"},
    {"the scanner answered: %", "جواب كاشف الفيروسات: %", "réponse de l’antivirus" NBSP ": %"},
    {"cannot connect to %: %", "لا يتسنى الاتصال بالخادم %: %", "connexion à % impossible" NBSP ": %"},
    {"% refuses the login of %: %", "رفض % تسجيل دخول %: %", "% refuse la connexion de %" NBSP ": %"},
    {"the folder for copies of what is sent (sent_folder) takes none: %",
     "مجلد نسخ الرسائل المرسلة (sent_folder) لا يقبل أي نسخة: %",
     "le dossier des copies d’envoi (sent_folder) n’en accepte aucune" NBSP ": %"},
    {"the folder for copies of what is sent takes them again", "عاد مجلد نسخ الرسائل المرسلة إلى قبولها",
     "le dossier des copies d’envoi en accepte de nouveau"},
    {"at the stage of %: %", "عند مرحلة %: %", "à l’étape «" NBSP "%" NBSP "»" NBSP ": %"},
    {"%: refused with % for what it quotes; replies that wait: %",
     "رفض الخادم إرسال % (الرمز %) لما تتضمنه من نصوص واردة من الغير؛ ردود تنتظر: %",
     "%" NBSP ": envoi refusé (%) en raison des textes cités" NBSP "; réponses en attente" NBSP ": %"},
    {"the mail server takes mail again", "عاد خادم البريد إلى قبول الرسائل",
     "le serveur de courrier accepte de nouveau les messages"},
    {"the computer's clock has jumped by more than an hour; reminders wait for an hour. Check the time and %",
     "قفزت ساعة الحاسوب أكثر من ساعة؛ وتُؤجَّل التذكيرات ساعة. يُرجى التحقق من الوقت ومن %",
     "l’horloge de l’ordinateur a sauté de plus d’une heure" NBSP
     "; les rappels attendent une heure. Vérifier l’heure et %"},
    {"the disk of % is nearly full, % of % are free", "أوشك القرص الذي عليه % على الامتلاء، والمتاح منه % من أصل %",
     "le disque de % est presque plein, % libres sur %"},
    /* letters */
    {"%: no address of the delegation can be written to, all failed before; nothing left",
     "%: لا عنوان للجهة تمكن الكتابة إليه، فقد فشلت جميعها من قبل؛ ولم يُرسل شيء",
     "%" NBSP ": aucune adresse de la délégation n’est joignable, toutes ont échoué auparavant" NBSP
     "; rien n’est parti"},
    {"the copies for partners could not be made: %", "تعذّر إعداد نسخ الشركاء: %",
     "les copies destinées aux partenaires n’ont pu être faites" NBSP ": %"},
};

/* Words that stand for a part of a sentence alone: kinds of letters, and how far a delivery came. */
static const struct sentence_row terms[] = {
    {"alert", "تنبيه", "alerte"},
    {"digest", "النشرة الصباحية", "bulletin du matin"},
    {"notice", "التعميم", "notice"},
    {"reminder", "تذكير", "rappel"},
    {"receipt", "إشعار استلام", "accusé de réception"},
    {"problem", "رسالة بشأن ردّ", "message au sujet d’une réponse"},
    {"extension", "تمديد الموعد", "nouvelle échéance"},
    {"corrigendum", "تصويب", "rectificatif"},
    {"closing", "اختتام الجولة", "clôture"},
    {"connect", "الاتصال", "connexion"},
    {"login", "تسجيل الدخول", "ouverture de session"},
    {"sender", "عنوان المرسِل", "adresse de l’expéditeur"},
    {"rcpt", "عنوان المستلم", "adresse du destinataire"},
    {"data", "تسليم الرسالة", "remise du message"},
    {"unknown", "انتظار جواب الخادم", "attente de la réponse"},
    {"local", "تجهيز الرسالة", "préparation du message"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct part {
    const char *at;
    size_t n;
};

/* Where the next n fixed bytes of a sentence begin in the text; its last ones end it. */
static const char *find_fixed(const char *text, const char *fixed, size_t n)
{
    size_t len = strlen(text);

    if (fixed[n])
        return memmem(text, len, fixed, n);
    return len >= n && strcmp(text + len - n, fixed) == 0 ? text + len - n : NULL;
}

/* Whether the text is this sentence; its parts that differ come back. */
static bool fits(const char *sentence, const char *text, struct part parts[PARTS_MAX])
{
    size_t n = strcspn(sentence, "%");

    if (strncmp(text, sentence, n) != 0)
        return false;
    text += n;
    sentence += n;
    for (size_t i = 0; *sentence && i < PARTS_MAX; i++) {
        const char *end;

        n = strcspn(++sentence, "%");
        end = find_fixed(text, sentence, n);
        if (!end)
            return false;
        parts[i] = (struct part){text, (size_t)(end - text)};
        text = end + n;
        sentence += n;
    }
    return *text == '\0';
}

static const struct sentence_row *row_of(const struct sentence_row *table, size_t n, const char *text,
                                         struct part parts[PARTS_MAX])
{
    for (size_t i = 0; i < n; i++)
        if (fits(table[i].english, text, parts))
            return &table[i];
    return NULL;
}

static const char *form_of(const struct sentence_row *row, enum lang lang)
{
    return lang == LANG_AR ? row->arabic : lang == LANG_FR ? row->french : row->english;
}

/* A part may be a sentence of its own: "... was left in the mailbox: the message is empty". */
static const char *part_in_words(struct arena *a, enum lang lang, const struct part *part)
{
    const char *text = arena_strndup(a, part->at, part->n);
    struct part none[PARTS_MAX];
    const struct sentence_row *term = row_of(terms, COUNT(terms), text, none);

    if (!term)
        term = row_of(answer_terms, n_answer_terms, text, none);
    return term ? form_of(term, lang) : reason_in_words(a, lang, text);
}

static char *filled(struct arena *a, enum lang lang, const char *form, const struct part *parts)
{
    char *out = arena_strndup(a, form, strcspn(form, "%"));

    while (*(form += strcspn(form, "%"))) {
        const char *part = part_in_words(a, lang, parts++);
        size_t n = strcspn(++form, "%");

        out = arena_printf(a, lang == LANG_AR ? "%s" FSI "%s" PDI "%.*s" : "%s%s%.*s", out, part, (int)n, form);
    }
    return out;
}

/* The whole text as a sentence of the table, or NULL. */
static char *sentence_in_words(struct arena *a, enum lang lang, const char *text)
{
    struct part parts[PARTS_MAX];
    const struct sentence_row *row = row_of(reasons, COUNT(reasons), text, parts);

    if (!row)
        row = row_of(answer_sentences, n_answer_sentences, text, parts);
    return row ? filled(a, lang, form_of(row, lang), parts) : NULL;
}

/* "⁨brought by hand⁩": where a sender's address would stand. */
static char *isolated_in_words(struct arena *a, enum lang lang, const char *text)
{
    size_t n = strlen(text), mark = strlen(FSI);
    const char *words;

    if (n <= 2 * mark || strncmp(text, FSI, mark) != 0 || strcmp(text + n - mark, PDI) != 0)
        return NULL;
    words = sentence_in_words(a, lang, arena_strndup(a, text + mark, n - 2 * mark));
    return words ? arena_printf(a, FSI "%s" PDI, words) : NULL;
}

/* "rule (what it was found by)" */
static char *rule_in_words(struct arena *a, enum lang lang, const char *text)
{
    const char *open = strstr(text, " ("), *rule, *why, *words;
    size_t n = strlen(text);

    if (!open || text[n - 1] != ')')
        return NULL;
    rule = sentence_in_words(a, lang, arena_strndup(a, text, (size_t)(open - text)));
    why = arena_strndup(a, open + 2, n - (size_t)(open - text) - 3);
    words = sentence_in_words(a, lang, why);
    return rule ? arena_printf(a, "%s (%s)", rule, words ? words : why) : NULL;
}

static char *replaced(struct arena *a, const char *text, const char *what, const char *with)
{
    const char *out = "", *at;

    for (; (at = strstr(text, what)); text = at + strlen(what))
        out = arena_printf(a, "%s%.*s%s", out, (int)(at - text), text, with);
    return arena_printf(a, "%s%s", out, text);
}

/* "⁨report.pdf⁩ (known), ⁨annex.pdf⁩": the daemon's word beside names that it has set off, and what stands between. */
static char *names_in_words(struct arena *a, enum lang lang, const char *text)
{
    const char *known = arena_printf(a, PDI " (%s)", sentence_in_words(a, lang, "known"));
    char *words = replaced(a, text, PDI " (known)", known);

    return lang == LANG_AR ? replaced(a, words, ", " FSI, "، " FSI) : words;
}

char *reason_in_words(struct arena *a, enum lang lang, const char *english)
{
    char *words = lang == LANG_EN ? arena_strdup(a, english) : sentence_in_words(a, lang, english);

    if (!words)
        words = isolated_in_words(a, lang, english);
    if (!words)
        words = rule_in_words(a, lang, english);
    return words ? words : names_in_words(a, lang, english);
}
