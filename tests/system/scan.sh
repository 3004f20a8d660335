#!/bin/bash
# A real clamd beside a real round: what it finds is not filed and told, what it passes is filed; while it is away nothing is filed, and once it is
# back what waited is. Its signature is one of our own. It runs as whoever runs this; freshclam is not asked.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
for p in taamimd taamim taamim-collect taamim-send taamim-parse taamim-scan; do
    [ -x "$BIN/$p" ] || { skip "the virus scanner" "there is no $p"; exit 0; }
done
CLAMD=$(PATH=$PATH:/usr/sbin command -v clamd) || { skip "the virus scanner" "there is no clamd"; exit 0; }
office=office@league.example jordan=focal@labour.jo.example officer=duty@league.example
servers $office:pw $jordan:pw $officer:pw
ref=TEST/2026/09

# --- clamd ---------------------------------------------------------------------------------------------------------------
mkdir -p "$T/etc" "$T/state" "$T/sent" "$T/clamav"
virus='taamim-test-virus-0123456789abcdef'
printf 'Taamim.Test.Virus-1:0:*:%s\n' "$(printf %s "$virus" | od -An -v -tx1 | tr -d ' \n')" >"$T/clamav/taamim.ndb"
cat >"$T/etc/clamd.conf" <<E
DatabaseDirectory $T/clamav
LocalSocket $T/clamd.ctl
LogFile $T/clamd.own.log
Foreground yes
StreamMaxLength 1M
User $(id -un)
E
cp "$CLAMD" "$T/clamd" # under its own name AppArmor, where it is on, lets it read no other folder than the system's
clamd_starts() { start clamd "$T/clamd" -c "$T/etc/clamd.conf" && wait_for 30 test -S "$T/clamd.ctl"; }
clamd_starts
result $? "clamd starts with a signature of our own" "$T/clamd.log"

# --- settings ------------------------------------------------------------------------------------------------------------
settings <<E
sending = { rate_per_minute = 600; };
filing = { scanner = "$T/clamd.ctl"; };
office = { alert_every_s = 1; receipt_every_s = 1; unreachable_after_s = 2; };
E
printf 'parties = (\n%s\n);\n' "$(party JO الأردن $jordan en)" >"$T/etc/delegations.conf"
round_file
papers() { find "$T/state/papers" -type f 2>/dev/null | wc -l; }
papers_are() { [ "$(papers)" = "$1" ]; }
sends() { # text file ...
    local text=$1 f
    local -a with=()
    shift
    for f in "$@"; do with+=(--attach-name "$f" --attach "@$T/sent/$f"); done
    swaks --silent 2 --server "127.0.0.1:$SUBMISSION" -tls --tls-verify --tls-ca-path "$CA" -au $jordan -ap pw -f $jordan -t "$to" \
        --h-From "<$jordan>" --h-Subject "Re: $ref" --add-header "In-Reply-To: $id" --body "$text" "${with[@]}"
}
told() { # address text: in any mail there, however its parts are encoded
    local f
    for f in $(mailbox "$1"); do
        perl -MMIME::QuotedPrint -MMIME::Base64 -0777 -ne 'print decode_qp($_);
            print decode_base64($1) while /\n\r?\n((?:[A-Za-z0-9+\/=]{4,76}\r?\n)+)/g' "$f" | tr -d '\r' | tr '\n' ' ' | grep -qF -- "$2" && return 0
    done
    return 1
}
look() { # file command ...: what it says is kept
    local file=$1
    shift
    taamim "$@" >"$T/$file"
}

# --- it is there ---------------------------------------------------------------------------------------------------------
ok "check is content" look check check
contains "and tells clamd's version" "virus scanner $T/clamd.ctl: ClamAV" "$T/check"
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon is ready" wait_for 10 grep -q ready "$T/daemon.log"
ok "the round is launched" taamim round launch "$T/etc/round.conf" --yes
ok "the notice reaches the delegation" wait_for 15 mail_with $jordan "X-Taamim-Loop: notice"
notice=$(mail_with $jordan "X-Taamim-Loop: notice")
to=$(sed -n 's/^Reply-To:.*<\(.*\)>\r\{0,1\}$/\1/p' "$notice")
id=$(sed -n 's/^Message-ID: *\(<.*>\)\r\{0,1\}$/\1/p' "$notice")

