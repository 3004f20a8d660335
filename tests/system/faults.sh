#!/bin/bash
# What goes wrong around a running daemon, and comes right again. After each fault every reply is filed with its bytes, once, and acknowledged.
#
#   fault                                         what is asked
#   the disk is full when a reply comes           it stays in the mailbox, the daemon goes on; filed when there is room
#   room for the mail, none for what is in it     the same: it is neither held nor told to its sender as spoilt
#   a launch on a full disk                       refused in words, nothing left; the same launch goes later, once
#   a start on a disk that is read-only           refused in words; what came meanwhile is filed by the next one
#   a backup to a full disk                       refused in words; the next one is whole
#   another process holds the store's lock        the reply waits and is filed
#   the IMAP processes are killed inside a mail   it comes whole
#   the processed folder and the sent folder are  they are made anew
#   removed
#   the mailbox is numbered anew (UIDVALIDITY)    nothing is filed twice, what comes then is filed
# Elsewhere: steps that fail one by one, read-only and broken disks (tests/scenario --fault), kills (tests/soak, kill_collector.sh), cut connections and other
# servers (collect.sh), a full sent folder, a clock that jumps, a server that answers 4xx or 5xx or not at all (tests/scenario, tests/unit/test_send_*), two daemons (round.sh).
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
office=office@league.example jordan=focal@labour.jo.example officer=duty@league.example
servers $office:pw $jordan:pw $officer:pw
ref=TEST/2026/04
mkdir -p "$T/state" "$T/small"
TMPFS=
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=48m,mode=700 taamim-test "$T/state" 2>/dev/null; then
    TMPFS=1
    trap 'stop daemon 10; umount "$T/state" "$T/small" 2>/dev/null; finish' EXIT
    mount -t tmpfs -o size=64k taamim-test "$T/small"
