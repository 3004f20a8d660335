# shellcheck shell=bash
# What the delegations of this story send, in the order in which they send it: who, with which program, what is special about it.
# Each mail's papers are made first, into $D/replies/CODE, where what was filed is compared with them.

STRANGER=consultant@expert-office.example

# answer CODE ROLE HOW TEXT FILE=TITLE ...: makes the papers and sends them as a reply to the notice of that contact.
answer() {
    local code=$1 role=$2 how=$3 text=$4 files=() f
    shift 4
    for f in "$@"; do
        paper "$D/replies/$code/${f%%=*}" "${f#*=}"
        files+=("$D/replies/$code/${f%%=*}")
    done
    notice_of "$code" "$role" && "$how" "$text" "${files[@]}"
}
sent() { # code role how text file=title ...
    expect "the mail of $1 by ${3#by_} is taken by the mail server" answer "$@"
}

replies_of_contacts() {
    say replies "delegations write; each answers the notice in its own mailbox"
    sent JO focal_point by_swaks "تحية طيبة، ونرفق ورقة المملكة." "البند 1 - ورقة الأردن.pdf=Jordan, item 1" "البند 2 - ورقة الأردن.docx=ورقة الأردن: الإجراءات المتخذة"
    more "JO الأردن     focal point, swaks: PDF and DOCX, their Arabic names as raw UTF-8"
    sent AE focal_point by_mutt "Please find attached our paper." "Item 1 - Pledges.pdf=Emirates, item 1" "الإمارات - البند الثاني.docx=الإمارات: الإجراءات"
    more "AE الإمارات   focal point, mutt: an Arabic name by RFC 2231"
    paper "$D/replies/BH/pledges.pdf" "Bahrain, pledges"
    paper "$D/replies/BH/measures.docx" "البحرين: الإجراءات"
    pack "$D/replies/BH/أوراق البحرين.zip" pledges.pdf measures.docx
    expect "Bahrain's mail is sent" eval 'notice_of BH mission && by_snail "تحية طيبة، ومرفق الورقة." "$D/replies/BH/أوراق البحرين.zip"'
    more "BH البحرين    mission, s-nail: one ZIP, of files named by the items' keys"
    sent TN focal_point by_mutt "Veuillez trouver ci-joint la contribution de la Tunisie." "Point 1 - Engagements.pdf=Tunisia, item 1" "Point 2 - Mesures prises.docx=Tunisie, mesures" "Point 3 - محمي.pdf=Tunisia, item 3"
    more "TN تونس       focal point, mutt, in French: all three items, the third under a password"
    sent DZ mission by_hand "تحية طيبة، ومرفق الورقة." "ورقة الجزائر - البند 1.pdf=Algeria, item 1" "ورقة الجزائر - البند 2.docx=الجزائر: الإجراءات"
    more "DZ الجزائر    mission: Arabic names as RFC 2047 words in filename="
    sent DJ focal_point by_snail "Veuillez trouver ci-joint notre contribution." "جيبوتي - البند 1.pdf=Djibouti, item 1" "Point 2 - Djibouti.docx=Djibouti, mesures"
    more "DJ جيبوتي     focal point, s-nail, in French"
    sent SA mission by_swaks "نرفق الورقة الخاصة بالبند الأول، وتتبعها الثانية." "السعودية - البند 1.pdf=Saudi Arabia, item 1"
    more "SA السعودية   mission: the first of two mails"
    sent SD focal_point by_swaks "مرفق صورة ضوئية من الورقة." "البند 1 - صورة ضوئية.tif=Sudan, page 1" "البند 2 - صورة ضوئية.png=Sudan, page 2"
    more "SD السودان    focal point: scanned pages, TIFF and PNG"
    sent IQ focal_point by_mutt "مرفق ورقة جمهورية العراق." "العراق - البند 1.pdf=Iraq, item 1, first text" "العراق - البند 2.docx=العراق: الإجراءات"
    more "IQ العراق     focal point, mutt: a paper that will be revised"
    CHARSET=windows-1256 sent PS focal_point by_mutt "تحية طيبة، ومرفق ورقة دولة فلسطين." "فلسطين - البند 1.pdf=Palestine, item 1" "فلسطين - البند 2.docx=فلسطين: الإجراءات"
    more "PS فلسطين     focal point, mutt: subject, text and file names in windows-1256"
    sent QA focal_point by_swaks "نشكركم، وستصلكم الورقة لاحقاً."
    more "QA قطر        focal point: thanks, and no attachment"
}

