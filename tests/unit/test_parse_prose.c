/* Bounces in words: the families of mail systems, what they say of a success or a delay, and what is none. */
#include "parse_case.h"

struct family {
    const char *name, *fields, *body;
    enum report_action action;
    const char *addresses, *status; /* comma-separated; of the first */
};

#define DAEMON   "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\n"
#define POST     "From: postmaster@mx.example\n"
#define ORIGINAL "Received: by x\nMessage-ID: <t.abc.0@league.example>\nTo: someone@else.example\n"

static const struct family families[] = {
    {"qmail", DAEMON "Subject: failure notice\n",
     "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
     "following "
     "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
     "<a@jo.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up.\n\n"
     "<b@eg.example>:\nThe users mailfolder is over the allowed quota (size). (#5.2.2)\n\n"
     "--- Below this line is a copy of the message.\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example,b@eg.example", "5.1.1"},
    {"qmail, in a language of its own", DAEMON "Subject: x\n",
     "Post nicht zugegangen, ganz ohne bekannte Worte.\n\n<a@jo.example>:\nkein Postfach dieses Namens\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.0.0"},
    {"Exim",
     DAEMON "X-Failed-Recipients: a@jo.example, b@eg.example\nSubject: Mail delivery failed: returning message\n",
     "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
     "delivered "
     "to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
     "  a@jo.example\n    host mx.jo.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:"
     "<a@jo.example>:\n    550 5.7.1 refused\n  b@eg.example\n    mailbox is full\n\n"
     "------ This is a copy of the message, including all the headers. ------\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example,b@eg.example", "5.7.1"},
    {"Exim without its field, an alias hidden", DAEMON "Subject: Mail delivery failed: returning message to sender\n",
     "A message that you sent could not be delivered to one or more of its\nrecipients. The following address(es) "
     "failed:\n\n  an undisclosed address\n    (generated from a@jo.example)\n\n"
     "------ This is a copy of the message ------\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.0.0"},
    {"Exim delays", DAEMON "Subject: Warning: message 1aBcD delayed 24 hours\n",
     "A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on "
     "the queue.\n\nThe address to which the message has not yet been delivered is:\n\n  a@jo.example\n    Delay "
     "reason: "
     "mailbox is full\n\nNo action is required on your part. Delivery attempts will continue for\nsome time. "
     "Eventually "
     "the mail delivery software will give up,\nand when that happens, the message will be returned to you.\n" ORIGINAL,
     REPORT_DELAYED, "a@jo.example", "4.2.2"},
    {"Sendmail", DAEMON "Subject: Returned mail: see transcript for details\n",
     "   ----- The following addresses had permanent fatal errors -----\n<a@jo.example>\n    (reason: 550 5.1.1 User "
     "unknown)\nb@eg.example\n    (expanded from: <office@eg.example>)\n\n   ----- Transcript of session follows "
     "-----\n"
     "... while talking to mx.jo.example.:\n>>> RCPT To:<a@jo.example>\n<<< 550 5.1.1 User unknown\n\n"
     "   ----- Message header follows -----\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example,b@eg.example", "5.1.1"},
    {"Sendmail warns", DAEMON "Subject: Warning: could not send message for past 4 hours\n",
     "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n"
     "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n   ----- Transcript of session follows -----\n"
     "<a@jo.example>... Deferred: Connection timed out with mx.jo.example.\nWarning: message still undelivered after 4 "
     "hours\nWill keep trying until message is 5 days old\n\n" ORIGINAL,
     REPORT_DELAYED, "a@jo.example", "4.4.1"},
    {"Postfix as text", DAEMON "Subject: Undelivered Mail Returned to Sender\n",
     "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
     "For further assistance, please send mail to postmaster@mx.example.\n\n"
     "<a@jo.example> (expanded from <office@jo.example>): host mx.jo.example said: 552 5.2.2\n    Mailbox full (in "
     "reply "
     "to RCPT TO command)\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.2.2"},
    {"Postfix as text, the server's words name the sender", DAEMON "Subject: Undelivered Mail Returned to Sender\n",
     "<a@jo.example>: host mx.jo.example[192.0.2.1] said: 550\n    5.7.1 <return+77@relay.example>: not allowed (in "
     "reply\n    to MAIL FROM command)\n\n<b@eg.example>: host mx.eg.example[192.0.2.2] said: 550\n    5.2.1 "
     "<b@eg.example>: closed\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example,b@eg.example", "5.7.1"},
    {"an alias that the server names", DAEMON "Subject: Undelivered Mail Returned to Sender\n",
     "<a@jo.example>: host mx.jo.example[192.0.2.1] said: 550\n    5.2.1 <box77@in.jo.example>... closed\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.2.1"},
    {"365 tells who sent it", POST "Subject: Undeliverable: note\n",
     "Your message to a@jo.example couldn't be delivered.\na wasn't found at jo.example.\n\nOriginal Message "
     "Details\nSender Address:  return+77@relay.example\nRecipient Address:  a@jo.example\n\nError Details\nReported "
     "error:  550 5.1.10 not found\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.10"},
    {"the server's code stands far below", POST "Subject: Undeliverable: note\n",
     "Delivery has failed to these recipients or groups:\n\na@jo.example\nThe domain does not exist.\n\n\n\n\n\n\n\n\n"
     "\n\nDiagnostic information for administrators:\n\nGenerating server: mx.example\n\na@jo.example\nRemote "
     "server returned '550 5.4.310 no such domain'\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.4.310"},
    {"marks around the address in Arabic", POST "Subject: note\n",
     "تعذّر إيصال رسالتكم إلى «\u200Fa@eg.example\u200F»، والسبب: 550 5.1.1\n\n" ORIGINAL, REPORT_FAILED, "a@eg.example",
     "5.1.1"},
    {"Chinese words close to the address", POST "Subject: 退信\n",
     "您发送的邮件无法送达：收件人地址（a@cn.example）不存在，a@cn.example不存在。550 5.1.1\n\n" ORIGINAL,
     REPORT_FAILED, "a@cn.example", "5.1.1"},
    {"a status part as text", DAEMON "Subject: Undelivered Mail Returned to Sender\n",
     "The mail below could not be delivered. For help, contact support@mx.example.\n\n"
     "From MAILER-DAEMON\nReceived: by gateway\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; "
     "a@jo.example\nAction: failed\nStatus: 4.4.1\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "4.4.1"},
    {"Exchange 5.5", POST "Subject: Undeliverable: note\n",
     "Your message\n\n  To:      list@eg.example\n  Subject: note\n  Sent:    Fri, 4 Oct 2002\n\n"
     "did not reach the following recipient(s):\n\nc=US;a= ;p=X;o=Y;dda:SMTP=a@jo.example; on Fri, 4 Oct 2002\n"
     "    The recipient name is not recognized\n    MSEXCH:IMS:X:Y:Z 0 (000C05A6) Unknown Recipient\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"Exchange without a report part", POST "Subject: Undeliverable: note\n",
     "Delivery has failed to these recipients or groups:\n\na@jo.example<mailto:a@jo.example>\nThe email address you "
     "entered couldn't be found.\n\nDiagnostic information for administrators:\n\nGenerating server: mx.example\n\n"
     "a@jo.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"365 in one line of HTML", POST "Subject: Undeliverable: note\nContent-Type: text/html; charset=utf-8\n",
     "<table><tr><td><b>Your message to a@jo.example couldn't be delivered.</b></td></tr></table><p>a wasn't found at "
     "jo.example.</p><p>Reported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound</p><pre>Original message headers:\n"
     "Received: by x\nMessage-ID: &lt;t.abc.0@league.example&gt;</pre>",
     REPORT_FAILED, "a@jo.example", "5.1.10"},
    {"365 in French", POST "Subject: =?utf-8?Q?Non_remis_:_note?=\n",
     "Échec de la remise pour ces destinataires ou groupes :\n\na@ma.example\nL’adresse de messagerie entrée est "
     "introuvable. Vérifiez l'adresse.\n\nInformations de diagnostic pour les administrateurs :\n\na@ma.example\n"
     "Remote Server returned '550 5.1.1 unknown'\n\nEn-têtes de message d'origine :\n\n" ORIGINAL,
     REPORT_FAILED, "a@ma.example", "5.1.1"},
    {"365 in French delays", POST "Subject: =?utf-8?Q?Remise_retard=C3=A9e_:_note?=\n",
     "La remise à ces destinataires ou groupes est retardée :\n\na@ma.example\n\nCe message n’a pas encore été remis. "
     "De "
     "nouvelles tentatives de remise seront effectuées.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@ma.example", "4.0.0"},
    {"365 in Arabic", POST "Subject: =?utf-8?B?2LrZitixINmC2KfYqNmEINmE2YTYqtiz2YTZitmFOiDZhdiw2YPYsdip?=\n",
     "فشل التسليم إلى هؤلاء المستلمين أو المجموعات:\n\na@eg.example\nلم يتم العثور على عنوان البريد الإلكتروني الذي "
     "أدخلته.\n\nمعلومات التشخيص للمسؤولين:\n\na@eg.example\nRemote Server returned '550 5.1.1 unknown'\n\n"
     "رؤوس الرسالة الأصلية:\n\n" ORIGINAL,
     REPORT_FAILED, "a@eg.example", "5.1.1"},
    {"a ministry's server in Arabic", POST "Subject: note\n",
     "تعذّر إيصال رسالتكم إلى العناوين التالية:\n\n<a@eg.example>\nالسبب: صندوق البريد ممتلئ\n\n" ORIGINAL,
     REPORT_FAILED, "a@eg.example", "5.2.2"},
    {"a ministry's server in Arabic delays", POST "Subject: note\n",
     "لم يتم تسليم رسالتكم بعد إلى:\n\na@eg.example\n\nسيحاول الخادم إرسالها مرة أخرى خلال ثلاثة أيام، ولا داعي لإعادة "
     "إرسالها.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@eg.example", "4.0.0"},
    {"Gmail", DAEMON "X-Failed-Recipients: a@jo.example\nSubject: Delivery Status Notification (Failure)\n",
     "** Address not found **\n\nYour message wasn't delivered to a@jo.example because the address couldn't be "
     "found.\n\n"
     "The response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original "
     "message "
     "-----\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"Gmail in Arabic", "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\nSubject: x\n",
     "لم يتم العثور على العنوان\n\nلم يتم تسليم رسالتك إلى a@eg.example لأنه لم يتم العثور على العنوان.\n\n" ORIGINAL,
     REPORT_FAILED, "a@eg.example", "5.1.1"},
    {"Gmail delays", DAEMON "Subject: Delivery Status Notification (Delay)\n",
     "** Delivery incomplete **\n\nThere was a temporary problem while delivering your message to a@jo.example. We'll "
     "retry for 47 more hours.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@jo.example", "4.0.0"},
    {"Gmail in French delays", DAEMON "Subject: Delivery Status Notification (Delay)\n",
     "** Remise incomplète **\n\nUn problème temporaire est survenu lors de la distribution de votre message à "
     "a@ma.example. Gmail va réessayer pendant 40 heures.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@ma.example", "4.0.0"},
    {"Gmail in Arabic delays", DAEMON "Subject: Delivery Status Notification (Delay)\n",
     "** لم يكتمل التسليم **\n\nحدثت مشكلة مؤقتة في تسليم رسالتك إلى a@eg.example. سيُعيد Gmail المحاولة لمدة 40 "
     "ساعة.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@eg.example", "4.0.0"},
    {"a server in Arabic is still at it", POST "Subject: note\n",
     "لم نتمكن حتى الآن من توصيل رسالتكم إلى:\n\na@eg.example\n\nما زال الخادم يحاول توصيلها.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@eg.example", "4.0.0"},
    {"a filter's refusal", "Return-Path: <>\nFrom: MAILER-DAEMON <>\nSubject: **Message blocked by our filter**\n",
     "Your message to: a@jo.example\nwas blocked by our filter. It has NOT BEEN DELIVERED.\n\n" ORIGINAL, REPORT_FAILED,
     "a@jo.example", "5.7.1"},
    {"a system that has no address", "From: out.service.example\nSubject: Undelivered Mail Returned to Sender\n",
     "An error occurred while trying to deliver the mail to the following recipients:\na@jo.example\n\nAction: "
     "failed\nStatus: 5.1.1\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"nobody writes, in answer", "Return-Path: <>\nFrom: <>\nAuto-Submitted: auto-replied\n",
     "You wrote to a@jo.example. That's not a valid user here.\n\n" ORIGINAL, REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"Yahoo", DAEMON "Subject: Failure Notice\n",
     "Sorry, we were unable to deliver your message to the following address.\n\n<a@jo.example>:\n552: 5.2.2 mailbox "
     "full\n"
     "\n--- Below this line is a copy of the message.\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.2.2"},
    {"Yahoo in one line of HTML, no subject", DAEMON "Content-Type: text/html\n",
     "I'm afraid I wasn't able to deliver the following message.\nThis is a permanent error; I've given "
     "up.\n\nSubject: "
     "note\nTo: a@jo.example\n\n---Below this line is a copy of the message.\n\n<pre>\nMessage-ID: "
     "&lt;t.abc.0@league.example&gt;</pre>",
     REPORT_FAILED, "a@jo.example", "5.0.0"},
    {"Domino",
     "From: Postmaster@mx.example\nSubject: DELIVERY FAILURE: User a (a@jo.example) not listed in Directory\n",
     "Your message\n\n  Subject: note\n\nwas not delivered to:\n\n  a@jo.example\n\nbecause:\n\n  User a "
     "(a@jo.example) "
     "not listed in Domino Directory\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"Courier",
     "From: \"Courier mail server at mx.example\" <@>\nReturn-Path: <>\nSubject: NOTICE: mail delivery status.\n",
     "This is a delivery status notification from mx.example,\nrunning the Courier mail server.\n\nUNDELIVERABLE "
     "MAIL\n\n"
     "Your message to the following recipients cannot be delivered:\n\n<a@jo.example>:\n     mx.jo.example "
     "[192.0.2.1]:\n<<< 550 User unknown.\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"hMailServer", "From: mailer-daemon@mx.example\nSubject: Message undeliverable: note\n",
     "Your message did not reach some or all of the intended recipients.\n\n   Sent: Mon, 5 Oct 2020\n   Subject: "
     "note\n\nThe following recipient(s) could not be reached:\n\na@jo.example\n   Error Type: SMTP\n   Remote server "
     "(192.0.2.1) issued an error.\n   hMailServer sent: RCPT TO:<a@jo.example>\n   Remote server replied: 550 5.1.1 "
     "no such user\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"MDaemon", "From: \"MDaemon at mx.example\" <MDaemon@mx.example>\nSubject: Permanent Delivery Failure\n",
     "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts "
     "the "
     "attached message has\nbeen removed from the mail queue.\n\nFailed address: a@jo.example\n\n--- Session "
     "Transcript "
     "---\n <-- 550 5.1.1 <a@jo.example>: no such user\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"IMail", POST "Subject: Undeliverable Mail\n",
     "User mailbox exceeds allowed size: a@jo.example\n\nOriginal message follows.\n\n" ORIGINAL, REPORT_FAILED,
     "a@jo.example", "5.2.2"},
    {"GroupWise", POST "Subject: Message status - undeliverable\n",
     "The message that you sent was undeliverable to the following:\n\ta@jo.example (user not found)\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"CommuniGate", DAEMON "Subject: Undeliverable mail: note\n",
     "Failed to deliver to 'a@jo.example'\nSMTP module(domain jo.example) reports:\n host mx.jo.example says:\n 550 "
     "5.1.1 unknown\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"OpenSMTPD", "From: Mailer Daemon <x@mx.example>\nSubject: Delivery status notification: error\n",
     "    Hi!\n\n    An error has occurred while attempting to deliver a message for\n    the following list of "
     "recipients:\n\na@jo.example: 550 5.1.1 no such user\n\n    Below is a copy of the original message:\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.1.1"},
    {"the end announced too early", DAEMON "Subject: Undeliverable mail\n",
     "A copy of the message follows below.\nIt failed for:\n\n  a@jo.example\n  550 5.1.1\n\n" ORIGINAL, REPORT_FAILED,
     "a@jo.example", "5.1.1"},
    {"a postmaster was written to", DAEMON "Subject: Returned mail\n",
     "   ----- The following addresses had delivery problems -----\npostmaster@jo.example\n\nOver quota.\n\n" ORIGINAL,
     REPORT_FAILED, "postmaster@jo.example", "5.2.2"},
    {"a list put its footer below", DAEMON "Subject: Message bounced\n",
     "Your message could not be delivered to the recipient: a@jo.example\n\n-----\nTo unsubscribe, e-mail: "
     "list-unsubscribe@lists.example\nFor additional commands, e-mail: list-help@lists.example\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example", "5.0.0"},
    {"a turn of its own in Arabic", POST "Subject: إشعار\n",
     "نحيطكم علما بأن رسالتكم الموجهة إلى a@eg.example لم تصل.\n\n" ORIGINAL, REPORT_FAILED, "a@eg.example", "5.0.0"},
    {"refused in Arabic", POST "Subject: note\n", "رُفضت رسالتكم إلى a@eg.example من قبل نظام الحماية.\n\n" ORIGINAL,
     REPORT_FAILED, "a@eg.example", "5.0.0"},
    {"not yet, in Arabic", POST "Subject: note\n",
     "لم يتم توصيل رسالتكم بعد إلى a@eg.example، وسوف تتم إعادة المحاولة.\n\n" ORIGINAL, REPORT_DELAYED, "a@eg.example",
     "4.0.0"},
    {"a turn of its own in French", POST "Subject: note\n",
     "Le message à l'attention de a@ma.example n'a pu être acheminé.\n\n" ORIGINAL, REPORT_FAILED, "a@ma.example",
     "5.0.0"},
    {"refused in French", POST "Subject: note\n",
     "Votre message destiné à a@ma.example a été rejeté : il porte un virus.\n\n" ORIGINAL, REPORT_FAILED,
     "a@ma.example", "5.0.0"},
    {"not now, in French", POST "Subject: note\n",
     "La distribution de votre message à a@ma.example est momentanément impossible. De nouveaux essais auront "
     "lieu.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@ma.example", "4.0.0"},
    {"delivered to the recipients that follow", POST "Subject: Delivered: note\n",
     "Your message has been delivered to the following recipients:\n\na@jo.example\n\n" ORIGINAL, REPORT_DELIVERED,
     "a@jo.example", "2.0.0"},
    {"some got it", POST "Subject: Delivery report\n",
     "Your message was delivered to the following recipients:\n\na@jo.example\nb@jo.example\n\nIt could not be "
     "delivered "
     "to:\n\nc@jo.example\n550 5.1.1 unknown\n\n" ORIGINAL,
     REPORT_FAILED, "c@jo.example", "5.1.1"},
    {"several on a line", POST "Subject: Undeliverable: note\n",
     "Your message could not be delivered to the following recipients: a@jo.example, b@eg.example; c@ma.example and "
     "d@tn.example. Ask help@mx.example.\n\n550 5.1.1 unknown\n\n" ORIGINAL,
     REPORT_FAILED, "a@jo.example,b@eg.example,c@ma.example,d@tn.example", "5.1.1"},
    {"postponed", POST "Subject: Mail Delivery Warning\n",
     "Delivery of email to this address\n\n\"a@jo.example\"\n\nhas been postponed due to a full mailbox.\nWe will "
     "continue "
     "to try to deliver your message.\n\n" ORIGINAL,
     REPORT_DELAYED, "a@jo.example", "4.2.2"},
    {"a system that leaves its own domain out", POST "Subject: Mail Delivery Problem\n",
     "Your mail to the following recipients could not be delivered because they take none from "
     "you:\n\tfirst\n\tsecond\n\n"
     "--- Below this line is a copy of the message.\nReceived: by x\nMessage-ID: <t.abc.0@league.example>\n",
     REPORT_FAILED, "first@mx.example,second@mx.example", "5.0.0"},
    {"success", POST "Subject: Delivery report\n",
     "Your message was successfully delivered to the destination(s)\nlisted below.\n\n<a@jo.example>: delivery via "
     "mx.jo.example: 250 2.0.0 Ok\n\n" ORIGINAL,
     REPORT_DELIVERED, "a@jo.example", "2.0.0"},
    {"success in Arabic", POST "Subject: note\n",
     "تم تسليم رسالتك إلى المستلمين التاليين:\n\na@eg.example\n\n" ORIGINAL, REPORT_DELIVERED, "a@eg.example", "2.0.0"},
    {"relayed", POST "Subject: Relayed: note\n",
     "Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination "
     "server:\n\na@jo.example\n\n" ORIGINAL,
     REPORT_DELIVERED, "a@jo.example", "2.0.0"},
};

static bool returns_ours(const struct facts *f)
{
    for (size_t i = 0; i < f->n_returned_ids; i++)
        if (strcmp(f->returned_ids[i], "t.abc.0@league.example") == 0)
            return true;
    return false;
}

static char *addresses_of(struct arena *a, const struct facts *f)
{
    char *list = arena_strdup(a, "");
    for (size_t i = 0; i < f->n_failures; i++)
        list = arena_printf(a, "%s%s%s", list, i ? "," : "", f->failures[i].address);
    return list;
}

static void test_families(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        const struct family *x = &families[i];
        char text[4000];
        const char *type = strstr(x->fields, "Content-Type:") ? "" : "Content-Type: text/plain; charset=utf-8\n";
        snprintf(text, sizeof text, "To: s+t-abc@league.example\n%s%s\n%s", x->fields, type, x->body);
        struct parsed p = parse_text(text);
        const struct facts *f = &p.facts;
        const char *addresses = addresses_of(p.a, f), *status = f->n_failures > 0 ? f->failures[0].status : "";
        if (f->signs.action != x->action || strcmp(addresses, x->addresses) != 0 || strcmp(status, x->status) != 0 ||
            !returns_ours(f) || !f->signs.prose_bounce) {
            print_error("%s: action %d, \"%s\", status %s, prose %d, original found %d\n", x->name,
                        (int)f->signs.action, addresses, status, f->signs.prose_bounce, returns_ours(f));
            wrong++;
        }
        parsed_free(&p);
    }
    assert_int_equal(wrong, 0);
}

