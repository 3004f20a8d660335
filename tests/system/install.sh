#!/bin/bash
# What `make install` leaves: a whole machine's part in a folder of its own (DESTDIR), in the right order, and the register the daemon's.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
D=$T/root
install_into() { make -s --no-print-directory install BUILD="$BUILD" DESTDIR="$D" PREFIX=/usr; }
line_of() { grep -nF -- "$1" "$T/plan" | tail -n 1 | cut -d: -f1; }

ok "it installs" install_into
for f in usr/sbin/taamimd usr/bin/taamim usr/lib/taamim/taamim-collect usr/lib/taamim/taamim-send usr/lib/taamim/taamim-parse usr/lib/taamim/taamim-scan \
    usr/lib/systemd/system/taamimd.service usr/lib/sysusers.d/taamim.conf usr/lib/tmpfiles.d/taamim.conf \
    usr/share/man/man1/taamim.1 usr/share/man/man5/taamim.conf.5 usr/share/man/man8/taamimd.8 \
    usr/share/bash-completion/completions/taamim usr/share/zsh/vendor-completions/_taamim usr/share/taamim/templates/layout.html etc/taamim/taamim.conf etc/taamim/register/delegations.conf etc/taamim/rounds/call-for-papers.conf; do
    ok "/$f" test -s "$D/$f"
done
contains "the configuration names the register where it lies" '"register/delegations.conf"' "$D/etc/taamim/taamim.conf"
in_its_folder=$(make -n install BUILD="$BUILD" DESTDIR="$D" | grep -o "sed '[^']*delegations[^']*'" | head -n 1)
for said in 'register = "delegations.conf";' 'register = "delegations.conf"; # so' 'register="delegations.conf";              # so'; do
    contains "however that line is written: $said" '"register/delegations.conf";' <(echo "  $said" | eval "$in_its_folder")
done
contains "and the templates" '"/usr/share/taamim/templates"' "$D/etc/taamim/taamim.conf"
not_ok "no place is left open in the unit" grep -q '@[A-Z]*@' "$D/usr/lib/systemd/system/taamimd.service" "$D/usr/lib/tmpfiles.d/taamim.conf"
contains "the unit may write to the register" "ReadWritePaths=-/etc/taamim/register" "$D/usr/lib/systemd/system/taamimd.service"
if command -v systemd-analyze >/dev/null; then
    ok "systemd counts the unit's exposure as 1.5 at most" systemd-analyze security --offline=yes --threshold=15 --no-pager "$D/usr/lib/systemd/system/taamimd.service"
else
    skip "systemd counts the unit's exposure as 1.5 at most" "needs systemd-analyze"
fi
ok "configuration and register can be read as they are" "$BIN/taamim" -c "$D/etc/taamim/taamim.conf" party show JO

echo '# mine' >>"$D/etc/taamim/taamim.conf"
echo '# mine' >>"$D/etc/taamim/register/delegations.conf"
ok "it installs again" install_into
contains "over no configuration" "# mine" "$D/etc/taamim/taamim.conf"
contains "and no register" "# mine" "$D/etc/taamim/register/delegations.conf"

make -n install BUILD="$BUILD" DESTDIR="$D" >"$T/plan" 2>"$T/.said"
not_ok "into a folder, nothing is done to the machine" grep -qE 'systemd-sysusers |systemd-tmpfiles|systemctl' "$T/plan"
if [ "$(id -u)" != 0 ]; then skip "the account and its folder" "only root makes them"; exit 0; fi

# On the machine itself: the account after the file that describes it, the folder after the account, the units last.
make -n install BUILD="$BUILD" PREFIX=/usr >"$T/plan" 2>"$T/.said"
ok "the account is made after its file" test "$(line_of "taamim.sysusers '/usr")" -lt "$(line_of "systemd-sysusers '")"
ok "its folder after the account" test "$(line_of "systemd-sysusers '")" -lt "$(line_of 'systemd-tmpfiles --create')"
ok "the units are read after all of them" test "$(line_of taamimd.service)" -lt "$(line_of daemon-reload)"
if ! command -v systemd-sysusers systemd-tmpfiles >/dev/null; then
    skip "the register becomes the daemon's" "needs systemd's programs"
    exit 0
fi
ok "the account is made" systemd-sysusers --root="$D" taamim.conf
ok "and its folder" systemd-tmpfiles --root="$D" --create taamim.conf
uid=$(sed -n 's/^taamim:[^:]*:\([0-9]*\):.*/\1/p' "$D/etc/passwd")
equal "which belongs to it" "$uid" "$(stat -c %u "$D/etc/taamim/register")"
as_daemon() { setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }
ok "the daemon's user can rewrite the register" as_daemon sh -c "cd '$D/etc/taamim/register' && cp delegations.conf .tmp-new && mv .tmp-new delegations.conf"
not_ok "and not the configuration" as_daemon sh -c ": >>'$D/etc/taamim/taamim.conf'"
not_ok "nor put another in its place" as_daemon mv "$D/etc/taamim/register/delegations.conf" "$D/etc/taamim/taamim.conf"
not_ok "nor a round" as_daemon sh -c ": >>'$D/etc/taamim/rounds/call-for-papers.conf'"
