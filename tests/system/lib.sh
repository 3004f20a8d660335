# shellcheck shell=bash
# Help for tests/system/*.sh: source it first. It goes to the project's top, makes a folder T that is removed at the end (left and named when
# KEEP is set), and stops the servers and programs that were started through it.
#
#   . "$(dirname "$0")/lib.sh"
#   servers 'office@league.example:pw' 'focal@jordan.example:pw'     private Postfix and Dovecot; sets HOST SMTP ... (tests/servers)
#   start NAME program args                                           in the background, output in $T/NAME.log, stopped at the end
#   stop NAME [SECONDS]                                               TERM and wait; false when it had to be killed
#   ok TEXT command args      not_ok TEXT command args                a result: the command succeeds / fails
#   equal TEXT WANT GOT       contains TEXT WANT FILE
#   skip TEXT why             wait_for SECONDS command args
#   mailbox ADDRESS [FOLDER]  the files of a mailbox, one a line      mails ADDRESS [FOLDER]  their number
#   mail_with ADDRESS TEXT    the first message that contains TEXT
#   settings                  $T/etc/taamim.conf of $office with $officer, on these servers; groups that differ come on stdin
#   party CODE NAME ADDRESS LANGUAGE   a state for the register          round_file [LINE]   $T/etc/round.conf of $ref, to all states
#   taamim args               the command line on these settings
#   answers ADDRESS           from here on that delegation answers its notice, as a delivery agent would leave it (INBOX):
#   reply_with NAME BYTES     a reply with a paper, which is kept in $T/papers too      sums DIR   what lies there, with hashes
# Failures print what the command said, as TAP comments. The file's exit code says whether all went well.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
BUILD=${BUILD:-build}
BIN=$(cd "$BUILD" 2>/dev/null && pwd) || { echo "not ok - there is no $BUILD"; exit 1; }
T=$(mktemp -d "${TMPDIR:-/tmp}/taamim-test.XXXXXX")
chmod 755 "$T"
declare -A PID_OF=()
FAILED=0 SERVERS_UP=
export BIN T

# shellcheck disable=SC2317  # called by the trap
finish() {
    local name
    trap - EXIT
    for name in "${!PID_OF[@]}"; do stop "$name" 10 || true; done
    [ -z "$SERVERS_UP" ] || tests/servers down "$T/servers"
    if [ -n "${KEEP:-}" ]; then echo "# left: $T"; else rm -rf "$T" 2>/dev/null || sudo -n rm -rf "$T"; fi
    exit $((FAILED > 0))
}
trap finish EXIT
trap 'FAILED=1; exit 1' INT TERM

result() { # code text [file to show]
    if [ "$1" = 0 ]; then echo "ok - $2"; return 0; fi
    FAILED=$((FAILED + 1))
    echo "not ok - $2"
    [ -z "${3:-}" ] || tail -n 20 "$3" | sed 's/^/# /'
    return 1
}
ok() { local t=$1 c; shift; "$@" >"$T/.said" 2>&1; c=$?; result $c "$t" "$T/.said"; }
not_ok() { local t=$1 c; shift; "$@" >"$T/.said" 2>&1; c=$?; result $((c == 0)) "$t" "$T/.said"; }
equal() { printf 'wanted: %s\ngot:    %s\n' "$2" "$3" >"$T/.said"; [ "$2" = "$3" ]; result $? "$1" "$T/.said"; }
contains() { grep -qF -- "$2" "$3" 2>/dev/null; result $? "$1" "$3"; }
skip() { echo "ok - $1 # skip ${2:-}"; }

wait_for() { # seconds command ...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep .1
    done
}

servers() {
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then skip "$(basename "$0")" "Postfix needs root"; exit 0; fi
    mkdir -p "$T/servers"
    printf '%s\n' "$@" >"$T/servers/users.list"
    tests/servers up "$T/servers" || { result 1 "the private servers start"; exit 1; }
    SERVERS_UP=1
    # shellcheck disable=SC1091
    . "$T/servers/env"
}

start() {
    local name=$1
    shift
    : >"$T/$name.log" # at once: nobody finds there what an earlier one of that name has said
    "$@" </dev/null >>"$T/$name.log" 2>&1 &
    PID_OF[$name]=$!
}
stop() {
    local pid=${PID_OF[$1]:-} end=$((SECONDS + ${2:-10}))
    [ -n "$pid" ] || return 0
    unset "PID_OF[$1]"
    kill "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do
        if [ $SECONDS -ge $end ]; then kill -KILL "$pid"; wait "$pid" 2>/dev/null; return 1; fi
        sleep .05
    done
    wait "$pid" 2>/dev/null
    return 0
}

