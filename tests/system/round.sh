#!/bin/bash
# A short round with the real programs on real servers: launch, a reply filed, its receipt, a bounce; and the daemon's own manners: what it does with
# SIGHUP, with a second daemon, with SIGTERM. The whole story of a round is tests/demo/run.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
for p in taamimd taamim taamim-collect taamim-send taamim-parse; do
    [ -x "$BIN/$p" ] || { skip "a round" "there is no $p"; exit 0; }
done
office=office@league.example jordan=focal@labour.jo.example tunisia=focal@social.tn.example gone=focal@mfa.km.example officer=duty@league.example
servers $office:pw $jordan:pw $tunisia:pw $gone:pw:gone $officer:pw
ref=TEST/2026/01

# --- settings ------------------------------------------------------------------------------------------------------------
settings <<E
sending = { rate_per_minute = 600; sent_folder = "Sent"; };
office = { alert_every_s = 1; receipt_every_s = 1; };
E
printf 'parties = (\n%s,\n%s,\n%s\n);\n' "$(party JO الأردن $jordan ar)" "$(party TN تونس $tunisia fr)" "$(party KM القمر $gone ar)" >"$T/etc/delegations.conf"
printf 'the document, as bytes\n' >"$T/etc/document.txt"
round_file 'documents = ( { file = "document.txt"; } );'
status() { taamim status $ref --json >"$T/status.json" && tr -d ' \n' <"$T/status.json" >"$T/status"; }
party_says() { status && grep -qE "\"code\":\"$1\"[^{}]*$2" "$T/status"; } # code regular expression

# --- the round -----------------------------------------------------------------------------------------------------------
ok "the settings are right" taamim check
sed 's/^sending = {/& envelope_token = false;/' "$T/etc/taamim.conf" >"$T/etc/without.conf"
"$BIN/taamim" -c "$T/etc/without.conf" check </dev/null >"$T/checked" 2>&1
contains "check tells the price of having no envelope token" "envelope_token is false" "$T/checked"
start daemon env --default-signal=PIPE "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q ready "$T/daemon.log"
ignored=$(sed -n 's/^SigIgn:[[:space:]]*//p' "/proc/${PID_OF[daemon]}/status")
ok "no broken pipe ends it" test $(((0x$ignored >> 12) & 1)) = 1
# New settings while mails are in hand: none of them is lost for it, or sent twice (the last check).
(for _ in 1 2 3 4 5 6 7 8; do kill -HUP "${PID_OF[daemon]}"; sleep .05; done) &
ok "the round is launched" taamim round launch "$T/etc/round.conf" --yes
not_ok "the same round is not launched again" taamim round launch "$T/etc/round.conf" --yes
ok "the notice reaches the delegation" wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"
notice=$(mail_with $jordan "X-Taamim-Loop: notice")
ok "with the document" grep -q "$(base64 -w0 "$T/etc/document.txt")" "$notice"
equal "once" 1 "$(mails $jordan)"
ok "the bounce is known for what it is" wait_for 20 party_says KM '"bounced":1'
ok "and nobody else's" party_says TN '"bounced":0'

to=$(sed -n 's/^Reply-To:.*<\(.*\)>\r\{0,1\}$/\1/p' "$notice")
id=$(sed -n 's/^Message-ID: *\(<.*>\)\r\{0,1\}$/\1/p' "$notice")
head -c 300000 /dev/urandom >"$T/sent/ورقة الأردن.bin"
sum=$(sha256sum <"$T/sent/ورقة الأردن.bin" | cut -c1-64)
ok "the reply is taken" swaks --silent 2 --server "127.0.0.1:$SUBMISSION" -tls --tls-verify --tls-ca-path "$CA" -au $jordan -ap pw -f $jordan -t "$to" \
    --h-From "<$jordan>" --h-Subject "Re: $ref" --add-header "In-Reply-To: $id" --body "Our paper." \
    --attach-name "ورقة الأردن.bin" --attach "@$T/sent/ورقة الأردن.bin"
