#!/bin/bash
# Completion as people see it: bash with bash-completion, which loads what `make install` put down, and zsh at a terminal of its own.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
D=$T/root
ok "it installs" make -s --no-print-directory install BUILD="$BUILD" DESTDIR="$D" PREFIX=/usr
mkdir -p "$T/etc/rounds" "$T/files/a folder" "$T/state"
touch "$T/files/paper one.pdf" "$T/etc/rounds/call.conf"
cp config/delegations.conf "$T/etc/"
echo pw >"$T/etc/password"
cat >"$T/etc/taamim.conf" <<E
$(sed -n '/^secretariat = {/,/^};/p' config/taamim.conf)
paths = { state = "$T/state"; register = "delegations.conf"; templates = "$PWD/templates"; };
smtp = { host = "mail.example"; user = "u"; password_file = "password"; };
imap = { host = "mail.example"; user = "u"; password_file = "password"; };
officers = ( { address = "o@secretariat.example"; } );
E
export TAAMIM_CONFIG=$T/etc/taamim.conf PATH=$BIN:$PATH

# --- bash -------------------------------------------------------------------------------------------------------------------
# The words after `taamim`, the last one to complete; what it becomes, in one line.
cat >"$T/in-bash" <<'E'
. /usr/share/bash-completion/bash_completion
_completion_loader taamim
COMP_WORDS=(taamim "$@") COMP_CWORD=$# COMP_LINE="taamim $*" COMP_POINT=${#COMP_LINE}
cd "$FILES" || exit 1
"$(complete -p taamim | sed 's/.*-F \([^ ]*\).*/\1/')" taamim "${!#}" "${COMP_WORDS[$# - 1]}"
[ ${#COMPREPLY[@]} = 0 ] || printf '%s|' "${COMPREPLY[@]}"
E
in_bash() { FILES=$T/files XDG_DATA_DIRS=$D/usr/share bash --norc "$T/in-bash" "$@" 2>"$T/bash.err"; }
shows_in_bash() { equal "bash: taamim ${*:2}" "$1" "$(in_bash "${@:2}")"; }
shows_in_bash "round|" ro
shows_in_bash "extend|export|" round ex
shows_in_bash "--party|" round remind REF --p
shows_in_bash "JO|" round remind REF --party J
shows_in_bash "JO|" round remind REF --party = J
shows_in_bash "a folder|" backup a
shows_in_bash "paper one.pdf|" explain p
shows_in_bash "call|" round launch c
shows_in_bash "paper one.pdf|" round launch p
shows_in_bash "" round show ""
equal "bash: nothing is said where nobody has a store yet" "" "$(cat "$T/bash.err")"
equal "bash: nor without a configuration" "" "$(TAAMIM_CONFIG=/nowhere in_bash status ARCP; cat "$T/bash.err")"

# --- zsh --------------------------------------------------------------------------------------------------------------------
# Types a line and Tab into a zsh at a pseudo terminal, and asks what the line has become.
cat >"$T/in-zsh" <<'E'
zmodload zsh/zpty
cd $FILES
await() { # text: what the shell has said up to it
    local out piece
    for i in {1..400}; do
        zpty -r -t shell piece && out+=$piece
        [[ $out = *$1* ]] && break
        sleep .01
    done
    print -r -- "$out"
}
zpty shell "TERM=dumb PS1= zsh -f -i"
zpty -w shell "fpath=($ZSH_SITE \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste beep"
zpty -w shell 'tell() { print -r -- "<<$BUFFER>>"; zle kill-buffer }; zle -N tell; bindkey "^T" tell; bindkey "^I" complete-word'
zpty -w shell 'print ready-"now"'
await ready-now >/dev/null
zpty -n -w shell "$1"$'\t\x14'
await '>>'
zpty -d shell
E
in_zsh() {
    FILES=$T/files ZSH_SITE=$D/usr/share/zsh/vendor-completions zsh -f "$T/in-zsh" "$1" | tr -d '\r' | sed -n 's/.*<<\(.*\)>>.*/\1/p'
}
becomes_in_zsh() { equal "zsh: $1" "$2" "$(in_zsh "$1")"; }
becomes_in_zsh "taamim ro" "taamim round "
becomes_in_zsh "taamim round ext" "taamim round extend "
becomes_in_zsh "taamim round remind REF --pa" "taamim round remind REF --party "
becomes_in_zsh "taamim party show J" "taamim party show JO "
becomes_in_zsh "taamim round remind REF --party=J" "taamim round remind REF --party=JO "
becomes_in_zsh "taamim explain pa" "taamim explain paper\\ one.pdf "
becomes_in_zsh "taamim backup a" "taamim backup a\\ folder/"
becomes_in_zsh "taamim round launch ca" "taamim round launch call "
becomes_in_zsh "taamim round show A" "taamim round show A"
