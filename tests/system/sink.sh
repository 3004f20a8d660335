#!/bin/bash
# A mail server that refuses, puts off or hangs up at each word of SMTP (Postfix's smtp-sink), and then a good one in its place.
#
# Each row is an office of its own: a daemon with its senders, a sink, a round to three states of three domains; all rows run side by side. While the server is bad,
# every delivery is in the state that the row names and none has failed, since what three domains are all refused is about us; status and story say what happened.
# Then a good sink takes the bad one's port and the daemon is started again: every notice arrives, and arrives once. A server that hung up instead of
# answering the last dot had the whole mail and may have kept it: what this sink kept is counted and told.
# Elsewhere: what one address alone is refused (tests/scenario), silence and slowness at each word (tests/unit/test_send_wait), TLS and login (test_send_login).
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
export PATH=$PATH:/usr/sbin:/sbin
# shellcheck disable=SC2034  # the settings'
office=office@league.example officer=duty@league.example ref=TEST/2026/06
HOST=127.0.0.1 IMAPS=1 CA=/dev/null # nobody is at the mailbox's port, which is no matter for what leaves
ROWS=()
declare -A OPTIONS=() STATE=() TOLD=() PORT_OF=()
row() { # name options state told
    ROWS+=("$1")
    OPTIONS[$1]=$2 STATE[$1]=$3 TOLD[$1]=$4
}
#   name         smtp-sink's options      deliveries  what an officer finds
row greet-4xx    '-r CONNECT'             deferred    deferred
row greet-5xx    '-f CONNECT'             queued      queue_stopped
row greet-cut    '-q CONNECT'             deferred    smtp_away
row greet-421    '-Q CONNECT'             deferred    deferred
row ehlo-4xx     '-r EHLO,HELO'           deferred    deferred
row ehlo-5xx     '-f EHLO,HELO'           queued      queue_stopped
row ehlo-cut     '-q EHLO'                deferred    smtp_away
row ehlo-421     '-Q EHLO'                deferred    deferred
row no-ehlo      '-f EHLO'                sent        sent
row mail-4xx     '-r MAIL'                deferred    deferred
row mail-5xx     '-f MAIL'                queued      queue_stopped
row mail-cut     '-q MAIL'                deferred    deferred
row mail-421     '-Q MAIL'                deferred    deferred
row rcpt-4xx     '-r RCPT'                deferred    deferred
row rcpt-5xx     '-f RCPT'                queued      queue_stopped
row rcpt-cut     '-q RCPT'                deferred    deferred
row rcpt-421     '-Q RCPT'                deferred    deferred
row data-4xx     '-r DATA'                deferred    deferred
row data-5xx     '-f DATA'                queued      queue_stopped
row data-cut     '-q DATA'                deferred    deferred
row data-421     '-Q DATA'                deferred    deferred
row dot-4xx      '-r .'                   deferred    deferred
row dot-5xx      '-f .'                   queued      queue_stopped
row dot-cut      '-q .'                   uncertain   uncertain
row dot-421      '-Q .'                   deferred    deferred
row quit-4xx     '-r QUIT'                sent        sent
row quit-5xx     '-f QUIT'                sent        sent
row quit-cut     '-q QUIT'                sent        sent

