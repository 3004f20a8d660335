#!/bin/bash
# taamim-collect against a real Dovecot: what it takes, what it leaves, what it remembers.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
servers office@league.example:pw
me=office@league.example
umask 022
mkdir -p "$T/incoming"
printf pw >"$T/password"
chmod 600 "$T/password"

put() { # SUBJECT [FOLDER]: a message as the delivery agent would leave it
    local box=$MAILDIR/$me/Maildir file
    [ -z "${2:-}" ] || box=$box/.$2
    file=$(date +%s).M$RANDOM$RANDOM.test
    mkdir -p "$box/tmp" "$box/new" "$box/cur"
    printf 'From: focal@jordan.example\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s@jordan.example>\r\n\r\nbody of %s\r\n' "$me" "$1" "${1// /-}" "$1" >"$box/tmp/$file"
    chmod 666 "$box/tmp/$file"
    mv "$box/tmp/$file" "$box/new/$file"
    [ "$(id -u)" != 0 ] || chown -R --reference="$MAILDIR" "$box" # an ordinary caller owns the mailboxes
}
imap() { curl -sS --max-time 20 -u "$me:pw" --cacert "$CA" "$@"; }
config() { # NAME LINE-JSON-FIELDS [server fields]
    local server='"verify":true,"auth":"plain","user":"'$me'","secret":{"kind":"file","where":"'$T/password'"},"connect_timeout_s":10,"final_timeout_s":60'
    printf '{"config":{"server":{"host":"localhost","ca_file":"%s",%s,%s},"incoming":"%s","processed":"Taamim-معالج","poll_s":1,"max_bytes":157286400,"mailboxes":[{"name":"INBOX","junk":false,%s},{"name":"Junk","junk":true,"uidvalidity":0,"next_uid":0,"since_at":0}]}}\n' \
        "$CA" "$server" "${3:-\"port\":$IMAPS,\"tls\":\"tls\"}" "$T/incoming" "$2" >"$T/$1.json"
}
INSIDE=() # what the collector is started by
channel() { # NAME MODE: starts the collector; what it says is in $T/NAME.out
    mkfifo "$T/$1.in"
    exec 7<>"$T/$1.in"
    "${INSIDE[@]}" "$BIN/tests/system/channel" "$BIN/taamim-collect" "$T/$1.json" "$2" <"$T/$1.in" >"$T/$1.out" 2>"$T/$1.log" &
    PID_OF[$1]=$!
    wait_for 5 grep -q '^pid' "$T/$1.log"
    CHILD=$(sed -n 's/^pid //p' "$T/$1.log")
}
tell() { printf '%s\n' "$1" >&7; }
says() { wait_for "${3:-10}" grep -q -- "$2" "$T/$1.out"; }
count() { grep -c -- "$2" "$T/$1.out"; }
field() { sed -n "/$2/s/.*\"$3\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p" "$T/$1.out" | tail -n 1; } # NAME PATTERN FIELD
start_at='"uidvalidity":0,"next_uid":0,"since_at":0'

# --- first start: the line is drawn above what is there
put "old one" && put "old two"
imap "imaps://$HOST:$IMAPS/" -X "STATUS INBOX (MESSAGES)" >/dev/null
config first "$start_at"
channel first keep
ok "it comes up" says first '"up":true'
ok "the line is told" says first '"line".*"mailbox":"INBOX","next_uid":3'
ok "the quota is told" says first '"quota_limit":1[0-9]*[0-9]'
before=$(date +%s%N)
put "new one"
ok "a new message is collected" says first '"collected"' 3
took=$((($(date +%s%N) - before) / 1000000))
echo "# collected $took ms after delivery"
ok "it is moved" says first '"how":"move".*"uid":3'
wait_for 5 says first '"line".*"next_uid":4'
equal "old mail was left alone" 1 "$(count first '"collected"')"
file=$T/incoming/$(field first '"collected"' file)
contains "the file is the message" "body of new one" "$file"
equal "its hash is told" "$(sha256sum <"$file" | cut -d' ' -f1)" "$(field first '"collected"' sha256)"
imap "imaps://$HOST:$IMAPS/INBOX" -X "UID SEARCH UNSEEN" >"$T/unseen"
contains "old mail is still unread" "SEARCH 1 2" "$T/unseen"
imap "imaps://$HOST:$IMAPS/" -X 'LSUB "" "*"' >"$T/lsub"
contains "the processed folder is made and subscribed, its name in modified UTF-7" "Taamim-&" "$T/lsub"
put "spam" Junk
ok "junk is collected" says first '"mailbox":"Junk".*"uid":1' 5

