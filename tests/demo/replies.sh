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
#   out_of_office TEXT         what a mail system answers by itself
# Every one is false, with the program's words in $D/log/replies, when the mail was not taken.

notice_of() {
    local mail
    FROM=$(contact "$1" "$2")
    mail=$(mail_of_kind "$FROM" notice | head -n 1)
    [ -n "$mail" ] || { echo "no notice in the mailbox of $FROM" >&2; return 1; }
    TO=$(look header Reply-To "$mail" | sed -n 's/.*<\(.*\)>.*/\1/p; t; p')
    ID=$(look header Message-ID "$mail")
    SUBJECT="Re: $(look header Subject "$mail")"
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
    *.zip) echo application/zip ;;
    esac
}
heard() { "$@" >>"$D/log/replies" 2>&1; }
swaks_to_server() { heard swaks --server "127.0.0.1:$PORT" -f "$FROM" -t "$TO" "${AUTH[@]}" "$@"; }
encoded() { look encode "$1"; }

by_swaks() {
    local args f
    args=(--h-From "<$FROM>" --h-Subject "$(encoded "$SUBJECT")" --add-header "In-Reply-To: $ID" --add-header "References: $ID")
    args+=(--attach-type "text/plain; charset=UTF-8" --attach-body "$1")
    shift
    for f in "$@"; do args+=(--attach-type "$(type_of "$f")" --attach-name "$(basename "$f")" --attach "@$f"); done
    swaks_to_server "${args[@]}"
}

by_mutt() {
    local draft=$D/log/mutt.draft rc=$D/log/mutt.rc text=$1
    shift
    cat >"$rc" <<RC
set smtp_url="smtp://${FROM/@/%40}@localhost:$PORT/" smtp_pass="$PASSWORD"
set ssl_starttls=yes ssl_force_tls=yes certificate_file="$CA"
set from="$FROM" use_envelope_from=yes realname="" copy=no charset=utf-8 send_charset="us-ascii:${CHARSET:-utf-8}"
RC
    printf '%s\n' "From: $FROM" "To: $TO" "Subject: $SUBJECT" "In-Reply-To: $ID" "References: $ID" "" "$text" >"$draft"
    [ $# = 0 ] || set -- -a "$@"
    heard env HOME="$D/log" LC_ALL=C.UTF-8 mutt -n -F "$rc" -H "$draft" "$@" -- </dev/null
}

by_snail() {
    local text=$1 args=() f
    shift
    for f in "$@"; do args+=(-a "$f"); done
    printf '%s\n' "From: $FROM" "To: $TO" "Subject: $SUBJECT" "In-Reply-To: $ID" "References: $ID" "" "$text" |
        heard env HOME="$D/log" LC_ALL=C.UTF-8 s-nail -:/ -t -S v15-compat -S "mta=smtp://${FROM/@/%40}:$PASSWORD@localhost:$PORT" \
            -S smtp-use-starttls -S smtp-auth=plain -S DEAD=/dev/null -S tls-verify=strict -S tls-ca-no-defaults -S "tls-ca-file=$CA" -S "from=$FROM" \
            -S ttycharset=utf-8 -S sendcharsets=utf-8 -S sendwait "${args[@]}"
}

by_hand() {
    local mail=$D/log/by-hand.eml text=$1 name f
    shift
    {
        printf '%s\n' "From: <$FROM>" "To: <$TO>" "Date: $(date -R)" "Message-ID: <$RANDOM.$$.$(date +%s%N)@${FROM#*@}>" \
            "Subject: $(encoded "$SUBJECT")" "In-Reply-To: $ID" "References: $ID" "MIME-Version: 1.0" \
            'Content-Type: multipart/mixed; boundary="=-paper"' "" \
            "--=-paper" "Content-Type: text/plain; charset=UTF-8" "Content-Transfer-Encoding: 8bit" "" "$text"
        for f in "$@"; do
            name=$(encoded "$(basename "$f")")
            printf '%s\n' "--=-paper" "Content-Type: $(type_of "$f"); name=\"$name\"" \
                "Content-Disposition: attachment; filename=\"$name\"" "Content-Transfer-Encoding: base64" ""
            base64 "$f"
        done
        echo "--=-paper--"
    } >"$mail"
    swaks_to_server --data "@$mail"
}

out_of_office() { # text
    swaks_to_server --h-From "<$FROM>" --h-Subject "$(encoded "Automatic reply: ${SUBJECT#Re: }")" --add-header "In-Reply-To: $ID" \
        --add-header "Auto-Submitted: auto-replied" --add-header "Content-Type: text/plain; charset=UTF-8" --body "$1"
}
