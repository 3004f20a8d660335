#!/bin/bash
# How `taamim check` ends: in "ready", or in the list of what to do, with the place and the remedy of each.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
office=circulars@secretariat.example officer=duty.officer@secretariat.example
servers $office:pw $officer:pw
settings <<E
metrics = { file = "$T/figures.prom"; every_s = 5; };
E
printf 'parties = (\n%s\n);\n' "$(party JO الأردن focal@labour.jo.example ar)" >"$T/etc/delegations.conf"
conf=$T/etc/taamim.conf
cp "$conf" "$T/right"
# with this change of the configuration
checked() { sed "$1" "$T/right" >"$conf"; taamim check >"$T/said" 2>&1; }
list() { sed -n '/^To do:$/,$p' "$T/said"; }
# The list is the last that is said; each thing in it is numbered and has its place and what to do.
is_list() {
    list | awk 'NR == 1 { next } /^ *[0-9]+\. / { if ($1 + 0 != ++n) bad = 1; next } /^       where  / { where++; next }
        /^       do     / { how++; next } { bad = 1 } END { exit bad || !n || where != n || how != n }'
}
item() { list | grep -A2 -F -- "$1" >"$T/item" && grep -qF -- "where  $2" "$T/item" && grep -qF -- "do     $3" "$T/item"; } # what where how

ok "all is well" checked ''
equal "the last line is" ready "$(tail -n 1 "$T/said")"
equal "and there is no list" "" "$(list)"

not_ok "a wrong host, a mailbox that is none, a group that is none" checked \
    "s|port = $SUBMISSION|port = 1|; s|authserv_id|mailboxes = [ \"INBOX\", \"Nowhere\" ]; &|; s|paths = {|& papers_group = \"nobody-at-all\";|"
ok "end in a list" is_list
ok "with the server" item "SMTP $HOST:1" "smtp in $conf" "host, port"
ok "the mailbox" item "mailbox Nowhere" "imap.mailboxes in $conf" "make that folder"
ok "and the group" item "no group 'nobody-at-all'" "paths.papers_group in $conf" "addgroup nobody-at-all"
equal "which are all" 3 "$(list | grep -c '^ *[0-9]*\. ')"
not_ok "not in ready" grep -qx ready "$T/said"

not_ok "a scanner that is not there" checked "\$a filing = { scanner = \"$T/no-scanner\"; };"
ok "is in it" item "virus scanner" "filing.scanner in $conf" "systemctl enable --now clamav-daemon"

not_ok "settings that are wrong" checked 's/zone = /zoen = /'
ok "end in a list too" is_list
ok "with file and line" item "unknown setting 'zoen'" "$conf:$(grep -n zoen "$conf" | cut -d: -f1)" "sudoedit $conf"
rm "$conf"
not_ok "and without any" taamim check
taamim check >"$T/said" 2>&1
ok "there is one too" is_list

cp "$T/right" "$conf"
start taamimd "$BIN/taamimd" -c "$conf"
ok "the daemon writes its figures" wait_for 10 test -s "$T/figures.prom"
ok "which are seen" checked ''
contains "as such" "figures $T/figures.prom" "$T/said"
contains "and that it runs" "the daemon runs" "$T/said"
sed -i 's/^metrics = .*/metrics = { file = "\/nowhere\/figures.prom"; };/' "$T/right"
not_ok "figures that do not come" checked ''
ok "are to do" item "writes no figures" "metrics.file in $conf" "systemctl reload taamimd"
