#!/bin/bash
# The private servers themselves: what the other system tests take for granted.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
servers office@league.example:pw focal@jordan.example:pw left@egypt.example:x:gone slow@egypt.example:x:busy

send() { # port from to, more swaks arguments
    local port=$1 from=$2 to=$3
    shift 3
    swaks --silent 2 --server "127.0.0.1:$port" -f "$from" -t "$to" "$@"
}
login=(-tls --tls-ca-path "$CA" --tls-verify -au focal@jordan.example -ap pw)
imap() { curl -sS --max-time 20 "$@"; }

ok "mail by submission is taken" send "$SUBMISSION" focal@jordan.example office+token@league.example "${login[@]}" --header "Subject: verified"
ok "it reaches the address without its token" wait_for 10 mail_with office@league.example "Subject: verified"
contains "the server vouches for it" "Authentication-Results: mail.test; dmarc=pass header.from=jordan.example" \
    "$(mail_with office@league.example 'Subject: verified')"
not_ok "submission refuses who does not log in" send "$SUBMISSION" focal@jordan.example office@league.example
not_ok "submission refuses a wrong password" send "$SUBMISSION" focal@jordan.example office@league.example -tls -au focal@jordan.example -ap no

ok "mail from outside is taken" send "$SMTP" focal@jordan.example office@league.example --header "Subject: plain"
ok "mail that fails DMARC is taken" send "$SMTP_FAIL" focal@jordan.example office@league.example --header "Subject: forged"
ok "both arrive" wait_for 10 mail_with office@league.example "Subject: forged"
contains "the forged one is marked" "dmarc=fail header.from=jordan.example" "$(mail_with office@league.example 'Subject: forged')"
wait_for 10 mail_with office@league.example "Subject: plain"
not_ok "the plain one is not" grep -q Authentication-Results "$(mail_with office@league.example 'Subject: plain')"

not_ok "an unknown user is refused" send "$SMTP" focal@jordan.example nobody@league.example
contains "with 550" "550 5.1.1" "$T/.said"
not_ok "another domain is refused" send "$SMTP" focal@jordan.example someone@elsewhere.example
not_ok "a busy mailbox is refused" send "$SMTP" focal@jordan.example slow@egypt.example
contains "for now, with 450" "450 4.2.1" "$T/.said"
ok "mail to an address that is gone is taken" send "$SUBMISSION" focal@jordan.example left@egypt.example "${login[@]}"
ok "and a bounce comes back" wait_for 20 mail_with focal@jordan.example "Undelivered Mail Returned to Sender"

ok "IMAP with TLS" imap --cacert "$CA" -u office@league.example:pw "imaps://$HOST:$IMAPS/"
contains "has a Junk folder" "Junk" "$T/.said"
ok "IMAP with STARTTLS" imap --cacert "$CA" --ssl-reqd -u office@league.example:pw "imap://$HOST:$IMAP/"
not_ok "another CA's word is not taken" imap --cacert "$OTHER_CA" -u office@league.example:pw "imaps://$HOST:$IMAPS/"
not_ok "a wrong password is refused" imap --cacert "$CA" -u office@league.example:no "imaps://$HOST:$IMAPS/"
ok "a token opens the mailbox" imap --cacert "$CA" --oauth2-bearer "$(tests/jwt office@league.example)" -u office@league.example: "imaps://$HOST:$IMAPS/"
not_ok "an expired one does not" imap --cacert "$CA" --oauth2-bearer "$(tests/jwt office@league.example -60)" -u office@league.example: "imaps://$HOST:$IMAPS/"
ok "the quota is told" imap --cacert "$CA" -u office@league.example:pw "imaps://$HOST:$IMAPS/" -X "GETQUOTAROOT INBOX"
contains "with its limit" "STORAGE" "$T/.said"

printf '%s/' "$T/servers" >"$T/pattern" # in a file, so that no searching process carries it in its own command line
running() { [ -n "$(grep -lasFf "$T/pattern" /proc/[0-9]*/cmdline)" ]; }
ok "both run" running
ok "they stop" tests/servers down "$T/servers"
not_ok "and nothing of them is left running" running
