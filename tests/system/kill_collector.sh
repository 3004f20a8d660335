#!/bin/bash
# The collector is killed before and after each kind of IMAP command that it gives a real Dovecot (the first and the second time it gives it), while three replies
# lie in the mailbox; a fourth comes where they were too few for a second time. Each time all are filed and moved, once.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
office=office@league.example jordan=focal@labour.jo.example officer=duty@league.example
servers $office:pw $jordan:pw $officer:pw
ref=TEST/2026/03

perl tests/system/tripwire.pl "$T/port" "$IMAP" "$T/order" >"$T/tripwire.log" 2>&1 &
PID_OF[tripwire]=$!
wait_for 5 test -s "$T/port"
settings <<E2
sending = { rate_per_minute = 6000; address_rate_per_hour = 1000; sent_folder = "Sent"; };
office = { alert_every_s = 1; receipt_every_s = 1; };
E2
sed -i "s|^imap = .*port = [0-9]*;|imap = { host = \"$HOST\"; port = $(cat "$T/port"); tls = \"none\";|" "$T/etc/taamim.conf"
printf 'parties = (\n%s\n);\n' "$(party JO الأردن $jordan en)" >"$T/etc/delegations.conf"
round_file
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q 'mailbox_server status=up' "$T/daemon.log"
ok "a round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "the notice arrives" wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"
answers $jordan
all_there() { [ "$(mails $office)" = 0 ] && [ "$(sums "$T/papers")" = "$(sums "$T/state/papers/${ref//\//-}/الأردن")" ]; }
killed() { [ ! -e "$T/order" ]; }
n=0
killed_at() { # side command number
    local i
    printf '%s %s %s %s\n' "${PID_OF[daemon]}" "$3" "$1" "$2" >"$T/order.new"
    mv "$T/order.new" "$T/order"
    kill -HUP "${PID_OF[daemon]}" # a new collector, at once
    n=$((n + 1))
    for i in 1 2 3; do reply_with "paper-$n-$i" 30000; done
    ok "all is there" wait_for 20 all_there
    if ! killed; then
        reply_with "paper-$n-4" 30000
        wait_for 20 killed
    fi
    ok "also where it is killed $1 $2, number $3" wait_for 20 eval 'killed && all_there'
}
for side in before after; do killed_at $side SELECT 1; done
for command in "UID SEARCH" "UID FETCH" "UID MOVE"; do
    for side in before after; do
        for number in 1 2; do killed_at $side "$command" $number; done
    done
done
for side in before after; do
    killed_at $side IDLE 1
    killed_at $side APPEND 1 # of the copies of receipts and alerts
done

not_filed() { local f; for f in $(mailbox $office Taamim); do sed -n 's/^Message-ID: *<\(paper-[^@]*\)@.*/\1/p' "$f"; done | sort | uniq -c | grep -cv ' 1 '; }
equal "no reply lies twice among what was processed" 0 "$(not_filed)"
equal "each is there" "$(find "$T/papers" -type f | wc -l)" "$(mailbox $office Taamim | wc -l)"

# A server that cannot move: copied, then marked, and a copy made before the collector died is made anew: it may lie there twice, and is filed once.
# the last time each is said, too (three replies: one FETCH each, and COPY and STORE of what is kept by then).
touch "$T/order.no-move"
for command in "UID COPY" "UID STORE"; do
    for side in before after; do killed_at $side "$command" 1; done
done
for side in before after; do killed_at $side "UID FETCH" 4; done # sizes, then the third's body: the last one

nothing_waits() { taamim status --json | tr -d ' \n' >"$T/counts"; grep -q '"deliveries":{' "$T/counts" && ! grep -qE '"(queued|sending|deferred|uncertain)":[1-9]' "$T/counts"; }
ok "everything leaves" wait_for 15 nothing_waits
copied_twice() { local f; for f in $(mailbox $office Sent); do grep -i -m 1 '^Message-ID:' "$f"; done | sort | uniq -d; }
equal "no copy of what was sent was made twice" "" "$(copied_twice)"
received() { local f; for f in $(mailbox $jordan); do grep -i -m 1 '^Message-ID:' "$f"; done | sort | uniq -d; }
equal "nothing was sent twice" "" "$(received)"
equal "nothing is held" "" "$(find "$T/state/held" "$T/state/corrupt" -type f)"
ok "and verify finds nothing" wait_for 10 taamim verify
