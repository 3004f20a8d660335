#!/bin/bash
# 2,000 mails of one stranger lie in the mailbox before a state's reply: those that name no round, then those that quote a state's token and thread. The
# reply is filed and gets its receipt all the same, the stranger gets no mail, and officers hear of all of it in few. The seconds are printed, from the
# reply's delivery to its receipt's, and those that the daemon and its children worked in them: on an idle machine of two processors the first are to be
# under 10. They are not asserted, since a busy machine would fail for others' work; the wait is what ends.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
for p in taamimd taamim taamim-collect taamim-send taamim-parse; do
    [ -x "$BIN/$p" ] || { skip "floods" "there is no $p"; exit 0; }
done
office=office@league.example jordan=focal@labour.jo.example tunisia=focal@social.tn.example officer=duty@league.example stranger=someone@elsewhere.example
exec 3>&1 # past what ok() takes away
N=2000 PATIENCE=50 # seconds
servers $office:pw $jordan:pw $tunisia:pw $officer:pw $stranger:pw
ref=TEST/2026/01
settings <<E
sending = { rate_per_minute = 600; };
E
printf 'parties = (\n%s,\n%s\n);\n' "$(party JO الأردن $jordan ar)" "$(party TN تونس $tunisia fr)" >"$T/etc/delegations.conf"
round_file ""
party_says() { taamim status $ref --json | tr -d ' \n' | grep -qE "\"code\":\"$1\"[^{}]*$2"; } # code regular expression
letters() { # a contact's address: To and Message-ID of its notice
    local notice
    wait_for 20 mail_with "$1" "X-Taamim-Loop: notice" || return 1
    notice=$(mail_with "$1" "X-Taamim-Loop: notice")
    to=$(sed -n 's/^Reply-To:.*<\(.*\)>\r\{0,1\}$/\1/p' "$notice")
    id=$(sed -n 's/^Message-ID: *\(<.*>\)\r\{0,1\}$/\1/p' "$notice")
}
# flood NAME TO [FIELD]: N mails, no two alike, put into the mailbox as a delivery would: made elsewhere, then moved there.
flood() {
    local made=$T/$1
    mkdir "$made"
    awk -v n=$N -v name="$1" -v to="$2" -v more="${3:-}" -v from=$stranger -v folder="$made" 'BEGIN {
        for (i = 1; i <= n; i++) {
            file = sprintf("%s/1.%s%05d.flood", folder, name, i)
            printf "Return-Path: <%s>\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s.%d@elsewhere.example>\r\n%sSubject: Urgent %d\r\n\r\nPlease answer %d.\r\n",
                from, from, to, name, i, more ? more "\r\n" : "", i, i > file
            close(file)
        }
    }'
    [ "$(id -u)" != 0 ] || chown nobody: "$made"/*
    find "$made" -type f -exec mv -t "$MAILDIR/$office/Maildir/new" {} +
}
reply() { # from: its paper, to the address and in the thread that letters() found
    swaks --silent 2 --server "127.0.0.1:$SUBMISSION" -tls --tls-verify --tls-ca-path "$CA" -au "$1" -ap pw -f "$1" -t "$to" --h-From "<$1>" \
        --h-Subject "Re: $ref" --add-header "In-Reply-To: $id" --body "Our paper." --attach-name paper.txt --attach "@$T/paper.txt"
}
cpu() { # seconds of processor of the daemon and its children so far, those of the parser that have ended too
    local p pids
    mapfile -t pids < <(pgrep -P "${PID_OF[daemon]}")
    for p in "${PID_OF[daemon]}" "${pids[@]}"; do
        awk -v p="$p" -v tick="$(getconf CLK_TCK)" -v first="${PID_OF[daemon]}" \
            '{ sub(/^.*\) /, ""); print ($12 + $13 + (p == first ? 0 : $14 + $15)) / tick }' "/proc/$p/stat"
    done | awk '{ n += $1 } END { printf "%.2f", n }'
}
receipt_comes() { # contact
    local began=$EPOCHREALTIME before
    before=$(cpu)
    wait_for $PATIENCE mail_with "$1" "X-Taamim-Loop: receipt" || return 1
    awk -v a="$began" -v b="$EPOCHREALTIME" -v c="$before" -v d="$(cpu)" \
        'BEGIN { printf "# %.1f s, of which the programs worked %.1f s\n", b - a, d - c }' >&3
}

start daemon env --default-signal=PIPE "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q ready "$T/daemon.log"
ok "the round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "Jordan has its notice" letters $jordan
echo "a paper" >"$T/paper.txt"
told=$(mails $officer)
flood left $office
ok "the reply is taken" reply $jordan
ok "behind $N mails of no round, its receipt comes" receipt_comes $jordan
ok "it is filed" party_says JO '"standing":"complete"'
ok "Tunisia has its notice" letters $tunisia
flood held "$to" "In-Reply-To: $id"
ok "the reply is taken" reply $tunisia
ok "behind $N mails with its token, its receipt comes" receipt_comes $tunisia
ok "it is filed" party_says TN '"standing":"complete"'
all_held() { [ "$(taamim reply list --json 2>/dev/null | grep -c "$stranger")" -ge $N ]; }
ok "each of those is held" wait_for 20 all_held
echo "# $(($(mails $officer) - told)) mails to the officer; the store: $(stat -c %s "$T/state/taamim.db") bytes"
equal "the stranger gets no mail" 0 "$(mails $stranger)"
ok "officers hear of it in few mails" test $(($(mails $officer) - told)) -le 3