mailbox() {
    local box=$MAILDIR/$1/Maildir
    [ -z "${2:-}" ] || box=$box/.$2
    find "$box/new" "$box/cur" -type f 2>/dev/null | sort
}
mails() { mailbox "$@" | wc -l; }
mail_with() { local files; mapfile -t files < <(mailbox "$1"); [ ${#files[@]} -gt 0 ] && grep -lF -- "$2" "${files[@]}" | head -n 1 | grep .; }

# shellcheck disable=SC2154  # office, officer and ref are the caller's
settings() {
    mkdir -p "$T/etc" "$T/state" "$T/sent"
    (umask 077 && echo pw >"$T/etc/password")
    {
        echo 'secretariat = {'
        sed -n '/^  name = {/,/^  };/p; /^  short_name = {/,/^  };/p' config/taamim.conf
        cat <<E
  address = "$office"; zone = "Africa/Cairo"; working_days = "all"; hours = "all";
};
paths = { state = "$T/state"; register = "delegations.conf"; templates = "$PWD/templates"; libexec = "$BIN"; };
smtp = { host = "$HOST"; port = $SUBMISSION; ca_file = "$CA"; user = "$office"; password_file = "password"; };
imap = { host = "$HOST"; port = $IMAPS; ca_file = "$CA"; user = "$office"; password_file = "password"; authserv_id = "mail.test"; };
officers = ( { address = "$officer"; name = "Duty"; language = "en"; } );
E
        cat
    } >"$T/etc/taamim.conf"
}
party() {
    echo "  { code = \"$1\"; kind = \"state\"; name = { ar = \"$2\"; en = \"$1\"; fr = \"$1\"; }; contacts = ( { role = \"focal_point\"; address = \"$3\"; language = \"$4\"; } ); }"
}
# shellcheck disable=SC2154
round_file() {
    cat >"$T/etc/round.conf" <<E
ref = "$ref"; kind = "papers";
title = { ar = "طلب أوراق"; en = "Call for papers"; fr = "Appel à contributions"; };
text = { ar = "ترجو الأمانة موافاتها بورقة."; en = "A paper is asked for."; fr = "Une contribution est demandée."; };
to = { kinds = [ "state" ]; roles = [ "focal_point" ]; };
${1:-}
deadline = "+1h"; reminders = [ ];
E
}
taamim() { "$BIN/taamim" -c "$T/etc/taamim.conf" "$@" </dev/null; }

answers() { # address
    local notice
    notice=$(mail_with "$1" "X-Taamim-Loop: notice")
    writer=$1
    answer_to=$(sed -n 's/^Reply-To:.*<\(.*\)>\r\{0,1\}$/\1/p' "$notice")
    answered=$(sed -n 's/^Message-ID: *\(<.*>\)\r\{0,1\}$/\1/p' "$notice")
    INBOX=$MAILDIR/$office/Maildir
}

reply_with() { # name bytes
    local file
    file=$(date +%s).$1.test
    mkdir -p "$T/papers"
    { printf '%%PDF-1.4\n%s\n' "$1"; head -c "$2" /dev/urandom; } >"$T/papers/$1.pdf"
    {
        printf '%s\r\n' "Authentication-Results: mail.test; dmarc=pass header.from=${writer#*@}" "From: <$writer>" "To: <$answer_to>" \
            "Date: $(date -R)" "Message-ID: <$1@${writer#*@}>" "In-Reply-To: $answered" "Subject: Re: $ref" "MIME-Version: 1.0" \
            'Content-Type: multipart/mixed; boundary="=-"' "" "--=-" "Content-Type: text/plain" "" "Our paper." "--=-" \
            "Content-Type: application/pdf; name=\"$1.pdf\"" "Content-Disposition: attachment; filename=\"$1.pdf\"" \
            "Content-Transfer-Encoding: base64" ""
        base64 -w 76 "$T/papers/$1.pdf" | sed 's/$/\r/'
        printf '%s\r\n' "--=---"
    } >"$INBOX/tmp/$file"
    [ "$(id -u)" != 0 ] || chown --reference="$INBOX/new" "$INBOX/tmp/$file"
    mv "$INBOX/tmp/$file" "$INBOX/new/$file"
}

sums() { (cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2); }
