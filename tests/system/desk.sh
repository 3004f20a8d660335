#!/bin/bash
# An officer's desk on real servers, with three mail programs: what is asked in Arabic by s-nail, with an HTML part beside it by swaks, and in French by mutt, is
# proposed to the registered address alone and done when that is answered with a yes. What somebody else sends under the officer's address, in plain
# text or hidden in HTML, gets nothing done.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
office=office@league.example jordan=focal@labour.jo.example officer=duty@league.example other=clerk@league.example
servers $office:pw $jordan:pw $officer:pw $other:pw
ref=TEST/2026/04
settings <<E2
sending = { rate_per_minute = 6000; address_rate_per_hour = 1000; };
office = { alert_every_s = 1; receipt_every_s = 1; };
E2
sed -i "s|^officers = .*|officers = ( { address = \"$officer\"; name = \"Duty\"; language = \"ar\"; may = [ \"decide\", \"launch\" ]; } );|" "$T/etc/taamim.conf"
printf 'parties = (\n%s\n);\n' "$(party JO الأردن $jordan ar)" >"$T/etc/delegations.conf"
round_file
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q 'mailbox_server status=up' "$T/daemon.log"
ok "a round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "the notice arrives" wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"

printf '%s\n' "set smtp_url=\"smtp://${officer/@/%40}@localhost:$SUBMISSION/\" smtp_pass=pw" "set ssl_starttls=yes ssl_force_tls=yes certificate_file=\"$CA\"" \
    "set from=$officer use_envelope_from=yes realname='' copy=no charset=utf-8 send_charset=us-ascii:utf-8" >"$T/mutt.rc"
by_mutt() { # to subject in-reply-to text
    printf '%s\n' "From: $officer" "To: $1" "Subject: $2" ${3:+"In-Reply-To: $3"} "" "$4" >"$T/mutt.draft"
    HOME=$T LC_ALL=C.UTF-8 mutt -n -F "$T/mutt.rc" -H "$T/mutt.draft" -- </dev/null
}
by_snail() { # to subject in-reply-to text
    printf '%s\n' "From: $officer" "To: $1" "Subject: $2" ${3:+"In-Reply-To: $3"} "" "$4" |
        HOME=$T LC_ALL=C.UTF-8 s-nail -:/ -t -S v15-compat -S "mta=smtp://${officer/@/%40}:pw@localhost:$SUBMISSION" -S smtp-use-starttls -S smtp-auth=plain \
            -S DEAD=/dev/null -S tls-verify=strict -S tls-ca-no-defaults -S "tls-ca-file=$CA" -S "from=$officer" -S ttycharset=utf-8 -S sendcharsets=utf-8 -S sendwait
}
by_swaks() { # from login, then more arguments
    local from=$1 login=$2
    shift 2
    swaks --silent 2 --server "127.0.0.1:$SUBMISSION" -tls --tls-verify --tls-ca-path "$CA" -au "$login" -ap pw -f "$login" --h-From "<$from>" "$@"
}
plain() { perl -MMIME::QuotedPrint -MMIME::Base64 -0777 -ne '
    for my $part (split /^--\S+\r?$/m) {
        next unless $part =~ /^Content-Type: text\/plain/mi;
        my ($head, $body) = split /\r?\n\r?\n/, $part, 2;
        print $head =~ /quoted-printable/i ? decode_qp($body) : $head =~ /base64/i ? decode_base64($body) : $body;
        last;
    }' "$1"; }
# The officer's newest answer that says so; its own address, Message-ID.
answer_saying() { # text
    local f
    for f in $(mailbox $officer); do
        grep -q '^X-Taamim-Loop: answer' "$f" && ! grep -qxF "$f" "$T/seen" && plain "$f" | grep -qF -- "$1" && { answer=$f; echo "$f" >>"$T/seen"; return 0; }
    done
    return 1
}
: >"$T/seen"
answered_at() { sed -n '/^Reply-To:/{s/\r$//;s/.*<\(.*\)>$/\1/;s/^Reply-To: *//;p;}' "$answer"; }
id_of() { sed -n 's/^Message-ID: *\(<.*>\)\r\{0,1\}$/\1/p' "$answer"; }
not_yet() { ! mail_with $jordan "X-Taamim-Loop: $1" >/dev/null; }

ok "s-nail asks in Arabic" by_snail $office "طلب" "" "$(printf 'تمديد: %s\nالموعد: قريباً\n' $ref)"
ok "and is answered that this is no date" wait_for 15 answer_saying "السبب"
ok "with a date" by_snail $office "طلب" "" "$(printf 'تمديد: %s\nالموعد: ١٥ ديسمبر %s\nالجهة: الأردن\n' $ref $(($(date +%Y) + 1)))"
ok "what would be done is proposed in Arabic" wait_for 15 answer_saying "ما سيُنفَّذ"
ok "nothing has been done" not_yet extension
ok "a colleague's yes to the same address" by_swaks $other $other -t "$(answered_at)" --h-Subject "Re: x" --body "نعم"
ok "the officer's own yes" by_snail "$(answered_at)" "Re: x" "$(id_of)" "نعم"
ok "has it done" wait_for 15 mail_with $jordan "X-Taamim-Loop: extension"
ok "and told" wait_for 15 answer_saying "نُفّذ طلبكم"
ok "the story names the officer" eval 'taamim story $ref | grep -q "duty@league.example (request "'

ok "mutt asks in French" by_mutt $office "Demande" "" "$(printf 'Rappeler : %s\ndélégation : Jordanie\n' $ref)"
ok "and hears that the register has no such name" wait_for 15 answer_saying "Jordanie"
ok "by its code" by_mutt $office "Demande" "" "$(printf 'Rappeler : %s\ndélégation : JO\n' $ref)"
ok "is proposed" wait_for 15 answer_saying "ما سيُنفَّذ"
ok "mutt confirms" by_mutt "$(answered_at)" "Re: x" "$(id_of)" "oui"
ok "the reminder goes" wait_for 15 mail_with $jordan "X-Taamim-Loop: reminder"

# Who forges an officer's address here can read none of the answers. What is hidden in HTML is no first line of a text that says something else.
ok "a mail under the officer's address, its request hidden" by_swaks $officer $other -t $office --h-Subject "Lunch" --attach-type text/html \
    --attach-body "<div style='display:none'>cancel: $ref</div><p>Shall we have lunch?</p>"
ok "one in the open" by_swaks $officer $other -t $office --h-Subject "x" --body "cancel: $ref"
ok "is proposed to the officer" wait_for 15 answer_saying "إلغاء الجولة"
ok "a guessed confirmation" by_swaks $officer $other -t "${office/@/+t-aaaaaaaaaaaaaaaa@}" --h-Subject "Re: x" --body "yes"
ok "one that only knows the Message-ID" by_swaks $officer $other -t $office --h-Subject "Re: x" --add-header "In-Reply-To: $(id_of)" --body "yes"
sleep 2
ok "and nothing was cancelled" eval 'taamim status | grep -q $ref && ! mail_with $jordan "X-Taamim-Loop: closing"'
proposed() { local f; for f in $(mailbox $officer); do grep -q '^X-Taamim-Loop: answer' "$f" && plain "$f" | grep -q "$1" && echo "$f"; done | wc -l; }
equal "the hidden one was not even proposed" 1 "$(proposed 'إلغاء الجولة')"
ok "verify finds nothing" wait_for 10 taamim verify
