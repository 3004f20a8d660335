#!/bin/bash
# Officers as other users of the system: members of papers_group look, export and command; who is not in it can do none of it. The daemon
# runs as an ordinary user too. No mail server is needed: what would be sent stays in the queue.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
if [ "$(id -u)" != 0 ]; then skip "officers" "only root can take other users' places"; exit 0; fi
ref=TEST/2026/01 group=users
gid=$(getent group $group | cut -d: -f3)
if [ -z "$gid" ]; then skip "officers" "this system has no group $group"; exit 0; fi

# Three users by number alone; the first two have $group beside their own group.
DAEMON=(setpriv --reuid 64201 --regid 64201 --groups "64201,$gid" env -u TAAMIM_CONFIG "NOTIFY_SOCKET=$T/notify")
OFFICER=(setpriv --reuid 64202 --regid 64202 --groups "64202,$gid" env -u TAAMIM_CONFIG)
OUTSIDER=(setpriv --reuid 64203 --regid 64203 --groups 64203 env -u TAAMIM_CONFIG)
daemon() { "${DAEMON[@]}" "$@" </dev/null; }
officer() { "${OFFICER[@]}" "$@" </dev/null; }
outsider() { "${OUTSIDER[@]}" "$@" </dev/null; }

# Nothing outside of $T: the sources may lie where others may not go.
mkdir -p "$T/bin" "$T/etc" "$T/var" "$T/given"
cp "$BIN"/taamim* "$T/bin/" 2>/dev/null
cp -R templates "$T/etc/"
chmod -R a+rX "$T/bin" "$T/etc"
install -d -o 64201 -g 64201 -m 750 "$T/var/state" # as a unit with StateDirectoryMode=0750 has left it
install -d -o 64202 -g 64202 "$T/out"
install -d -o 64203 -g 64203 "$T/out.outsider"
settings() { # [a line of paths]
    echo 'secretariat = {'
    sed -n '/^  name = {/,/^  };/p; /^  short_name = {/,/^  };/p' config/taamim.conf
    cat <<C
  address = "office@league.example"; zone = "Africa/Cairo"; working_days = "all"; hours = "all";
};
paths = { state = "$T/var/state"; register = "register/delegations.conf"; templates = "templates"; libexec = "$T/bin"; ${1:-} };
smtp = { host = "127.0.0.1"; port = 9; tls = "none"; auth = "none"; };
imap = { host = "127.0.0.1"; port = 9; tls = "none"; user = "office"; password_file = "password"; };
officers = ( { address = "duty@league.example"; language = "en"; } );
C
}
install -d -o 64201 -g 64201 "$T/etc/register"
party() { # code name
    echo "  { code = \"$1\"; kind = \"state\"; name = { ar = \"$2\"; en = \"$1\"; fr = \"$1\"; }; contacts = ( { role = \"focal_point\"; address = \"focal@$1.example\"; } ); }"
}
printf 'parties = (\n%s,\n%s\n);\n' "$(party JO الأردن)" "$(party TN تونس)" >"$T/etc/register/delegations.conf"
(umask 077 && echo pw >"$T/etc/password" && chown 64201 "$T/etc/password")
settings >"$T/etc/taamim.conf"
cat >"$T/etc/round.conf" <<C
ref = "$ref"; kind = "papers";
title = { ar = "طلب أوراق"; en = "Call for papers"; fr = "Appel à contributions"; };
text = { ar = "ترجو الأمانة موافاتها بورقة."; en = "A paper is asked for."; fr = "Une contribution est demandée."; };
to = { kinds = [ "state" ]; roles = [ "focal_point" ]; };
deadline = "+1h"; reminders = [ ];
C
echo 'the paper of Jordan' >"$T/given/paper.txt"
chmod -R a+rX "$T/etc/taamim.conf" "$T/etc/round.conf" "$T/etc/register" "$T/given"
taamim=("$T/bin/taamim" -c "$T/etc/taamim.conf")
begin() { # name
    start "$1" "${DAEMON[@]}" "$T/bin/taamimd" -c "$T/etc/taamim.conf"
    ok "the daemon is ready ($1)" wait_for 10 grep -q ready "$T/$1.log" || { sed "s|^|# |" "$T/$1.log"; exit 1; }
}

# What systemd would hear.
start notified perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die;
    chmod 0666, $ARGV[0]; $| = 1; my $m; print "$m\n" while defined $s->recv($m, 1000);' "$T/notify"
wait_for 5 test -S "$T/notify"

# --- without a group: the daemon's user alone ------------------------------------------------------------------------------
begin alone
ok "the daemon's user launches a round" daemon "${taamim[@]}" round launch "$T/etc/round.conf" --yes
ok "and files a paper" daemon "${taamim[@]}" reply add "$T/given/paper.txt" --round $ref --party JO --received "$(date +%F)"
not_ok "without papers_group nobody else looks" officer "${taamim[@]}" status
not_ok "nor commands" officer "${taamim[@]}" round remind $ref --party TN
contains "systemd hears that it is ready" "READY=1" "$T/notified.log"
contains "and that the mailbox has not been seen yet" "STATUS=mailbox not reached yet" "$T/notified.log"
ok "and then that it is away" wait_for 10 grep -q "STATUS=mailbox away" "$T/notified.log"
wait_for 5 test -e "$T/var/state/portal/TEST-2026-01/index.html"
ok "it stops" stop alone 10