ok "it is filed" wait_for 15 party_says JO '"standing":"complete"'
equal "with the bytes and the name it was sent with" "$sum" "$(sha256sum <"$T/state/papers/TEST-2026-01/الأردن/ورقة الأردن.bin" | cut -c1-64)"
equal "and nothing else is filed" 1 "$(find "$T/state/papers" -type f | wc -l)"
ok "the receipt comes" wait_for 10 mail_with $jordan "X-Taamim-Loop: receipt"
ok "in the thread of the reply" grep -q '^In-Reply-To: <' "$(mail_with $jordan 'X-Taamim-Loop: receipt')"
ok "marked as automatic" grep -q '^Auto-Submitted: auto-replied' "$(mail_with $jordan 'X-Taamim-Loop: receipt')"
equal "nobody else gets one" "" "$(mail_with $tunisia 'X-Taamim-Loop: receipt')"
ok "the officer hears of it" wait_for 10 mail_with $officer "X-Taamim-Loop: alert"
mailbox_has_it() { local f; for f in $(mailbox $office "$1"); do grep -q "^Subject: Re: $ref" "$f" && return 0; done; return 1; }
ok "the reply lies among what was processed" wait_for 10 mailbox_has_it Taamim
not_ok "and not in the inbox" mailbox_has_it ""
ok "the story tells of it" grep -q "filed" <(taamim story $ref JO)

# --- the daemon's manners --------------------------------------------------------------------------------------------------
start second "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "a second daemon does not stay" wait_for 5 eval '! kill -0 ${PID_OF[second]}'
not_ok "and was never ready" grep -q ready "$T/second.log"
ok "the first one goes on" kill -0 "${PID_OF[daemon]}"

cp "$T/etc/taamim.conf" "$T/etc/good"
sed -i 's/rate_per_minute/rate_per_minit/' "$T/etc/taamim.conf"
kill -HUP "${PID_OF[daemon]}"
ok "a faulty configuration is told at SIGHUP" wait_for 5 grep -q "rate_per_minit" "$T/daemon.log"
ok "with the nearest right name" grep -q "rate_per_minute" "$T/daemon.log"
cp "$T/etc/good" "$T/etc/taamim.conf"
# The collector stands still while this leaves, and dies before it could do anything: the copy is kept by the next one.
collector=$(pgrep -P "${PID_OF[daemon]}" -x taamim-collect)
kill -STOP "$collector"
ok "the daemon goes on with the old one" taamim round remind $ref --party TN
ok "and sends by it" wait_for 15 mail_with $tunisia "X-Taamim-Loop: reminder"
kill -KILL "$collector"
sent() { local f n=0; for f in $(mailbox $office Sent); do ! grep -q "X-Taamim-Loop: $1" "$f" || n=$((n + 1)); done; [ "$n" = "$2" ]; }
ok "a copy is kept although the collector died" wait_for 20 sent reminder 1
ok "and one of each notice" sent notice 3
kill -HUP "${PID_OF[daemon]}"
ok "a right one is taken" wait_for 5 grep -q "reloaded" "$T/daemon.log"

# The path of the socket is taken at the next start; until then the old one is the daemon's to take away.
sed -i "s|^paths = {|& socket = \"$T/elsewhere\";|" "$T/etc/taamim.conf"
kill -HUP "${PID_OF[daemon]}"
wait_for 5 eval '[ "$(grep -c reloaded "$T/daemon.log")" = 2 ]'
ok "it stops within five seconds" stop daemon 5
not_ok "no socket is left behind" test -e "$T/state/socket"
cp "$T/etc/good" "$T/etc/taamim.conf"
ok "and says so" grep -q "stopped" "$T/daemon.log"
ok "status works without it" party_says JO '"papers":1'
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "it starts again" wait_for 10 grep -q ready "$T/daemon.log"
ok "and takes commands" wait_for 10 test -S "$T/state/socket"
printf '[ar]\nتصويب\n[fr]\nRectificatif\n' >"$T/note.txt"
# What goes to all shows whom it reaches and asks; `script` lends a terminal.
answered() { printf '%s\n' "$1" | script -qec "$BIN/taamim -c $T/etc/taamim.conf round $2" "$T/terminal" >/dev/null && grep -q "$jordan" "$T/terminal"; }
not_ok "a round is not closed where nobody can be asked" taamim round close $ref </dev/null
not_ok "nor where the answer is no" answered no "close $ref"
ok "but its addresses were shown" grep -q $tunisia "$T/terminal"
ok "a note goes out at a yes" answered نعم "note $ref $T/note.txt"
ok "to each reader in their language" wait_for 15 mail_with $tunisia "X-Taamim-Loop: corrigendum"
ok "an extension too" answered oui "extend $ref +2h"
ok "and closes the round" taamim round close $ref --yes
ok "of which the delegations hear" wait_for 15 mail_with $tunisia "X-Taamim-Loop: closing"
mapfile -t mails < <(mailbox $jordan)
equal "no notice went twice" 1 "$(grep -l 'X-Taamim-Loop: notice' "${mails[@]}" | wc -l)"
