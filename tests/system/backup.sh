#!/bin/bash
# A backup made while the daemon works, what verify finds, and a daemon that goes on from the backup: nothing is sent again, and what came in after it is
# taken once its mail lies in the inbox again.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
office=office@league.example jordan=focal@labour.jo.example tunisia=focal@social.tn.example officer=duty@league.example
servers $office:pw $jordan:pw $tunisia:pw $officer:pw
ref=TEST/2026/02

settings <<E
sending = { rate_per_minute = 600; };
office = { alert_every_s = 1; receipt_every_s = 1; };
E
printf 'parties = (\n%s,\n%s\n);\n' "$(party JO الأردن $jordan ar)" "$(party TN تونس $tunisia fr)" >"$T/etc/delegations.conf"
printf 'the document\n' >"$T/etc/document.txt"
round_file 'documents = ( { file = "document.txt"; } );'
party_says() { taamim status $ref --json | tr -d ' \n' | grep -qE "\"code\":\"$1\"[^{}]*$2"; }
reply() { # address file
    local notice to
    notice=$(mail_with "$1" "X-Taamim-Loop: notice")
    to=$(sed -n 's/^Reply-To:.*<\(.*\)>\r\{0,1\}$/\1/p' "$notice")
    swaks --silent 2 --server "127.0.0.1:$SUBMISSION" -tls --tls-verify --tls-ca-path "$CA" -au "$1" -ap pw -f "$1" -t "$to" \
        --h-From "<$1>" --h-Subject "Re: $ref" --body "Our paper." --attach-name "$(basename "$2")" --attach "@$2"
}

start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q ready "$T/daemon.log"
ok "a round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "the notices arrive" wait_for 15 mail_with $tunisia "X-Taamim-Loop: notice"
head -c 200000 /dev/urandom >"$T/jordan.bin"
head -c 200000 /dev/urandom >"$T/tunisia.bin"
wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"
ok "a reply is taken" reply $jordan "$T/jordan.bin"
ok "and filed" wait_for 15 party_says JO '"standing":"complete"'
ok "and acknowledged" wait_for 15 mail_with $jordan "X-Taamim-Loop: receipt"

# --- backup and verify, beside the daemon
ok "everything is there" wait_for 5 taamim verify
ok "a backup is made while the daemon works" taamim backup "$T/backup"
contains "and is whole" ": whole. " "$T/.said"
ok "of which verify says the same" taamim verify "$T/backup"
not_ok "a backup into the state directory is refused" taamim backup "$T/state/papers/backup"
paper=$(find "$T/backup/papers" -type f | head -n 1)
equal "the paper is in it" "$(sha256sum <"$T/jordan.bin")" "$(sha256sum <"$paper")"
printf x >>"$paper"
not_ok "a paper that was changed is found" taamim verify "$T/backup"
ok "in words that name it" grep -q "the paper is not as it came" <(taamim verify "$T/backup" 2>&1)
ok "and made good by the next backup" taamim backup "$T/backup"

# --- after the backup another reply comes, then the disk is lost
ok "a second reply comes after the backup" reply $tunisia "$T/tunisia.bin"
ok "and is filed" wait_for 15 party_says TN '"standing":"complete"'
ok "and acknowledged, too" wait_for 15 mail_with $tunisia "X-Taamim-Loop: receipt"
ok "the daemon stops" stop daemon 10
mails_before=$(mails $jordan)
rm -rf "$T/state"

# --- restore, as taamimd(8) has it
cp -a "$T/backup" "$T/state" && rm -r "$T/state/etc"
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "a daemon goes on from the backup" wait_for 10 grep -q ready "$T/daemon.log"
ok "what was filed is there" party_says JO '"standing":"complete"'
ok "what came later is not" party_says TN '"standing":"silent"'
# What was collected since lies in the processed folder: it goes back to the inbox.
curl -sS --cacert "$CA" -u "$office:pw" "imaps://localhost:$IMAPS/Taamim" -X 'UID MOVE 1:* INBOX' >/dev/null
ok "moved back into the inbox, it is filed" wait_for 20 party_says TN '"standing":"complete"'
ok "and what was there is known" wait_for 5 party_says JO '"papers":1'
ok "everything is there again" wait_for 10 taamim verify
# The receipt of what came again is the last that was due: behind it nothing waits.
ok "whose receipt comes again" wait_for 20 eval '[ "$(grep -l "X-Taamim-Loop: receipt" $(mailbox $tunisia) | wc -l)" = 2 ]'
nothing_waits() { taamim status --json | tr -d ' \n' >"$T/counts"; grep -q '"deliveries":{' "$T/counts" && ! grep -qE '"(queued|sending|deferred|uncertain)":[1-9]' "$T/counts"; }
ok "nothing more is to leave" wait_for 20 nothing_waits
equal "and nothing is sent a second time" "$mails_before" "$(mails $jordan)"