free_port() { # sets PORT
    while PORT=$((RANDOM % 20000 + 11000)); (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do :; done
}
sink() { # name folder options: what it takes lies there, a file a mail
    local as=() options
    read -ra options <<<"${3:-}"
    [ "$(id -u)" != 0 ] || as=(-u nobody)
    mkdir -p "$T/$1/$2"
    chmod 777 "$T/$1/$2"
    start "$1-sink" env -C "$T/$1/$2" smtp-sink "${as[@]}" -d "%M." "${options[@]}" "127.0.0.1:${PORT_OF[$1]}" 64
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/${PORT_OF[$1]}"); }
office_of() { # name: its folder, $T/NAME, with settings, register, round
    local T=$T/$1 SUBMISSION=${PORT_OF[$1]}
    settings <<S
sending = { rate_per_minute = 60000; connections = 1; address_rate_per_hour = 1000; };
office = { alert_every_s = 1; unreachable_after_s = 1; };
S
    sed -i 's|^smtp = .*|smtp = { host = "127.0.0.1"; port = '"$SUBMISSION"'; tls = "none"; auth = "none"; };|' "$T/etc/taamim.conf"
    printf 'parties = (\n%s,\n%s,\n%s\n);\n' "$(party JO الأردن focal@labour.jo.example en)" "$(party TN تونس focal@sociales.tn.example fr)" \
        "$(party IQ العراق focal@labour.iq.example ar)" >"$T/etc/delegations.conf"
    round_file ""
}
of() { local T=$T/$1; shift; "$@"; } # a row's
daemon() { start "$1" "$BIN/taamimd" -c "$T/$1/etc/taamim.conf"; }
launch() { taamim round launch "$T/etc/round.conf" --yes; }
are() { # state: all three notices are so, and none has failed
    taamim status --json | tr -d ' \n' >"$T/status"
    case $1 in
    sent) grep -q '"sent":[3-9]' "$T/status" ;;
    *) grep -q "\"$1\":[3-9]" "$T/status" && ! grep -q '"sent":[1-9]' "$T/status" ;;
    esac && ! grep -q '"\(failed\|bounced\)":[1-9]' "$T/status"
}
tells() { # in its story, or in what status says of the server
    case $1 in
    queue_stopped | smtp_away) taamim status --json | grep -q "\"$1\": *\"" ;;
    *) taamim story $ref --json | grep -q "\"what\": *\"$1\"" ;;
    esac
}
notices() { # folder: how many came to each delegation
    find "$1" -type f -exec awk '/^X-Rcpt-Args:/ { to = $2 } /^X-Taamim-Loop: notice/ { print to }' {} \; 2>/dev/null | sort | uniq -c |
        awk '{ printf "%s%s", sep, $1; sep = " " }'
}
taken() { notices "$T/$1/$([ "${STATE[$1]}" = sent ] && echo bad || echo good)"; }
# Where three domains were refused, what was in hand then goes five minutes later: another one is to try whether they still are (three-domains-refuse.scenario).
least() { case $1 in rcpt-5xx | data-5xx | dot-5xx) echo 1 ;; *) echo 3 ;; esac; }
arrived() { [ "$(taken "$1" | wc -w)" -ge "$(least "$1")" ]; }
once_each() { arrived "$1" && [[ ! $(taken "$1") =~ [2-9] ]]; }
alerted() { grep -rlq '^X-Taamim-Loop: alert' "$T/$1/good" && grep -rq "Sending has stopped" "$T/$1/good"; }

for r in "${ROWS[@]}"; do
    free_port
    PORT_OF[$r]=$PORT
    office_of "$r"
    sink "$r" bad "${OPTIONS[$r]}"
    daemon "$r"
done
for r in "${ROWS[@]}"; do ok "$r: a round is launched" wait_for 20 of "$r" launch; done
for r in "${ROWS[@]}"; do
    ok "$r: its notices are ${STATE[$r]}, none has failed" wait_for 20 of "$r" are "${STATE[$r]}"
    ok "$r: that is told" wait_for 5 of "$r" tells "${TOLD[$r]}"
done
for r in "${ROWS[@]}"; do ok "$r: the daemon stops" stop "$r" 10; stop "$r-sink"; sink "$r" good; daemon "$r"; done
for r in "${ROWS[@]}"; do
    ok "$r: with a good server all arrive" wait_for 50 arrived "$r"
    if [ "${TOLD[$r]}" = queue_stopped ]; then ok "$r: the officer hears that sending had stopped" wait_for 10 alerted "$r"; fi
done
sleep 1
for r in "${ROWS[@]}"; do ok "$r: once each" once_each "$r"; done
equal "of what was sent, nothing goes again" "" "$(for r in "${ROWS[@]}"; do [ "${STATE[$r]}" != sent ] || notices "$T/$r/good"; done)"
echo "# kept by a server that hung up at the dot: $(notices "$T/dot-cut/bad" | wc -w) of 3"