# --- append
printf 'Subject: copy\r\nMessage-ID: <copy@league.example>\r\n\r\n' >"$T/head"
printf 'the text\r\n' >"$T/text"
tell '{"append":{"id":5,"mailbox":"نسخ","segments":["'"$T/head"'","'"$T/text"'"],"size":'"$(cat "$T/head" "$T/text" | wc -c)"'}}'
ok "a copy is appended while it idles" says first '"id":5,"ok":true' 2
tell '{"append":{"id":9,"mailbox":"نسخ","message_id":"copy@league.example","look":true,"segments":["'"$T/head"'","'"$T/text"'"],"size":'"$(cat "$T/head" "$T/text" | wc -c)"'}}'
ok "one that may be there already is looked for" says first '"id":9,"ok":true' 2
imap "imaps://$HOST:$IMAPS/" -X 'STATUS "&BkYGMwYu-" (MESSAGES)' >"$T/copies"
contains "and not added twice" "MESSAGES 1" "$T/copies"
tell '{"append":{"id":10,"mailbox":"أخرى","message_id":"copy@league.example","look":true,"segments":["'"$T/head"'","'"$T/text"'"],"size":'"$(cat "$T/head" "$T/text" | wc -c)"'}}'
ok "in a folder that is not there yet it is added" says first '"id":10,"ok":true' 2
tell '{"append":{"id":8,"mailbox":"Sent","segments":["'"$T/absent"'"],"size":10}}'
ok "a copy that cannot be read is told" says first '"id":8,"ok":false' 2
put "after them"
ok "collecting goes on" says first '"how":"move".*"uid":4' 3

# --- the end
before=$(date +%s%N)
kill "$CHILD"
ok "SIGTERM ends it" wait_for 3 test ! -e "/proc/$CHILD"
ok "within two seconds" test $((($(date +%s%N) - before) / 1000000)) -lt 2000
stop first

# --- a restart before "kept": nothing lost, nothing fetched twice
validity=$(field first '"line".*INBOX' uidvalidity)
now=$(date +%s)
put "unanswered"
config mute "\"uidvalidity\":$validity,\"next_uid\":5,\"since_at\":$((now - 3600))"
channel mute mute
ok "collected, not answered" says mute '"collected".*"uid":5'
stop mute
hash=$(field mute '"collected"' sha256)
touch -d '1 hour ago' "$T/incoming/$(field mute '"collected"' file)"
stamp=$(stat -c %Y "$T/incoming/$(field mute '"collected"' file)")
cp "$T/mute.json" "$T/again.json"
channel again leave
ok "told again after a restart" says again "\"sha256\":\"$hash\",\"size\":[0-9]*,\"uid\":5"
equal "from its own file" "$stamp" "$(stat -c %Y "$T/incoming/$(field again '"collected"' file)")"
ok "let be when it is nobody's" says again '"how":"left".*"uid":5'
ok "the line is above it now" says again '"line".*INBOX.*"next_uid":6'
imap "imaps://$HOST:$IMAPS/INBOX" -X "UID SEARCH UNSEEN" >"$T/unseen"
contains "and it is still unread" "SEARCH 1 2 5" "$T/unseen"
stop again
config pending "\"uidvalidity\":$validity,\"next_uid\":6,\"since_at\":$((now - 3600)),\"pending\":[{\"uid\":5,\"move\":true}]"
channel pending keep
ok "what was kept before a crash is moved" says pending '"how":"move".*"uid":5'
equal "and not collected" 0 "$(count pending '"collected"')"
stop pending

