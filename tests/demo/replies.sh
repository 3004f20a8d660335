# shellcheck shell=bash
# Delegations that answer, with the mail programs that people use. A reply answers the notice as it lies in the
# delegation's own mailbox: to its Reply-To, with its Message-ID in In-Reply-To.
#
#   notice_of CODE ROLE        the delegation opens its notice: sets FROM TO ID SUBJECT, and how it sends (logged in)
#   from_outside PORT          what follows goes to the mail server as from elsewhere, without login
#   by_swaks TEXT FILE ...     swaks; the names of attachments as raw UTF-8
#   by_mutt TEXT FILE ...      mutt; names as RFC 2231; CHARSET is what it may write in (default utf-8)
#   by_snail TEXT FILE ...     s-nail
#   by_hand TEXT FILE ...      a program that writes names as RFC 2047 words in filename=, as many do; swaks carries it
# Every one is false, with the program's words in $D/log/replies, when the mail was not taken.

notice_of() {
    local mail
    FROM=$(contact "$1" "$2")
    mail=$(mail_of_kind "$FROM" notice | head -n 1)
    [ -n "$mail" ] || { echo "no notice in the mailbox of $FROM" >&2; return 1; }
    TO=$(perl tests/demo/mail.pl header Reply-To "$mail" | sed -n 's/.*<\(.*\)>.*/\1/p; t; p')
    ID=$(perl tests/demo/mail.pl header Message-ID "$mail")
    SUBJECT="Re: $(perl tests/demo/mail.pl header Subject "$mail")"
    logged_in "$FROM"
}
logged_in() { PORT=$SUBMISSION AUTH=(-tls --tls-verify --tls-ca-path "$CA" -au "$1" -ap "$PASSWORD"); }
from_outside() { PORT=$1 AUTH=(); }

type_of() {
    case $1 in
    *.pdf) echo application/pdf ;;
    *.docx) echo application/vnd.openxmlformats-officedocument.wordprocessingml.document ;;
    *.tif) echo image/tiff ;;
    *.png) echo image/png ;;
    esac
}
heard() { "$@" >>"$D/log/replies" 2>&1; }
swaks_to_server() { heard swaks --server "127.0.0.1:$PORT" -f "$FROM" -t "$TO" "${AUTH[@]}" "$@"; }
encoded() { perl tests/demo/mail.pl encode "$1"; }

by_swaks() {
    local args=(--h-From "<$FROM>" --h-Subject "$(encoded "$SUBJECT")" --add-header "In-Reply-To: $ID" --add-header "References: $ID") f
    args+=(--attach-type "text/plain; charset=UTF-8" --attach-body "$1")
    shift
    for f in "$@"; do args+=(--attach-type "$(type_of "$f")" --attach-name "$(basename "$f")" --attach "@$f"); done
    swaks_to_server "${args[@]}"
}

by_mutt() {
    local draft=$D/replies/mutt.draft rc=$D/replies/mutt.rc text=$1
    shift
    cat >"$rc" <<E
set smtp_url="smtp://${FROM/@/%40}@localhost:$PORT/" smtp_pass="$PASSWORD"
set ssl_starttls=yes ssl_force_tls=yes ssl_ca_certificates_file="$CA"
set from="$FROM" use_envelope_from=yes copy=no charset=utf-8 send_charset="us-ascii:${CHARSET:-utf-8}"