/* Mail that is near: none of it fails or delays anybody. */
static void test_no_bounce(void **state)
{
    (void)state;
    static const struct {
        const char *name, *fields, *body;
    } rows[] = {
        {"a person tells of a bounce", "From: office@jo.example\nSubject: Re: note\n",
         "We wrote to a@jo.example and it came back:\n\n<a@jo.example>: 550 5.1.1 user unknown\n\nWhom shall we "
         "ask?\n"},
        {"a person's subject speaks of one", "From: office@jo.example\nSubject: Fwd: Undeliverable: note\n",
         "Please see below.\nOur address is a@jo.example.\n"},
        {"an office whose address looks like a service's", "From: admin@jo.example\nSubject: Delayed reply\n",
         "We regret that our reply was delayed; it could not be delivered before. Please write to the address "
         "a@jo.example.\n"},
        {"an administrator rejects a draft", "From: Fund Administrator <fund@jo.example>\nSubject: Rejected: draft\n",
         "The draft was rejected by our board. Comments to:\n\na@jo.example\n"},
        {"a person was not delivered something", "From: a.name@jo.example\nSubject: Undeliverable parcel\n",
         "Your parcel was undeliverable, since the recipient does not exist; write to the address a@jo.example\n"},
        {"a person's mail did not come, in Arabic", "From: office@eg.example\nSubject: لم تصل رسالتكم\n",
         "لم تصل رسالتكم إلى الوزير، وقد رفض النظام الرسالة الثانية. العنوان الجديد: a@eg.example\n"},
        {"a list's moderator refuses", "Return-Path: <>\nFrom: list-bounces@mx.example\nSubject: Request rejected\n",
         "Your request has been rejected by the moderator. Write to the list's owner at:\n\nlist-owner@mx.example\n"},
        {"a person forwards one", "From: office@jo.example\nSubject: TR: Non remis : note\n",
         "Voici ce que nous avons reçu. Merci de nous donner la bonne adresse.\n\nÉchec de la remise pour ces "
         "destinataires :\n\na@ma.example\n550 5.1.1\n"},
        {"somebody is away, null path, an address that is gone",
         "Return-Path: <>\nFrom: office@jo.example\nSubject: note\n",
         "I am away. My old address does not exist any more; write to a@jo.example\n"},
        {"away, in Arabic", "Return-Path: <>\nFrom: office@jo.example\nSubject: note\n",
         "أنا غير موجود في المكتب حاليا. يرجى مراسلة:\na@jo.example\n"},
        {"away, with telephone numbers", "Return-Path: <>\nFrom: office@jo.example\nSubject: note\n",
         "For urgent matters:\n\na@jo.example\n550 123 456\n"},
        {"an answer says that it is automatic",
         "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: office@jo.example\nSubject: Re: note\n",
         "This mailbox is full of work. It was rejected. Ask a@jo.example\n"},
        {"a status that tells of nothing known", "From: postmaster@mx.example\nSubject: Delivery report\n",
         "All is well with the mail to:\n\na@jo.example\n"},
        {"a filter lists what it keeps", "Return-Path: <>\nFrom: postmaster@mx.example\nSubject: End-User Digest\n",
         "These messages are in your personal quarantine and will not be delivered unless you ask for "
         "them.\n\na@shop.example\nb@jo.example\n"},
        {"a filter lists what it keeps, in French",
         "Return-Path: <>\nFrom: postmaster@mx.example\nSubject: Rapport de quarantaine\n",
         "Ces messages n'ont pas été remis :\n\na@shop.example  Offres\nb@jo.example  Note\n"},
        {"an IT office's announcement", "From: it-support@jo.example\nSubject: New mail server\n",
         "Mail to a@jo.example will be moved on Sunday.\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text, "To: s@league.example\n%sContent-Type: text/plain; charset=utf-8\n\n%s",
                 rows[i].fields, rows[i].body);
        struct parsed p = parse_text(text);
        if (p.facts.n_failures > 0 || p.facts.signs.action != REPORT_NONE)
            fail_msg("%s: action %d, %zu failures", rows[i].name, (int)p.facts.signs.action, p.facts.n_failures);
        parsed_free(&p);
    }
}