printf 'a clean paper\n' >"$T/sent/clean.txt"
printf 'before %s behind\n' "$virus" >"$T/sent/sick.txt"
(cd "$T/sent" && zip -q inside.zip sick.txt)
ok "a clean paper, a sick one and one that hides it are sent" sends "All." clean.txt sick.txt inside.zip
ok "the clean one is filed" wait_for 20 papers_are 1
equal "and it is that one" clean.txt "$(find "$T/state/papers" -type f -printf '%f')"
equal "nothing sick lies where people look" "" "$(grep -rlF -e "$virus" -e sick.txt "$T/state/papers" "$T/state/held" "$T/state/staging" 2>/dev/null)"
equal "the raw mail lies in the archive" 1 "$(find "$T/state/archive" -type f -exec grep -lF 'name="inside.zip"' {} + | wc -l)"
equal "which is the daemon's alone" 700 "$(stat -c %a "$T/state/archive")"
ok "the sender reads what was found" wait_for 20 told $jordan "Taamim.Test.Virus-1"
ok "the officer, too" wait_for 20 told $officer "Taamim.Test.Virus-1"

head -c 2000000 /dev/urandom >"$T/sent/long.bin"
ok "a file longer than clamd takes is sent" sends "Long." long.bin
held() { look held reply list --held --json && grep -q '"id"' "$T/held"; }
ok "it is held" wait_for 20 held
n=$(grep -o '"id": *[0-9]*' "$T/held" | head -n 1 | tr -dc 0-9)
ok "the officer reads why" wait_for 20 told $officer "StreamMaxLength"
ok "an officer may take it all the same" look accepted reply accept "$n"
contains "and hears that it was not scanned" "not scanned for viruses" "$T/accepted"
equal "it is filed then" 2 "$(papers)"

# --- it is away ----------------------------------------------------------------------------------------------------------
ok "clamd ends" stop clamd
printf 'another clean paper\n' >"$T/sent/later.txt"
ok "a paper comes meanwhile" sends "Later." later.txt
ok "the officer hears that it waits" wait_for 40 told $officer "the virus scanner cannot be reached"
equal "nothing is filed unscanned" 2 "$(papers)"
not_ok "check is not content" look check check
contains "and says what to do" "enable --now clamav-daemon" "$T/check"
ok "status is read" look status status
contains "and says so" "The virus scanner is away" "$T/status"
stop daemon
start daemon "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the daemon starts without it" wait_for 10 grep -q ready "$T/daemon.log"
equal "and files nothing for that" 2 "$(papers)"
clamd_starts
result $? "clamd starts again" "$T/clamd.log"
ok "what waited is filed" wait_for 40 papers_are 3
ok "the officer hears that it is back" wait_for 20 told $officer "the virus scanner is back"

# --- it goes out of the configuration, and comes back --------------------------------------------------------------------
reload() { # expected number of reloads by now
    kill -HUP "${PID_OF[daemon]}" && wait_for 10 sh -c "[ \$(grep -c 'reloaded config=' '$T/daemon.log') -ge $1 ]"
}
ok "clamd ends" stop clamd
cp "$T/etc/taamim.conf" "$T/etc/with"
sed -i '/^filing = /d' "$T/etc/taamim.conf"
ok "the scanner is taken out" reload 1
equal "and its child ends" "" "$(sleep 1; pgrep -P "${PID_OF[daemon]}" taamim-scan)"
printf 'a paper that nobody scans\n' >"$T/sent/fourth.txt"
ok "a paper comes" sends "Fourth." fourth.txt
ok "it is filed as it comes" wait_for 20 papers_are 4
cp "$T/etc/with" "$T/etc/taamim.conf"
ok "the scanner is configured again" reload 2
printf 'a paper that waits\n' >"$T/sent/fifth.txt"
ok "a paper comes" sends "Fifth." fifth.txt
ok "it is collected" wait_for 20 sh -c "ls '$T/state/incoming' | grep -q ."
equal "and waits" 4 "$(sleep 2; papers)"
clamd_starts
result $? "clamd starts once more" "$T/clamd.log"
ok "it is filed" wait_for 40 papers_are 5
ok "the daemon stops" stop daemon