# --- changed UIDVALIDITY: only what arrived since
find "$MAILDIR/$me/Maildir/new" "$MAILDIR/$me/Maildir/cur" -type f -exec touch -d '2 days ago' {} +
put "since then"
find "$MAILDIR/$me/Maildir" -maxdepth 1 -name 'dovecot*' -delete
rm -f "$T"/incoming/*
config changed "\"uidvalidity\":$validity,\"next_uid\":6,\"since_at\":$((now - 60))"
channel changed keep
ok "collected again" says changed '"collected".*INBOX'
ok "and moved" says changed '"how":"move"'
ok "the new line is told" says changed '"line".*INBOX'
equal "only what is newer" 1 "$(count changed '"collected".*INBOX')"
contains "namely this" "since then" "$T/incoming/$(field changed '"collected"' file)"
not_ok "the UIDVALIDITY is another" test "$(field changed '"line".*INBOX' uidvalidity)" = "$validity"

# --- a message of 50 MB costs no memory
{ printf 'From: focal@jordan.example\r\nSubject: large\r\n\r\n'; head -c 38000000 /dev/urandom | base64 -w 76 | sed 's/$/\r/'; } >"$T/large"
chmod 644 "$T/large"
[ "$(id -u)" != 0 ] || chown --reference="$MAILDIR" "$T/large"
mv "$T/large" "$MAILDIR/$me/Maildir/new/large.test"
peak=0
sample() {
    local now
    now=$(awk '/^RssAnon/ {print $2}' "/proc/$CHILD/status")
    [ "${now:-0}" -le "$peak" ] || peak=$now
    grep -q '"size":5[0-9]\{7\}' "$T/changed.out"
}
ok "50 MB are collected" wait_for 30 sample
sample
echo "# RssAnon $peak kB"
case $BIN in
*asan*) skip "in flat memory" "the sanitizer's own memory" ;;
*) ok "in flat memory" test "$peak" -lt 16384 ;;
esac
large=$T/incoming/$(field changed '"size":5[0-9]\{7\}' file)
equal "whole" "$(sha256sum <"$large" | cut -d' ' -f1)" "$(field changed '"size":5[0-9]\{7\}' sha256)"
stop changed

# --- many at once
for i in $(seq 40); do put "many $i"; done
here="\"uidvalidity\":$(field changed '"line".*INBOX' uidvalidity)"
config many "$here,\"next_uid\":$(field changed '"line".*INBOX' next_uid),\"since_at\":1"
channel many keep
ok "all are moved" wait_for 10 sh -c "[ \$(grep -c '\"how\":\"move\".*INBOX' '$T/many.out') = 40 ]"
equal "each once" 40 "$(count many '"collected".*INBOX')"
stop many
ok "the line is above them" says many '"line".*INBOX.*"next_uid":[1-9]'
most=$(sed -n 's/^#define COLLECT_AHEAD \([0-9]*\).*/\1/p' daemon/mail/collection.h)
for i in $(seq $((most + 4))); do put "ahead $i"; done
config ahead "$here,\"next_uid\":$(field many '"line".*INBOX' next_uid),\"since_at\":1"
channel ahead mute
collected() { test "$(count ahead '"collected"')" = "$1"; }
wait_for 10 collected "$most"
tell '{"append":{"id":11,"mailbox":"Sent","segments":["'"$T/absent"'"],"size":10}}' # served once nothing more is fetched
says ahead '"id":11'
equal "never more than $most ahead of the daemon" "$most" "$(count ahead '"collected"')"
tell "{\"kept\":{\"mailbox\":\"INBOX\",$here,\"uid\":$(field ahead '"collected"' uid),\"move\":false}}"
ok "one kept, one more" wait_for 10 collected $((most + 1))
stop ahead

# --- STARTTLS, and what must be refused
config starttls "$start_at" "\"port\":$IMAP,\"tls\":\"starttls\""
channel starttls keep
ok "STARTTLS" says starttls '"up":true'
stop starttls
tests/jwt $me >"$T/password"
config token "$start_at"
sed -i 's/"auth":"plain"/"auth":"xoauth2"/' "$T/token.json"
cp "$T/token.json" "$T/expired.json"
channel token keep
ok "a token opens the mailbox" says token '"up":true'
stop token
tests/jwt $me -60 >"$T/password"
channel expired keep
ok "an expired one is refused, and told" says expired 'refuses the login of office@league.example.*"up":false'
stop expired
printf pw >"$T/password"
config stranger "$start_at"
sed -i "s|$CA|$OTHER_CA|" "$T/stranger.json"
channel stranger keep
ok "a certificate of another CA is refused" says stranger 'certificate verification failed.*"up":false'
not_ok "and nothing is said to that server" grep -q '"up":true\|"line"' "$T/stranger.out"
stop stranger
# shellcheck disable=SC2016  # the inner shell expands
trusting=(unshare -rm sh -c 'mount -t tmpfs none /etc/ssl/certs && cp "$0" /etc/ssl/certs/our-own.pem && exec "$@"' "$CA")
if "${trusting[@]}" true 2>/dev/null; then
    INSIDE=("${trusting[@]}")
    cp "$T/stranger.json" "$T/trusted.json"
    channel trusted keep
    INSIDE=()
    ok "also where the system trusts it: ca_file names all that are trusted" says trusted 'certificate verification failed.*"up":false'
    stop trusted