/* What stands behind an alias is told with the alias, so that the daemon knows the contact. */
static void test_alias(void **state)
{
    (void)state;
    struct parsed p = parse_text(DAEMON "To: s@league.example\nSubject: Returned mail\n\n"
                                        "The following addresses had permanent fatal errors\nbox@in.example\n"
                                        "    (expanded from: <office@jo.example>)\n550 5.1.1\n");
    assert_int_equal(p.facts.n_failures, 1);
    assert_string_equal(p.facts.failures[0].address, "box@in.example");
    assert_string_equal(p.facts.failures[0].original, "office@jo.example");
    parsed_free(&p);
}

#define NOTIFICATION                                                                                                   \
    "From: no-reply@service.example\nTo: s@league.example\nSubject: Notification\nContent-Type: text/plain\n\n"
#define NOTIFIED_MAIL "\"mail\":{\"headers\":[{\"name\":\"Message-ID\",\"value\":\"<t.abc.0@league.example>\"}]}"

/* A sending service's notifications, which are JSON; the second line was broken on the way. */
static void test_notifications(void **state)
{
    (void)state;
    struct parsed p =
        parse_text(NOTIFICATION "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":"
                                "\"a@jo.exa!\n mple\",\"action\":\"failed\",\"status\":\"5.1.1\"}]}," NOTIFIED_MAIL
                                "}\n\n--\nIf you wish to stop\n");
    assert_true(p.facts.signs.report_dsn);
    assert_int_equal(p.facts.signs.action, REPORT_FAILED);
    assert_string_equal(p.facts.failures[0].address, "a@jo.example");
    assert_string_equal(p.facts.failures[0].status, "5.1.1");
    assert_true(returns_ours(&p.facts));
    parsed_free(&p);
    p = parse_text(NOTIFICATION "{\"notificationType\":\"Delivery\",\"delivery\":{\"recipients\":[\"a@jo.example\"],"
                                "\"smtpResponse\":\"250 2.6.0 received\"}," NOTIFIED_MAIL "}\n");
    assert_int_equal(p.facts.signs.action, REPORT_DELIVERED);
    assert_string_equal(p.facts.failures[0].status, "2.6.0");
    parsed_free(&p);
    p = parse_text(NOTIFICATION "{\"notificationType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":"
                                "[{\"emailAddress\":\"a@jo.example\"}]}," NOTIFIED_MAIL "}\n");
    assert_true(p.facts.signs.report_feedback);
    assert_int_equal(p.facts.n_failures, 0);
    parsed_free(&p);
    p = parse_text(NOTIFICATION "{\"notificationType\":\"Bounce\" but this is no JSON: a@jo.example\n");
    assert_int_equal(p.facts.signs.action, REPORT_NONE);
    parsed_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_no_bounce),
        cmocka_unit_test(test_alias),
        cmocka_unit_test(test_notifications),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
