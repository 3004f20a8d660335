#!/bin/bash
# The collector is killed before and after each kind of IMAP command that it gives a real Dovecot: the first, the second and the last time, as a rehearsal counted,
# while three replies lie in the mailbox (more come where they were too few). Each time all are filed and moved, once.
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
new_collector() { kill -HUP "${PID_OF[daemon]}"; } # at once
replies() { # how many
    local i
    for ((i = 0; i < $1; i++)); do reply_with "paper-$((n += 1))" 30000; done
}
killed_at() { # side command number
    local i
    printf '%s %s %s %s\n' "${PID_OF[daemon]}" "$3" "$1" "$2" >"$T/order.new"
    mv "$T/order.new" "$T/order"
    replies 2
    new_collector
    replies 1
    for i in 1 2 3 4 5; do
        wait_for 20 eval 'killed || all_there'
        wait_for 2 killed && break
        replies 1
        new_collector
    done
    new_collector
    ok "all is filed and put away where it is killed $1 $2, number $3" wait_for 20 eval 'killed && all_there'
}
# What is given while three replies come, and the copies of their receipt and alert are kept: lines of a number and a command.
quiet() { local before; before=$(wc -l <"$T/tripwire.log"); sleep 1.5; [ "$before" = "$(wc -l <"$T/tripwire.log")" ]; }
rehearsed() {
    local before
    wait_for 20 quiet
    before=$(wc -l <"$T/tripwire.log")
    new_collector
    replies 3
    wait_for 20 all_there && wait_for 20 quiet
    tail -n +$((before + 1)) "$T/tripwire.log" | cut -d' ' -f3- | sort | uniq -c >"$T/given"
}
killed_at_each() { # commands: the first, the second and the last time that each was given
    local command last number side
    while read -r last command; do
        [[ $command =~ ^($1)$ ]] || continue
        for side in before after; do
            for number in 1 2; do killed_at $side "$command" $number; done
            [ "$last" -le 2 ] || killed_at $side "$command" "$last"
        done
    done <"$T/given"
}
processed() { find "$INBOX/.Taamim" "$INBOX"/.Before* \( -path '*/new/*' -o -path '*/cur/*' \) -type f; }
twice() { local f; for f in $(processed); do sed -n 's/^Message-ID: *<\(paper-[^@]*\)@.*/\1/p' "$f"; done | sort | uniq -d; }

# There is no folder yet for what was processed. It is made once, and put aside so that it is made again.
for command in CREATE SUBSCRIBE; do
    for side in before after; do
        [ ! -e "$INBOX/.Taamim" ] || mv "$INBOX/.Taamim" "$INBOX/.Before$n"
        killed_at $side $command 1
    done
done
ok "three replies come without a kill" rehearsed
killed_at_each ".*"
equal "no reply lies twice among what was processed" "" "$(twice)"
equal "each is there" "$(find "$T/papers" -type f | wc -l)" "$(processed | wc -l)"

# A server that cannot move: copied, then marked, and a copy made before the collector died is made anew: it may lie there twice, and is filed once.
touch "$T/order.no-move"
ok "three replies come without a kill where nothing can be moved" rehearsed
killed_at_each "UID COPY|UID STORE|UID EXPUNGE"

nothing_waits() { taamim status --json | tr -d ' \n' >"$T/counts"; grep -q '"deliveries":{' "$T/counts" && ! grep -qE '"(queued|sending|deferred|uncertain)":[1-9]' "$T/counts"; }
ok "everything leaves" wait_for 15 nothing_waits
copied_twice() { local f; for f in $(mailbox $office Sent); do grep -i -m 1 '^Message-ID:' "$f"; done | sort | uniq -d; }
equal "no copy of what was sent was made twice" "" "$(copied_twice)"
received() { local f; for f in $(mailbox $jordan); do grep -i -m 1 '^Message-ID:' "$f"; done | sort | uniq -d; }
equal "nothing was sent twice" "" "$(received)"
equal "nothing is held" "" "$(find "$T/state/held" "$T/state/corrupt" -type f)"
ok "and verify finds nothing" wait_for 10 taamim verify