else
    skip "also where the system trusts it" "no mount namespace of our own here"
fi
config wrong "$start_at"
printf no >"$T/password"
refused=$(grep -c 'auth failed' "$(dirname "$MAILDIR")/dovecot.log")
channel wrong keep
ok "a wrong password is told in the server's words" says wrong '"text":"localhost:[0-9]* refuses the login of office@league.example: NO .*AUTHENTICATIONFAILED'
refusals() { test "$(grep -c 'auth failed' "$(dirname "$MAILDIR")/dovecot.log")" -ge $((refused + $1)); }
ok "and tried again" wait_for 20 refusals 3
equal "but told once" 1 "$(count wrong '"up":false')"
printf pw >"$T/password"
ok "until it is right" says wrong '"up":true' 15
stop wrong
equal "no half-written file is left" "" "$(find "$T/incoming" -name '.*.part')"

# --- servers that can less: the same Dovecot behind a relay that leaves words out of its capabilities, or cuts it short
relay() { # NAME WORDS CUT: sets PORT
    perl tests/system/relay.pl "$T/$1.port" "$IMAP" "$2" "$3" >/dev/null 2>"$T/relay_$1.log" &
    PID_OF[relay_$1]=$!
    wait_for 5 test -s "$T/$1.port"
    PORT=$(cat "$T/$1.port")
}
next() { imap "imaps://$HOST:$IMAPS/" -X "STATUS INBOX (UIDNEXT UIDVALIDITY)" | sed -n "s/.*$1 \([0-9]*\).*/\1/p"; }
from_here() { printf '"uidvalidity":%s,"next_uid":%s,"since_at":1' "$(next UIDVALIDITY)" "$(next UIDNEXT)"; }
rm -f "$T"/incoming/*
relay nomove MOVE 0
config copy "$(from_here)" "\"port\":$PORT,\"tls\":\"none\""
channel copy keep
says copy '"line".*Junk'
put "by copy"
ok "without MOVE: copied, and expunged by UID" says copy '"how":"copy"'
stop copy
imap "imaps://$HOST:$IMAPS/INBOX" -X 'UID SEARCH SUBJECT "by copy"' >"$T/search"
not_ok "it is gone from the mailbox" grep -q 'SEARCH [0-9]' "$T/search"
relay nothing "MOVE UIDPLUS IDLE QUOTA" 0
config keyword "$(from_here)" "\"port\":$PORT,\"tls\":\"none\""
channel keyword keep
says keyword '"line".*Junk'
put "by keyword"
ok "without UIDPLUS: a keyword; without IDLE: polled" says keyword '"how":"keyword"'
contains "the quota is unknown" '"quota_limit":-1' "$T/keyword.out"
stop keyword
imap "imaps://$HOST:$IMAPS/INBOX" -X 'UID SEARCH KEYWORD $TaamimKept UNSEEN SUBJECT "by keyword"' >"$T/search"
ok "the message is there, marked, unread" grep -q 'SEARCH [0-9]' "$T/search"

here=$(from_here)
{ printf 'Subject: cut\r\n\r\n'; head -c 2000000 /dev/zero | tr '\0' 'x' | fold -w 70 | sed 's/$/\r/'; } >"$T/cut"
expected=$(sha256sum <"$T/cut" | cut -d' ' -f1)
chmod 666 "$T/cut"
cp -p "$T/cut" "$MAILDIR/$me/Maildir/new/cut.test"
put "after the cut"
relay cut "" 1000000
config cut "$here" "\"port\":$PORT,\"tls\":\"none\""
channel cut keep
ok "a connection that breaks inside a message is told" says cut 'closed the connection.*"up":false' 20
ok "the message comes whole with the next one" says cut "\"sha256\":\"$expected\"" 20
ok "and those after it" wait_for 10 sh -c "[ \$(grep -c '\"how\":\"move\"' '$T/cut.out') = 2 ]"
stop cut
here=$(from_here)
cp -p "$T/cut" "$MAILDIR/$me/Maildir/new/long.test"
put "after the long one"
config long "$here"
sed -i 's/"max_bytes":[0-9]*/"max_bytes":1000000/' "$T/long.json"
channel long keep
ok "a message that is too long is left and told" says long '"left".*longer than is collected'
ok "the next one is collected" says long '"how":"move"'
ok "the line is above both" says long "\"line\".*INBOX.*\"next_uid\":$(next UIDNEXT)"
stop long
equal "no half-written file is left" "" "$(find "$T/incoming" -name '.*.part')"