# --- with one: what was there before is given to it -----------------------------------------------------------------------
settings "papers_group = \"$group\";" >"$T/etc/taamim.conf"
begin shared
looks() { # when
    ok "an officer sees where a round stands ($1)" officer "${taamim[@]}" status $ref
    contains "with its parties" "JO" "$T/.said"
    ok "what is open" officer "${taamim[@]}" status
    ok "the replies" officer "${taamim[@]}" reply list
    contains "with their numbers" "JO" "$T/.said"
    ok "and the story" officer "${taamim[@]}" story $ref
    ok "exports the round" officer "${taamim[@]}" round export $ref "$T/out/$1"
    equal "with the paper" "the paper of Jordan" "$(cat "$T/out/$1"/*/papers/*/paper.txt "$T/out/$1"/*/*/*/paper.txt 2>/dev/null | head -n 1)"
    ok "reads the page of the round" officer test -r "$T/var/state/portal/TEST-2026-01/index.html"
    ok "and a paper where it lies" officer sh -c "cat '$T'/var/state/papers/*/*/paper.txt"
    not_ok "the store is not an officer's to write" officer sh -c ": >>'$T/var/state/taamim.db'"
    not_ok "nor the pages" officer sh -c ": >>'$T/var/state/portal/TEST-2026-01/index.html'"
    not_ok "the archive is closed" officer ls "$T/var/state/archive"
}
keeps_out() { # when
    local f
    not_ok "an outsider does not see where a round stands ($1)" outsider "${taamim[@]}" status $ref
    contains "and hears who may" "papers_group" "$T/.said"
    not_ok "nor the replies" outsider "${taamim[@]}" reply list
    not_ok "nor exports" outsider "${taamim[@]}" round export $ref "$T/out.outsider/$1"
    not_ok "nor reminds" outsider "${taamim[@]}" round remind $ref --party TN
    for f in taamim.db papers portal archive; do not_ok "nor reads $f" outsider test -r "$T/var/state/$f"; done
    not_ok "nor lists the state directory" outsider ls "$T/var/state"
}
looks running
keeps_out running

# What a round has of its own lies where only the officer can read: the daemon is given it.
mkdir -m 700 "$T/desk" "$T/desk/own"
sed "s|$ref|TEST/2026/02|; s|^deadline|templates = \"own\"; documents = ( { file = \"form.txt\"; } );\n&|" "$T/etc/round.conf" >"$T/desk/round.conf"
echo 'the form' >"$T/desk/form.txt"
sed '1s/.*/Subject: our own {{title}}/' templates/notice.en.txt >"$T/desk/own/notice.en.txt"
chown -R 64202 "$T/desk"
not_ok "the daemon cannot read an officer's folder" daemon ls "$T/desk/own"
ok "an officer launches a round from there, with templates of its own" officer "${taamim[@]}" round launch "$T/desk/round.conf" --yes
contains "which are frozen with it" "Subject: our own" "$T/var/state/outgoing/TEST-2026-02/templates/notice.en.txt"
contains "beside the common ones" "Subject:" "$T/var/state/outgoing/TEST-2026-02/templates/notice.ar.txt"
# Readers that may not write to the write-ahead log, while it grows.
reads_while_it_is_written() {
    for _ in {1..30}; do officer "${taamim[@]}" status $ref || return 1; done &
    for _ in {1..15}; do officer "${taamim[@]}" reply add "$T/given/paper.txt" --round $ref --party JO --received "$(date +%F)" || return 1; done
    wait $!
}
ok "officers look while others file" reads_while_it_is_written
ok "an officer reminds" officer "${taamim[@]}" round remind $ref --party TN
ok "and the story names the officer" eval 'daemon "${taamim[@]}" story $ref TN | grep -q 64202'
ok "what a commit just wrote is seen by an officer" eval 'officer "${taamim[@]}" story $ref TN | grep -q remind'
printf 'code,role,address\nTN,other,desk@tn.example\n' >"$T/given/list.csv"
chmod a+r "$T/given/list.csv"

# The register can be rewritten where it lies, whatever has become of the configuration meanwhile.
cp "$T/etc/taamim.conf" "$T/good"
sed -i 's/^officers/oficers/' "$T/etc/taamim.conf"
settings "papers_group = \"$group\";" >"$T/given/for-the-client.conf"
sed -i "s|\"register/|\"$T/etc/register/|; s|\"templates\"|\"$T/etc/templates\"|; s|\"password\"|\"$T/etc/password\"|" "$T/given/for-the-client.conf"
chmod a+r "$T/given/for-the-client.conf"
ok "an officer imports a list" officer "$T/bin/taamim" -c "$T/given/for-the-client.conf" party import "$T/given/list.csv"
contains "the register has it" "desk@tn.example" "$T/etc/register/delegations.conf"
cp "$T/good" "$T/etc/taamim.conf"
ok "and the daemon, too" eval 'officer "${taamim[@]}" party show TN | grep -q desk@tn.example'
not_ok "the daemon cannot change its configuration" daemon sh -c ": >>'$T/etc/taamim.conf'"

ok "the daemon stops" stop shared 10
looks stopped
keeps_out stopped
not_ok "with the daemon stopped nothing is commanded" officer "${taamim[@]}" round remind $ref --party TN
