# shellcheck shell=bash
# shellcheck disable=SC2034  # the files beside use what is set here
# What the demo stands on: its folder, the private servers, the programs it runs, and how it speaks.
#
#   D         the folder of this demo; everything lies in it
#   say STEP TEXT        one line of the story, with the seconds since the start; more TEXT goes on below it
#   expect TEXT command  a result that must hold; told only when it does not, and counted
#   equal TEXT WANT GOT  the same for two values
#   patiently SECONDS command   waits until it succeeds; slow machines get more time
#   officer args         `taamim args` as the officer runs it; its words are in $D/log/officer
#   stop DIR             stops what a demo left running

PASSWORD=delegation FAILURES=() HELD_TRUE=0 PACE=1
SECRETARIAT=circulars@secretariat.example
OFFICER_AR=duty.officer@secretariat.example OFFICER_EN=registry@secretariat.example
OTHER_WRITER=bookshop@press.example # somebody who writes to the secretariat about something else

BEGAN=${EPOCHREALTIME//[!0-9]/}
elapsed() { local us=$((${EPOCHREALTIME//[!0-9]/} - BEGAN)); printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10)); }
say() { printf '%6s s  %-10s %s\n' "$(elapsed)" "$1" "$2"; }
more() { printf '%8s  %-10s %s\n' "" "" "$1"; }
die() { echo "demo: $*" >&2; exit 1; }

expect() {
    local text=$1
    shift
    if "$@" >"$D/log/last" 2>&1; then HELD_TRUE=$((HELD_TRUE + 1)); return 0; fi
    FAILURES+=("$text")
    say "NOT SO" "$text"
    tail -n 4 "$D/log/last" | sed 's/^/                     /'
    return 1
}
equal() { expect "$1" same "$2" "$3"; }
same() { [ "$1" = "$2" ] || { echo "wanted: $1"; echo "is:     $2"; return 1; }; }

patiently() {
    local end=$((SECONDS + $1 * PACE))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep .2
    done
}

# Root runs the daemon as nobody, to whom the mailboxes belong then.
AS=()
[ "$(id -u)" != 0 ] || AS=(setpriv --reuid=65534 --regid=65534 --clear-groups --)

make_folder() {
    local p
    D=$(mktemp -d "${TMPDIR:-/tmp}/taamim-demo.XXXXXX")
    chmod 755 "$D"
    mkdir -p "$D"/{bin,etc/rounds,etc/documents,log,mail,replies,state,preview,export}
    for p in taamimd taamim taamim-collect taamim-send taamim-parse; do
        [ -x "$BUILD/$p" ] || die "there is no $BUILD/$p: run make first"
        cp "$BUILD/$p" "$D/bin/"
    done
    cp -R templates "$D/etc/templates"
    "$D/bin/taamim" --help >/dev/null 2>&1 || die "programs cannot be run from $D: set TMPDIR to a folder where they can"
}
hand_over() { [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$D"/{etc,state,preview,export}; }

start_servers() {
    tests/servers up "$D/mail" || die "the private mail servers did not start"
    # shellcheck disable=SC1091
    . "$D/mail/env"
}

start_daemon() {
    (exec setsid "${AS[@]}" env HOME="$D" "$D/bin/taamimd" -c "$D/etc/taamim.conf" </dev/null >"$D/log/taamimd" 2>&1) &
    echo $! >"$D/taamimd.pid"
    patiently 10 grep -q ready "$D/log/taamimd" && is_daemon "$(cat "$D/taamimd.pid")" "$D"
}
is_daemon() { [ -n "$1" ] && grep -qaF "$2/bin/taamimd" "/proc/$1/cmdline" 2>/dev/null; }
stop_daemon() { # folder: true when it stopped by itself within 5 seconds
    local pid i
    pid=$(cat "$1/taamimd.pid" 2>/dev/null)
    is_daemon "$pid" "$1" || return 0
    kill "$pid"
    for ((i = 0; i < 50; i++)); do is_daemon "$pid" "$1" || return 0; sleep .1; done
    kill -KILL "$pid"
    return 1
}
stop() {
    [ -d "$1/mail" ] || die "$1 is no demo's folder"
    stop_daemon "$1" || echo "demo: the daemon did not stop by itself" >&2
    tests/servers down "$1/mail"
}

taamim() { "${AS[@]}" env HOME="$D" "$D/bin/taamim" --config "$D/etc/taamim.conf" "$@"; }
officer() {
    local code
    { echo "\$ taamim $*"; taamim "$@" </dev/null; } >"$D/log/said" 2>&1
    code=$?
    cat "$D/log/said" >>"$D/log/officer"
    tail -n 3 "$D/log/said"
    return $code
}

# --- the register and the mailboxes ------------------------------------------------------------------------------------
# One contact a line: CODE ROLE ADDRESS LANGUAGE, out of the register file.
read_contacts() {
    perl -0777 -ne 's/^\s*(#|\/\/).*$//mg; my $code;
        while (/\bcode\s*=\s*"(\w+)"|\{([^{}]*\brole\s*=[^{}]*)\}/g) {
            if (defined $1) { $code = $1; next }
            my %v = $2 =~ /(\w+)\s*=\s*"([^"]*)"/g;
            print join(" ", $code, $v{role}, $v{address}, $v{language} // "ar"), "\n";
        }' "$1"
}
contact() { awk -v code="$1" -v role="$2" '$1 == code && $2 == role { print $3; exit }' "$D/contacts"; }
asked() { awk -v code="$1" '$1 == code && ($2 == "mission" || $2 == "focal_point") { print $3 }' "$D/contacts"; }
language_of() { awk -v address="$1" '$3 == address { print $4; exit }' "$D/contacts"; }

look() { perl tests/demo/mail.pl "$@"; }
messages() { find "$MAILDIR/$1/Maildir${2:+/.$2}"/{new,cur} -type f 2>/dev/null | sort; }
mail_of_kind() { # address kind: the files, oldest first
    local files
    mapfile -t files < <(messages "$1")
    [ ${#files[@]} = 0 ] || grep -lixE "X-Taamim-Loop: $2"$'\r?' "${files[@]}"
}
count_kind() { mail_of_kind "$1" "$2" | wc -l; }
