# shellcheck shell=bash
# What must be so: looked at from outside, in the mailboxes, on disk, and in what `taamim ... --json` says.

json() { # perl expression over $j, of the JSON on stdin
    perl -MJSON::PP -0777 -e 'binmode STDOUT, ":encoding(UTF-8)"; my $j = decode_json(<STDIN>); my $v = eval shift; die $@ if $@; print $v // "", "\n"' "$1"
}
ask() { local expression=$1; shift; taamim "$@" --json | json "$expression"; }
row() { ask "join ' ', map { my \$r = \$_; join ',', map { \$r->{\$_} // '' } qw($2) } grep { \$_->{code} eq '$1' } @{\$j->{rows}}" status "$REF"; }

count_all() { grep -rlixE "X-Taamim-Loop: $1"$'\r?' "$MAILDIR" 2>/dev/null | grep -E '/(new|cur)/' | grep -vcF "/$SECRETARIAT/"; }
arrived() { [ "$(count_all "$1")" -ge "$2" ]; }
has_mail() { [ "$(count_kind "$1" "$2")" -ge "${3:-1}" ]; } # address kind [how many]

# The languages of a mail's text, told by words that only one of them has.
languages() {
    local text
    text=$(look text "$1")
    {
        grep -q 'الأمانة' <<<"$text" && echo ar
        grep -qiwE 'the|your|has' <<<"$text" && echo en
        grep -qiwE 'le|du|vous|votre|contribution' <<<"$text" && echo fr
    } | paste -sd+
}
# The latest mail of that kind is written in the contact's own languages.
in_language() { # address kind
    local mail
    mail=$(mail_of_kind "$1" "$2" | tail -n 1)
    [ -n "$mail" ] || { echo "$1 has no mail of kind $2"; return 1; }
    same "$(language_of "$1")" "$(languages "$mail")"
}

# Every file lies in the state's folder, byte for byte, under the name it was sent with.
filed() { # code file ...
    local name folder f
    name=$(ask "(map { \$_->{name} } grep { \$_->{code} eq '$1' } @{\$j->{rows}})[0]" status "$REF")
    folder=$(find "$D/state/papers" -type d -name "$name" | head -n 1)
    [ -d "$folder" ] || { echo "there is no folder $name in $D/state/papers"; return 1; }
    shift
    for f in "$@"; do
        cmp -s "$f" "$folder/$(basename "$f")" && continue
        find "$folder" -type f -exec sha256sum {} + | grep -q "^$(sha256sum <"$f" | cut -c1-64) " || { echo "missing in $folder: $(basename "$f")"; ls "$folder"; return 1; }
        [ -n "${RENAMED:-}" ] || { echo "in $folder under another name: $(basename "$f")"; ls "$folder"; return 1; }
    done
}
papers_of() { find "$D/replies/$1" -type f | sort; }
# The same as filed(), for all that was sent in the state's name.
all_filed() { local files; mapfile -t files < <(papers_of "$1"); filed "$1" "${files[@]}"; }

carries() { # mail file ...: the mail has these as attachments, byte for byte
    local mail=$1 f
    shift
    [ -n "$mail" ] || { echo "there is no such mail"; return 1; }
    look parts "$mail" >"$D/log/parts"
    for f in "$@"; do
        grep -q "^$(sha256sum <"$f" | cut -c1-64)" "$D/log/parts" || { echo "$mail does not carry $(basename "$f"), but:"; cat "$D/log/parts"; return 1; }
    done
}
n_parts() { look parts "$1" | wc -l; }

held_count() { ask 'scalar @$j' reply list --held; }
held_id() { ask "(map { \$_->{id} } grep { \$_->{sender} eq '$1' } @\$j)[0]" reply list --held; }
reply_of() { ask "(map { \$_->{id} } grep { \$_->{party} eq '$1' && \$_->{state} eq 'filed' } @\$j)[0]" reply list; }
last_reply_of() { ask "(map { \$_->{id} } grep { \$_->{party} eq '$1' && \$_->{state} eq 'filed' } @\$j)[-1]" reply list; }
settled() { [ "$(ask 'scalar grep { $_->{state} ne q(collected) } @$j' reply list)" -ge "$1" ]; }

all_archived() { # each file that a reply names is there, with the bytes it came with
    ask 'join "\n", map { "$_->{sha256}  $_->{file}" } grep { $_->{file} =~ /^archive/ } @$j' reply list >"$D/log/archive"
    [ "$(wc -l <"$D/log/archive")" -ge 18 ] && (cd "$D/state" && sha256sum --quiet -c "$D/log/archive")
}

# In the inbox lies nothing any more but the mail that is no round's.
inbox_collected() { [ "$(find "$MAILDIR/$SECRETARIAT/Maildir"/{new,cur} -type f -exec grep -L 'Opening hours' {} + | wc -l)" = 0 ]; }

# One line a state: what the matrix must say at the end.
#   CODE standing papers reminded bounced held extended
expected_matrix() {
    cat <<'MATRIX'
JO complete 2 0 0 0 0
AE complete 2 0 0 0 0
BH complete 2 0 0 0 0
TN complete 3 0 0 0 0
DZ complete 2 0 0 0 0
DJ complete 2 0 0 0 0
SA complete 3 0 0 0 0
SD complete 2 0 0 0 0
SY silent 0 2 0 0 0
SO silent 0 2 0 0 0
IQ complete 2 0 0 0 0
OM complete 2 0 0 0 0
PS complete 2 0 0 0 0
QA no_paper 0 2 0 0 0
KM silent 0 2 1 0 0
KW complete 2 0 0 0 0
LB silent 0 2 0 0 0
LY complete 2 0 0 0 0
EG complete 2 0 0 0 0
MA complete 2 0 0 0 1
MR silent 0 2 0 0 0
YE silent 0 2 0 0 0
MATRIX
}
matrix_now() {
    ask 'join "\n", map { join " ", $_->{code}, $_->{standing}, $_->{papers}, $_->{reminded}, $_->{bounced} + $_->{failed}, $_->{held}, $_->{extended} ? 1 : 0 } @{$j->{rows}}' status "$REF"
}
matrix_holds() { diff <(expected_matrix) <(matrix_now) | sed -n 's/^</should be: /p; s/^>/is:        /p' | { ! grep .; }; }