fi
settings <<S
sending = { rate_per_minute = 6000; address_rate_per_hour = 1000; sent_folder = "Sent"; };
office = { alert_every_s = 1; receipt_every_s = 1; };
S
printf 'parties = (\n%s\n);\n' "$(party JO الأردن $jordan en)" >"$T/etc/delegations.conf"
round_file
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q 'mailbox_server status=up' "$T/daemon.log"
ok "a round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "the notice arrives" wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"
answers $jordan
filed() { [ "$(sums "$T/papers")" = "$(sums "$T/state/papers/${ref//\//-}/الأردن")" ]; }
receipts() { local f n=0; for f in $(mailbox $jordan); do ! grep -q "X-Taamim-Loop: receipt" "$f" || n=$((n + 1)); done; echo $n; }
acknowledged() { [ "$(receipts)" -ge "$(find "$T/papers" -type f | wc -l)" ]; }
imap() { curl -sS --max-time 20 -u "$office:pw" --cacert "$CA" "imaps://$HOST:$IMAPS/" -X "$1"; }
lives() { kill -0 "${PID_OF[daemon]}"; }
reply_with first 20000
ok "a reply is filed" wait_for 15 filed
ok "and acknowledged" wait_for 15 acknowledged

# --- disk ------------------------------------------------------------------------------------------------------------------
fill() { head -c 60000000 /dev/zero >"$T/state/ballast" 2>/dev/null; truncate -s "-$1" "$T/state/ballast"; } # but for so many bytes
if [ -n "$TMPFS" ]; then
    fill 0
    reply_with on-a-full-disk 300000
    ok "a full disk is told in the log" wait_for 20 grep -q 'No space left\|disk is full\|database or disk' "$T/daemon.log"
    not_ok "and nothing is filed" filed
    ok "the reply is still in the mailbox" test "$(mails $office)" = 1
    not_ok "a launch is refused" env REF=x bash -c 'sed "s|^ref = .*|ref = \"TEST/2026/05\"; kind = \"papers\";|" "$0" >"$0.2" && "$1" -c "$2" round launch "$0.2" --yes' \
        "$T/etc/round.conf" "$BIN/taamim" "$T/etc/taamim.conf"
    contains "in words" "No space left on device" "$T/.said"
    ok "the daemon goes on" lives
    rm "$T/state/ballast"
    ok "with room, the reply is filed" wait_for 60 filed
    ok "and acknowledged" wait_for 15 acknowledged
    ok "the launch goes, too" taamim round launch "$T/etc/round.conf.2" --yes
    not_ok "once" taamim round launch "$T/etc/round.conf.2" --yes
    fill 2400000
    reply_with as-large-as-the-room 1300000
    wait_for 15 grep -q 'no room on the disk' "$T/daemon.log"
    result $? "where what is in it has no room, it waits" "$T/daemon.log"
    rm "$T/state/ballast"
    ok "with room, it is filed whole" wait_for 60 filed
    ok "and acknowledged" wait_for 15 acknowledged
    not_ok "nobody was told that his file is spoilt" mail_with $jordan "X-Taamim-Loop: problem"
    not_ok "a backup to a full disk fails" taamim backup "$T/small/backup"
    contains "in words" "disk is full" "$T/.said"
    ok "another place serves" taamim backup "$T/backup"
    ok "the daemon stops" stop daemon 10
    ok "the disk becomes read-only" mount -o remount,ro "$T/state"
    reply_with on-a-read-only-disk 20000
    not_ok "the daemon does not start" timeout 10 "$BIN/taamimd" -c "$T/etc/taamim.conf"
    contains "and says why" "Read-only file system" "$T/.said"
    ok "status can be asked all the same" taamim status
    ok "the reply is still in the mailbox" test "$(mails $office)" = 1
    ok "the disk can be written to again" mount -o remount,rw "$T/state"
    start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
    ok "the reply is filed" wait_for 20 filed
    ok "and acknowledged" wait_for 15 acknowledged
else
    skip "full disks" "no tmpfs can be mounted here"
fi

# --- the store -------------------------------------------------------------------------------------------------------------
start holder "$BIN/tests/system/hold_store" "$T/state/taamim.db" 8
wait_for 5 grep -q held "$T/holder.log"
reply_with while-the-store-is-locked 20000
ok "a reply that comes while another process holds the store is filed after it" wait_for 40 filed
ok "and acknowledged" wait_for 15 acknowledged

# --- the mailbox -----------------------------------------------------------------------------------------------------------
imap_processes() { local f; for f in /proc/[0-9]*; do [ "$(cat "$f/comm" 2>/dev/null)" = imap ] && [ "$(ps -o ppid= -p "${f#/proc/}" | tr -d ' ')" = "$(cat "$T/servers/dovecot/run/master.pid")" ] && echo "${f#/proc/}"; done; }
reply_with while-imap-dies 3000000
for _ in 1 2 3; do
    for p in $(imap_processes); do kill -KILL "$p" 2>/dev/null; done
    sleep .2
done
ok "a reply inside which the IMAP server died is filed whole" wait_for 30 filed
ok "and acknowledged" wait_for 15 acknowledged
imap "DELETE Taamim" >/dev/null
imap "DELETE Sent" >/dev/null
reply_with folders-removed 20000
moved() { [ "$(mails $office)" = 0 ] && [ "$(mails $office Taamim)" -ge 1 ]; }
ok "where folders were removed, a reply is filed" wait_for 20 filed
ok "and moved to a new one" wait_for 20 moved
copied() { [ "$(mails $office Sent)" -ge 1 ]; }
ok "and copies of what is sent are kept in one" wait_for 20 copied
find "$INBOX" -maxdepth 1 -name 'dovecot*' -delete
for p in $(imap_processes); do kill -KILL "$p" 2>/dev/null; done
reply_with numbered-anew 20000
ok "in a mailbox that is numbered anew, a reply is filed" wait_for 40 filed
ok "and acknowledged" wait_for 15 acknowledged

equal "each reply has one receipt" "$(find "$T/papers" -type f | wc -l)" "$(receipts)"
equal "nothing is held or spoilt" "" "$(find "$T/state/held" "$T/state/corrupt" -type f)"
ok "and verify finds nothing" wait_for 10 taamim verify