# Those whom nobody vouches for, and what no person wrote.
replies_of_others() {
    expect "Syria's absence notice is sent" eval 'notice_of SY focal_point && out_of_office "أنا خارج المكتب حتى يوم الأحد."'
    more "SY سورية      focal point's mail system: out of office"
    paper "$D/replies/OM/عُمان - البند 1.pdf" "Oman, item 1"
    paper "$D/replies/OM/عُمان - البند 2.docx" "عُمان: الإجراءات"
    expect "the colleague's mail is sent" eval 'notice_of OM focal_point && FROM=$COLLEAGUE && logged_in "$FROM" && by_mutt "أكتب نيابة عن نقطة الاتصال." "$D"/replies/OM/*'
    more "OM عُمان       a colleague at the ministry's listed domain, logged in there"
    paper "$D/replies/EG/مصر - البند 1.pdf" "Egypt, item 1"
    paper "$D/replies/EG/مصر - البند 2.docx" "مصر: الإجراءات"
    expect "Egypt's mail is sent" eval 'notice_of EG mission && from_outside $SMTP && by_hand "تحية طيبة." "$D"/replies/EG/*'
    more "EG مصر        mission, by a server that does not say who sent it: unverified"
    paper "$D/replies/KW/الكويت - البند 1.pdf" "Kuwait, item 1"
    paper "$D/replies/KW/الكويت - البند 2.docx" "الكويت: الإجراءات"
    expect "the stranger's mail is sent" eval 'notice_of KW focal_point && FROM=$STRANGER && from_outside $SMTP && by_swaks "I send this paper for Kuwait." "$D"/replies/KW/*'
    more "KW الكويت     a stranger who was given the notice: $STRANGER"
    paper "$D/replies/forged/لبنان - البند 1.pdf" "Forged"
    expect "the forged mail is sent" eval 'notice_of LB focal_point && from_outside $SMTP_FAIL && by_swaks "مرفق الورقة." "$D"/replies/forged/*'
    more "LB لبنان      somebody who borrows the focal point's address; DMARC fails"
    expect "a mail about something else is sent" heard swaks --server "127.0.0.1:$SMTP" -f "$OTHER_WRITER" -t "$SECRETARIAT" --h-From "<$OTHER_WRITER>" \
        --h-Subject "Opening hours of the bookshop" --body "We are open until six."
}

# Second mails, once the first are filed.
replies_that_follow() {
    expect "Saudi Arabia's first receipt has arrived" patiently 15 has_mail "$(contact SA mission)" receipt
    equal "after the first mail the second item is missing" "partial" "$(row SA standing)"
    sent SA focal_point by_snail "نرفق الورقة الثانية." "السعودية - البند 2 - مذكرة شفوية.pdf=Note verbale"
    more "SA السعودية   focal point, s-nail: the second mail, a note verbale whose paper was forgotten"
    expect "Saudi Arabia's focal point has its receipt" patiently 15 has_mail "$(contact SA focal_point)" receipt
    expect "it asks for the paper" grep -q 'كتاب تغطية فحسب' <(look text "$(mail_of_kind "$(contact SA focal_point)" receipt | tail -n 1)")
    equal "until an officer says otherwise, all is answered" "complete" "$(row SA standing)"
    expect "an officer says that it is a covering letter" officer reply cover "$(last_reply_of SA)"
    equal "its item is open again" "partial" "$(row SA standing)"
    sent SA focal_point by_snail "نعتذر، والورقة مرفقة." "السعودية - البند 2.docx=السعودية: الإجراءات"
    more "SA السعودية   the paper itself, after taamim reply cover"
    expect "Iraq's first receipt has arrived" patiently 15 has_mail "$(contact IQ focal_point)" receipt
    sent IQ focal_point by_mutt "نرفق نسخة معدلة من الورقة." "العراق - البند 1 (معدلة).pdf=Iraq, item 1, revised text"
    more "IQ العراق     focal point, mutt: the revised paper"
}
